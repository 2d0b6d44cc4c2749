import type { FlowEvent, Opening } from '../flow/flow-grammar.ts';
import type { FlowRow, JournalStep } from '../flow/flow.ts';
import type { StartedFlow } from '../hook/define.ts';
import { NOTHING_SPENT, type Spent } from '../hook/write-limits.ts';
import type { CredentialType, Identity } from '../identity/identity.ts';
import type { Body } from '../kernel/body.ts';
import type { IdentityId } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import type { ContinueWith } from '../kernel/verdict.ts';
import type { OneTimeSecret } from '../secret/secret.ts';
import type { KnownDevice, NamedAccount, PreparedWrites, Restart, Strategy, Values } from '../strategy/strategy.ts';
import type { Diverted, Issued, Requester, SubmitTrigger } from './contract.ts';
import type { CompiledFlow, Position } from './machine/compiled-flow.ts';

// A request is values from beginning to end: request → prepared → written → followed. Each phase makes new ones, so a
// transaction that is undone and run again begins from `Prepared` and cannot see what the undone try made.

/** One request to a flow, as it came. Nothing in it changes while the flow runs. */
export interface FlowRequest {
  readonly row: FlowRow;
  readonly trigger: SubmitTrigger;
  readonly requester: Requester;
  readonly body: Body;
  readonly transientPayload: JsonObject;
  /** A field that every method has cannot be read: the message of the page. */
  readonly unreadable: Message | undefined;
  /** The strategy the submit is for; undefined: none is responsible, or no strategy is asked. */
  readonly strategy: Strategy | undefined;
  /** The account the flow belongs to before its first step: logout, and what background work resumes. */
  readonly identity: Identity | undefined;
  /** What an earlier try, or the flow before, learned from a provider and cannot ask again. */
  readonly providerResult: Json | undefined;
  /** The flow is bound to the browser with this half of a CSRF cookie, if the submit is accepted. */
  readonly bindsTo: string | undefined;
  /** Set when a budget that the form speaks of is used up. Seconds. */
  readonly exhausted: { readonly retryAfter: number } | undefined;
  /** The account that the form names, where it was looked up: once for a request. */
  readonly named: NamedAccount | undefined;
  /** The device of the try, where its account knows it. */
  readonly device: KnownDevice | undefined;
}

/** A walk through one phase: where it ended, by which event, through which steps, with which values. */
export interface PhaseResult<Gathered> {
  readonly at: Position;
  /** The last event; undefined: the phase had no step. */
  readonly by: FlowEvent['type'] | undefined;
  readonly steps: readonly JournalStep[];
  readonly values: Gathered;
}

/** What one step answers: the event that moves the machine, and the values with what the step added. */
export interface StepResult<Gathered> {
  readonly event: FlowEvent;
  readonly values: Gathered;
  /** For the journal: what the event does not say. */
  readonly note?: string;
}

/** A credential that was shown beside the proof of an address; `login`: the sign-in whose tries it cost. */
export type ShownCredential =
  | { readonly right: true; readonly login: FlowRequest }
  | { readonly right: false; readonly messages: readonly Message[] };

/** An address to which no proof is sent now, and for how long. Seconds. */
export interface WithheldProof {
  readonly address: string;
  readonly retryAfter: number;
}

/** What the prepare phase found out. Nothing is stored yet. */
export interface PreparedValues {
  /** The account as it was read. */
  readonly identity: Identity | undefined;
  /** Whose flow the row says it is: the account a challenge went to, proved or not. */
  readonly owner: IdentityId | undefined;
  /** The account whose proof was refused. */
  readonly accused: IdentityId | undefined;
  /** The type of a key that has counted further before. */
  readonly copied: CredentialType | undefined;
  /** What the strategy hands to the store steps. */
  readonly writes: PreparedWrites | undefined;
  /** Undefined: none was shown beside the proof. */
  readonly credential: ShownCredential | undefined;
  /** The owner of a taken identifier may be sent one more message. */
  readonly mayNotifyOwner: boolean;
  /** Addresses that get no proof of those that a hook sends. */
  readonly withheld: readonly WithheldProof[];
  /** The target of a `redirect` hook. */
  readonly redirectTo: ReturnUrl | undefined;
  /** The provider's page, where the browser goes for the challenge. */
  readonly providerUrl: string | undefined;
  /** The other kind of flow that continues with what was learned. */
  readonly continuesIn: { readonly opening: Opening; readonly values: Values } | undefined;
  /** The flow cannot succeed any more: messages of the flow that replaces it. */
  readonly restart: Restart | undefined;
  /** The page asks for more; nothing that was sent was refused. */
  readonly challenged: boolean;
}
export type Prepared = PhaseResult<PreparedValues>;

/** What one try of the transaction wrote. */
export interface WrittenValues {
  /** The account as it is stored now. */
  readonly identity: Identity | undefined;
  readonly issued: Issued | undefined;
  readonly offers: readonly ContinueWith[];
  /** Verification flows begun for this account. */
  readonly started: readonly StartedFlow[];
  readonly diverted: Diverted | undefined;
  /** A session was asked for, and the account is stored as one that nobody signs in to. */
  readonly switchedOff: boolean;
  /** This was the first proof of the account: the types of what it voided, `session` among them. */
  readonly claimed: { readonly voided: readonly string[] } | undefined;
  /** The one-time secret that was consumed. */
  readonly usedSecret: OneTimeSecret | undefined;
  /**
   * The identifier is taken and enumeration protection answers as if it were new: no account is stored, `identity` exists
   * nowhere, and the owner gets a message.
   */
  readonly hiddenDuplicate: boolean;
  /** The settings flow that a recovery ends in. */
  readonly settingsFlow: FlowRow | undefined;
  /** For an app: the code its browser takes back to it. */
  readonly exchangeCode: string | undefined;
  /** The outbox has a message to send. */
  readonly mailed: boolean;
  /** What hooks have written, of what all hooks of a submit may. */
  readonly spent: Spent;
}
export type Written = PhaseResult<WrittenValues>;

/** What hooks after the commit added to the answer. */
export interface FollowedValues {
  readonly offers: readonly ContinueWith[];
  readonly redirectTo: ReturnUrl | undefined;
}
export type Followed = PhaseResult<FollowedValues>;

/** Nothing but a row and its requester: what the other members are where a route does not say. */
export function flowRequest(
  row: FlowRow,
  requester: Requester,
  more: Partial<Omit<FlowRequest, 'row' | 'requester'>> = {},
): FlowRequest {
  return {
    row,
    requester,
    trigger: { type: 'submit', method: undefined },
    body: { kind: 'json', value: {} },
    transientPayload: {},
    unreadable: undefined,
    strategy: undefined,
    identity: undefined,
    providerResult: undefined,
    bindsTo: undefined,
    exhausted: undefined,
    named: undefined,
    device: undefined,
    ...more,
  };
}

/** The values a prepare phase begins with. */
export function nothingPrepared({ row, identity }: FlowRequest): PreparedValues {
  return {
    identity,
    owner: row.identityId,
    accused: undefined,
    copied: undefined,
    writes: undefined,
    credential: undefined,
    mayNotifyOwner: false,
    withheld: [],
    redirectTo: undefined,
    providerUrl: undefined,
    continuesIn: undefined,
    restart: undefined,
    challenged: false,
  };
}

/** The values each try of a transaction begins with. */
export function nothingWritten({ identity }: PreparedValues): WrittenValues {
  return {
    identity,
    issued: undefined,
    offers: [],
    started: [],
    diverted: undefined,
    switchedOff: false,
    claimed: undefined,
    usedSecret: undefined,
    hiddenDuplicate: false,
    settingsFlow: undefined,
    exchangeCode: undefined,
    mailed: false,
    spent: NOTHING_SPENT,
  };
}

/** A leg through a phase that is not walked: it stands where it began. */
export const standing = <Gathered>(at: Position, values: Gathered): PhaseResult<Gathered> => ({
  at,
  by: undefined,
  steps: [],
  values,
});

/** Whose flow it is: the account as it is known by now, else the one the row names. */
export const accountOf = (
  { identity, owner }: PreparedValues,
  written: Pick<WrittenValues, 'identity'> = { identity },
): IdentityId | undefined => written.identity?.id ?? owner;

/** A request that came back: a provider's answer, a mailed link, a login after a held change. It has no form. */
export const returned = ({ trigger }: FlowRequest): boolean => trigger.type === 'return';

/** One walk of a machine: the compiled flow, the request that moves it, and what a failing hook does to it. */
export interface FlowRun {
  readonly flow: CompiledFlow;
  readonly request: FlowRequest;
  /** `reported`: a logout passes a failing hook by, because failing closed would keep the session alive. */
  readonly hookFailures: 'fatal' | 'reported';
}
