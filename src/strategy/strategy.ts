import type { MethodName } from '../config/config.ts';
import type { Mail } from '../courier/message.ts';
import type { FlowKind, FlowType } from '../flow/flow.ts';
import type { Opening } from '../flow/flow-grammar.ts';
import type { Node } from '../flow/json.ts';
import type { Page } from '../flow/page.ts';
import type { AuthenticatorUse } from '../identity/authenticators.ts';
import type { FreshCredential } from '../identity/credentials.ts';
import type { CredentialSummary, CredentialType, Credential, Identity } from '../identity/identity.ts';
import type { Body } from '../kernel/body.ts';
import type { Draft } from '../kernel/draft.ts';
import type { FlowId, Identifier, IdentityId, SessionId } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import type { LimitKey } from '../limit/limit.ts';
import type { OneTimeSecret } from '../secret/secret.ts';
import type { AuthenticationMethod } from '../session/session.ts';

/** What was typed on a page by node name (`identifier`, `traits.email`), less passwords, codes and tokens. Plain JSON. */
export type Values = JsonObject;

/**
 * What a factor uses up of its credential: compared and set in one statement of the submit's transaction, or, where another
 * submit was faster, the submit is refused with `message` (security CO-2). `step`: of a one-time password, later than the
 * last one that was taken. `from`, `to`: the configuration of the credential as it was read, and as it becomes.
 * `use`: of a key, which must have counted further than before; `from` and `to`, beside it, are what its answer changes.
 */
export type Spend = { readonly type: CredentialType; readonly message: Message } & (
  | { readonly step: number }
  | { readonly from: Credential; readonly to: JsonObject; readonly use?: undefined }
  | { readonly use: AuthenticatorUse; readonly from: Credential; readonly to: JsonObject }
);

/**
 * What a strategy hands to the write step, beside the machine: hashes, one-time secrets, mails. Identifiers and addresses
 * are derived from the draft when it is stored, because a hook may have changed its traits.
 */
export interface PreparedWrites {
  /** How the person proved themselves; becomes an authentication method of the session. */
  readonly proof?: AuthenticationMethod;
  /** Credentials to store with the draft's identity. Identifiers that the schema flags are derived, and not given here. */
  readonly credentials?: readonly FreshCredential[];
  readonly removed?: readonly CredentialType[];
  /** Used up with the lane's store step `spend`; in settings with the change itself, after it is stored. */
  readonly spend?: Spend;
  /** The same password under today's parameters (security PW-2). */
  readonly rehash?: { readonly credential: Credential; readonly config: JsonObject };
  readonly secrets?: readonly OneTimeSecret[];
  readonly mails?: readonly Mail[];
  /** What must outlive the request: goes encrypted into the flow's vault under `kind`. */
  readonly vault?: { readonly kind: string; readonly value: Json };
  /** Where the browser goes for the challenge: a provider's page. */
  readonly providerUrl?: string;
  /** What was learned outside and can be learned once only: comes back as `providerResult` when the flow is asked again. */
  readonly providerResult?: Json;
  /** A one-time secret that the write step uses up by a conditional write, or the submit is refused with `message`. */
  readonly uses?: {
    readonly purpose: OneTimeSecret['purpose'];
    readonly digests: readonly string[];
    readonly message: Message;
  };
}

/** A new flow takes the place of one that can no longer succeed. */
export interface Restart {
  /** What the new flow says. */
  readonly messages: readonly Message[];
  /** When what was sent expired, which is told as a flow that expired then; undefined: another reason. Milliseconds. */
  readonly expiredAt?: number;
}

export type Attempt =
  | {
      readonly kind: 'accept' | 'hold';
      readonly draft: Draft;
      readonly writes: PreparedWrites | undefined;
      /** What was typed, for the page if a hook objects. */
      readonly values?: Values;
      /** A known person's row as read. */
      readonly identity?: Identity;
    }
  | {
      /** The subject belongs to the other kind of flow, which goes on in the same request with what was learned. */
      readonly kind: 'other';
      readonly opening: Opening;
      readonly draft: Draft | undefined;
      readonly values: Values;
      readonly writes: PreparedWrites;
    }
  | {
      readonly kind: 'challenge';
      readonly page: Page;
      readonly draft: Draft | undefined;
      /** Whose flow it becomes, where the challenge goes to somebody known. */
      readonly identity?: Identity | undefined;
      readonly values: Values;
      readonly messages: readonly Message[];
      readonly writes: PreparedWrites | undefined;
    }
  /** This flow can no longer succeed: a new one is begun, which says why. */
  | ({ readonly kind: 'restart' } & Restart)
  | {
      readonly kind: 'reject';
      readonly values: Values;
      readonly messages: readonly Message[];
      /** Whose proof it is that is wrong, where the account is known. For the operator alone. */
      readonly identity?: IdentityId | undefined;
      /** The type of a key that has counted further before: there may be two of it (security WA-3). */
      readonly copied?: CredentialType | undefined;
    };

/** What a page is drawn from, gathered once a rendering. Nodes are never stored. */
export interface View {
  readonly flowId: FlowId;
  /** Rises with whatever is stored of the flow, refusals left out. */
  readonly revision: number;
  /** When the flow was begun. Milliseconds. */
  readonly begunAt: number;
  /** Milliseconds. */
  readonly now: number;
  readonly kind: FlowKind;
  readonly type: FlowType;
  readonly page: Page;
  /** Whether the flow's own machine has a page. */
  readonly hasPage: (page: Page) => boolean;
  /** The identity schema of this flow. */
  readonly schemaId: string;
  /** What was typed, or else the draft's or the identity's traits; at most 16 KiB. */
  readonly values: Values;
  readonly messages: readonly Message[];
  /** Settings, refresh and second factor: whose flow it is. */
  readonly identity: Identity | undefined;
  readonly owned: CredentialSummary;
  /** The same credentials as they are stored: for what a page tells of them. Empty where hooks are shown the page. */
  readonly credentials: readonly Credential[];
  /** What the flow keeps for this strategy (`Strategy.keeps`); undefined where hooks are shown the page. */
  readonly kept: Json | undefined;
  readonly refresh: boolean;
  /** `aal2`: a second factor is asked for. */
  readonly requestedAal: 'aal1' | 'aal2';
  /** The session of the person has no first factor but a recovery by message. */
  readonly begunByMessage: boolean;
  /** The code of a mailed link, filled in for the person who opened it. */
  readonly prefilled: string | undefined;
}

/** Who asks, as far as budgets and shares go by it. */
export interface Client {
  /** Undefined: it is not known, and each account stands for itself. */
  readonly network: string | undefined;
  /** On a device that the account knows, or signed in to it. */
  readonly known: boolean;
}

/** A device that the account of a try knows. It pays for itself, and strangers do not pay for it (security BF-11). */
export interface KnownDevice {
  /** Its part of a budget's subject. */
  readonly name: string;
  /** It is known by its network alone, in which others may be. */
  readonly shared: boolean;
}

/** The account that a form names (`Strategy.account`), as it was looked up for its devices; `found` undefined: nobody has it. */
export interface NamedAccount {
  readonly type: CredentialType;
  readonly identifier: Identifier;
  readonly found: { readonly identity: Identity; readonly credential: Credential } | undefined;
}

/** Where the person stands when they submit. */
export interface AttemptContext {
  readonly kind: FlowKind;
  readonly type: FlowType;
  readonly client: Client;
  readonly flowId: FlowId;
  /** Of the flow as it was read; what it shows has the same. */
  readonly revision: number;
  readonly requestUrl: string;
  readonly transientPayload: JsonObject;
  readonly page: Page;
  readonly schemaId: string;
  /** Undefined: no account was looked up for this try. */
  readonly named: NamedAccount | undefined;
  /** What an earlier page left: a challenge's draft and values. */
  readonly draft: Draft | undefined;
  readonly values: Values;
  /** The signed-in person: settings, refresh, second factor. */
  readonly identity: Identity | undefined;
  /** The session that is being confirmed or used: refresh, settings. */
  readonly sessionId: SessionId | undefined;
  /** Asked by `return`, not by a submit: there is no body. */
  readonly returned: boolean;
  /** Their session is young enough to change what is protected. */
  readonly privileged: boolean;
  readonly refresh: boolean;
  /** `aal2`: a second factor is to be proved, for the session of `identity`. */
  readonly requestedAal: 'aal1' | 'aal2';
  /** Their session has no first factor but a recovery by message. */
  readonly begunByMessage: boolean;
  /** Set when a budget that the form speaks of is used up: nothing is compared. Seconds. */
  readonly exhausted: { readonly retryAfter: number } | undefined;
  /** What the page showed that only this flow may know (`Strategy.keeps`); undefined: nothing, or its time is over. */
  readonly kept: Json | undefined;
  /** `return` after a hold or a provider: what the vault kept; then there is no body. */
  readonly vault: Json | undefined;
  /** An app that takes its session with codes after its person was in a browser. */
  readonly byCode: boolean;
  /** What a try before this one, or the flow before, has learned (`PreparedWrites.providerResult`): it is not to be asked for again. */
  readonly providerResult: Json | undefined;
  /** When the flow was begun. Milliseconds. */
  readonly begunAt: number;
  /** Milliseconds. */
  readonly now: number;
}

/** Whose tries a submit counts against. */
export interface Guarded {
  readonly flowId: FlowId;
  /** The person a challenge went to. */
  readonly identityId: IdentityId | undefined;
  /** The person whose session it is: refresh, second factor. */
  readonly signedIn: IdentityId | undefined;
  readonly values: Values;
  /** The network of the request, `unknown` where it has none. */
  readonly network: string;
  /** Whether budgets of a whole network hold for it. */
  readonly counted: boolean;
  /** Undefined: a stranger tries. */
  readonly device: KnownDevice | undefined;
}

/**
 * What a flow keeps for a strategy between its page and the submit: a secret that is being set up, a challenge. The engine
 * seals it in the flow's vault, and drops it with every change that is stored.
 */
export interface Keeps {
  /** Milliseconds until the page shows a new one; absent: as long as the flow lives. */
  readonly lifespan?: number;
  /** For a page that is drawn while nothing is kept; undefined: nothing is to be. */
  make(view: Omit<View, 'kept'>): Promise<Json | undefined> | Json | undefined;
}

/** How a credential is shown beside another proof, on a page of another flow. */
export interface Beside {
  /** Fields for what an account owns. */
  nodes(owned: CredentialSummary): readonly Node[];
  /** The sign-in that the fields of a body stand for; undefined where they are empty. */
  submit(body: Body, owned: CredentialSummary): Body | undefined;
}

/** One way to prove who you are, or to change something, in one kind of flow. Knows nothing of hooks. */
export interface Strategy {
  readonly method: MethodName;
  readonly flow: FlowKind;
  /** The pages it has a lane on. */
  readonly pages: readonly Page[];
  /** It takes part only in flows whose own machine has this page. */
  readonly within?: Page;
  /** Which factor of a login it proves; `first` where it is absent. The engine asks it in flows for that factor alone. */
  readonly factor?: 'first' | 'second';
  /**
   * Of settings: it adds, changes or removes a factor. Nobody does so who has not shown a second factor, where the account has
   * one (security TO-4).
   */
  readonly changesFactors?: boolean;
  readonly keeps?: Keeps;
  /** True when this submit is for it: by `method`, or by a distinguishing field. Tried in the wire's order. */
  claims(method: string | undefined, body: Body, page: Page): boolean;
  /**
   * Throws `overloaded` when a try would wait too long, before anything is counted, read or written for it (reliability
   * R-MEM). `body`: undefined when a flow begins that may come to such a try.
   */
  readonly admit?: (client: Client, body: Body | undefined) => void;
  /** The account that a try is for, where the form names it: known devices of that account do not pay with strangers. */
  account?(body: Body): { readonly type: CredentialType; readonly identifier: Identifier } | undefined;
  /** The budgets a try costs. The runner takes each in one atomic statement of its own, before `attempt`. */
  guards(body: Body, about: Guarded): readonly LimitKey[];
  /** What a refused try is added to afterwards, over all flows: it refuses nothing, and leaves one try to the next secrets. */
  sum?(body: Body, about: Guarded): LimitKey | undefined;
  /** Of a login: a person shows the credential beside the proof of an address (docs/decisions/0042). */
  readonly beside?: Beside;
  /** What the page shows for this method. Pure, in insertion order. */
  nodes(view: View): readonly Node[];
  /** Read and decide. Never writes, never answers. */
  attempt(body: Body, at: AttemptContext): Promise<Attempt>;
}

export type { Body };
