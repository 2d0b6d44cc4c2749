import type { Config, MethodName } from '../config/config.ts';
import type { FlowRow } from '../flow/flow.ts';
import type { Group, Node } from '../flow/json.ts';
import type { Page } from '../flow/page.ts';
import type { Factors } from '../identity/credentials.ts';
import type { CredentialType, Identity, IdentityReads, IdentityWrites } from '../identity/identity.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import type { FlowId, Identifier, IdentityId } from '../kernel/id.ts';
import type { Json } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import type { MessageNumber } from '../kernel/messages.ts';
import type { Random } from '../kernel/random.ts';
import type { SecretReads } from '../secret/secret.ts';
import type { CodeRequest, Mailed, Mailing } from './mailing.ts';
import type { Attempt, AttemptContext, PreparedWrites, Strategy, Values } from './strategy.ts';

/** What the server lends to every method when it makes its strategies. */
export interface MethodParts {
  readonly config: Config;
  /**
   * What a method has once in the process, however often the configuration is replaced: the answer of the first call with
   * this function. The function takes the number of processes that share this machine.
   */
  once<T>(make: (processes: number) => T): T;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly secrets: SecretReads;
  readonly clock: Clock;
  readonly random: Random;
  readonly mailing: Mailing;
  /** Reaches only addresses that the configuration allows. */
  readonly fetch: typeof fetch;
  readonly log: {
    info(message: string, fields: Readonly<Record<string, unknown>>): void;
    warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  };
  readonly factors: Factors;
  codeDigests(purpose: string, code: string): readonly string[];
  hashToken(token: string): string;
  /** What a flow keeps in its vault under this kind, decrypted; undefined when there is nothing, or its time is over. */
  openVault(flow: FlowId, kind: string): Promise<Json | undefined>;
  /** The node by which a page loads the script for passkeys and security keys. */
  webAuthnScript(flow: FlowId): Node;
  /** Groups of other methods that a form may need: of the traits, and of the identifier on a page of its own. */
  readonly groups: { readonly traits: Group; readonly identifier: Group };
  /** The methods that sign people in alone, in the order of the registry. */
  readonly firstFactors: readonly MethodName[];
  /** The ways to sign in that the methods have made; callable once all are made. */
  waysIn(): readonly NamedWay[];
}

/** What a method brings into the running server. */
export interface MethodStrategies {
  /** At most one for each kind of flow, and only where the method is switched on. */
  readonly strategies: readonly Strategy[];
  /** How `identifier_first` finds out that a person has this way. */
  readonly way?: SignInWay;
  /** Messages by which verification and recovery prove an address. */
  readonly challenge?: AddressChallenge;
  /** Store steps of its lanes, by the name of the state. */
  readonly storeSteps?: Readonly<Record<string, MethodStoreStep>>;
  /** What it changes on pages that other methods draw. */
  readonly page?: PageChange;
  /** Hashes secrets that an operator brings through the admin API. */
  readonly passwords?: PasswordImport;
  /** What the routes need of identity providers. */
  readonly providers?: ProviderCallback;
}

/** A way to sign in, asked by the page that takes the identifier first. */
export interface SignInWay {
  /** True when the person has it. `owner`: who has this identifier, and the types of their credentials. */
  has(identifier: Identifier, owner: IdentifierOwner): Promise<boolean>;
  /** Begins at once: the person has no other way, and the identifier is all it needs. */
  begin?(identifier: string, at: AttemptContext): Promise<Attempt>;
}
export type IdentifierOwner = { readonly id: IdentityId; readonly types: readonly CredentialType[] } | undefined;

export interface NamedWay extends SignInWay {
  readonly method: MethodName;
}

/** A secret for an address, and the message that carries it. */
export interface AddressChallenge {
  /** Milliseconds. */
  readonly lifespan: number;
  /** Text messages can carry it, where a channel for them is configured. */
  readonly texts: boolean;
  issue(flow: 'verification' | 'recovery', request: CodeRequest): Mailed;
  /** What the page says once the message is on its way. */
  readonly sent: Readonly<Record<'verification' | 'recovery', MessageNumber>>;
}

/** What a store step of a method gets: the submit it runs in. */
export interface StoreStepInput {
  readonly flowId: FlowId;
  /** The person of the submit, as read or as changed before it in this transaction. */
  readonly identity: Identity | undefined;
  readonly writes: PreparedWrites | undefined;
}

/** The part of the submit's transaction that a store step may use. */
export interface StoreStepUnit {
  readonly identities: IdentityWrites;
  openVault(kind: string): Promise<Json | undefined>;
  consumeVault(kind: string): Promise<unknown>;
  /**
   * The address of the submit's account was proved by somebody else's word: marks it. The first proof of an account voids what
   * was made before, if the person has shown no credential of it (docs/decisions/0042). The account as it is now.
   */
  proved(address: string): Promise<Identity | 'stale'>;
}

export type StoreStepAnswer =
  | { readonly kind: 'done'; readonly identity?: Identity }
  | { readonly kind: 'taken' | 'stale'; readonly messages: readonly Message[] };

export type MethodStoreStep = (input: StoreStepInput, unit: StoreStepUnit) => Promise<StoreStepAnswer>;

/** A method's say on a page that other methods draw. */
export interface PageChange {
  messages(page: Page, flow: Pick<FlowRow, 'id' | 'kind'>, values: Values): readonly Message[];
  nodes(nodes: readonly Node[], values: Values): readonly Node[];
}

export interface PasswordImport {
  hash(password: string): Promise<string>;
  /** True for a hash in a known format whose check costs little enough. It counts as stored from then on. */
  accepts(hash: string): boolean;
}

/** What routes need of the identity providers. */
export interface ProviderCallback {
  /** The method a callback is handed to. */
  readonly method: MethodName;
  /** The flow a state was made for; undefined for a state that this server did not make. */
  flowOf(state: string): FlowId | undefined;
  /** True while the flow waits for this state's answer, from this provider where the path names one. */
  awaits(flow: FlowId, answer: { readonly state: string; readonly provider: string | undefined }): Promise<boolean>;
  /** The provider answers by a cross-site POST. */
  posts(provider: string): boolean;
  /** A stored token of a provider, for administrators who ask for it; empty where it does not open. */
  openToken(sealed: string, about: string): string;
  /** Origins of the providers' pages: a form of this server may lead there. */
  origins(): Promise<readonly string[]>;
}
