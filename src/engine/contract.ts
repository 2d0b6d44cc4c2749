import type { FlowKind, FlowRow, FlowType } from '../flow/flow.ts';
import type { Opening } from '../flow/flow-grammar.ts';
import type { Page } from '../flow/page.ts';
import type { RequestFacts, StartedFlow } from '../hook/define.ts';
import type { Identity } from '../identity/identity.ts';
import type { Body } from '../kernel/body.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import type { ContinueWith } from '../kernel/verdict.ts';
import type { ClientNetwork } from '../limit/network.ts';
import type { DeviceMemory } from '../session/device-memory.ts';
import type { Session, SessionWithIdentity } from '../session/session.ts';
import type { Restart } from '../strategy/strategy.ts';

/** The client of a request, with what the request carried; already authenticated. */
export interface Requester {
  readonly session: SessionWithIdentity | undefined;
  /** The session came as a cookie. */
  readonly byCookie: boolean;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly ip: string;
  /** The network of that address, as budgets go by it. */
  readonly network: ClientNetwork;
  readonly userAgent: string | undefined;
  /** The request itself, as hooks are told of it; absent where nobody asks. */
  readonly request?: RequestFacts;
  /** The random half of the CSRF cookie that is set if this request changes the signed-in account. */
  readonly nextCsrf: string;
  /** The random halves of the CSRF cookies that came and are valid: what binds the browser to its flows. */
  readonly bindings: readonly string[];
  /** What the browser brings along of its sign-ins; none of an app. Whose it is, and whether it counts, is asked of the engine. */
  readonly devices: readonly DeviceMemory[];
}

/** What a route opens a flow with. */
export interface OpenRequest {
  readonly kind: FlowKind;
  readonly type: FlowType;
  /** The configured public URL + path + query. */
  readonly requestUrl: string;
  /** Random half of the CSRF cookie; empty for `api`. */
  readonly csrf: string;
  readonly opening: Opening;
  readonly requester: Requester;
  readonly schemaId?: string | undefined;
  readonly requestedAal?: 'aal1' | 'aal2';
  readonly refresh?: boolean;
  readonly messages?: readonly Message[];
  /** What the form shows as typed. */
  readonly values?: JsonObject;
  /** Where the second factor is to be sent at once; refused where the account takes none there. */
  readonly sendTo?: string;
}

/** The result of opening a flow: a stored row, or the verdict of a `before` hook, and then no row. */
export type OpenedFlow =
  | { readonly kind: 'flow'; readonly row: FlowRow }
  | { readonly kind: 'redirected'; readonly to: ReturnUrl }
  | { readonly kind: 'refused'; readonly messages: readonly Message[] };

/** What a request asks of a flow at rest: a form that was sent, or a way back from a mail, a provider or a login. */
export interface SubmitTrigger {
  readonly type: 'submit' | 'return';
  readonly method: string | undefined;
}

/** One request to a flow at rest, as plain values. */
export interface SubmitRequest {
  readonly row: FlowRow;
  readonly trigger: SubmitTrigger;
  readonly requester: Requester;
  readonly body: Body;
  readonly transientPayload?: JsonObject;
  /** A field that every method has cannot be read: the flow stays on its page, which says so. */
  readonly unreadable?: Message | undefined;
  /** The flow is bound to the browser with this half of a CSRF cookie, if the submit is accepted. */
  readonly bindsTo?: string;
}

/** A session that a request created or renewed. */
export interface Issued {
  readonly token: string;
  readonly session: Session;
  /** A known session continues, under a new token. */
  readonly renewed: boolean;
}

/** A hook leads the browser to another page instead of the flow's own end. */
export interface Diverted {
  readonly to: ReturnUrl;
  readonly error: string;
}

/** The result of a submit or a logout: where the flow stands now, and what the answer needs beside it. */
export interface Outcome {
  /** `ran`: this request moved the flow; `finished`: the flow had ended before; `moved`: another submit won. */
  readonly kind: 'ran' | 'finished' | 'moved';
  readonly row: FlowRow;
  readonly page: Page;
  /** The flow's machine has reached a final state. */
  readonly ended: boolean;
  /** The method by which the flow's machine was walked. */
  readonly method: string | undefined;
  /** Messages of the page the flow stands on. */
  readonly messages: readonly Message[];
  readonly identity: Identity | undefined;
  readonly issued: Issued | undefined;
  readonly offers: readonly ContinueWith[];
  readonly started: readonly StartedFlow[];
  /** The target of a `redirect` hook. */
  readonly redirectTo: ReturnUrl | undefined;
  readonly diverted: Diverted | undefined;
  /** The account was stored as one that nobody signs in to: a hook switched it off. */
  readonly switchedOff: boolean;
  /** For an app that signs in through a browser: the code that the browser takes back to the app. */
  readonly exchangeCode: string | undefined;
  /** The provider's page, where the person signs in. */
  readonly providerUrl: string | undefined;
  /** What the first proof of the account voided of before; empty, when it was none or voided nothing. */
  readonly voided: readonly string[];
  /** Whoever got the message had not asked for it: the flow is over. */
  readonly disowned: boolean;
  /** The settings flow that a recovery ends in, and a sign-in that was the first proof. */
  readonly settingsFlow: FlowRow | undefined;
  /** The flow cannot succeed any more: messages of the flow that replaces it. */
  readonly restart: Restart | undefined;
  readonly transientPayload: JsonObject;
  /** The page asks for more (a code, the second half of a form); nothing that was sent was refused. */
  readonly challenged: boolean;
  /** The submit was refused: the page shows messages. */
  readonly refused: boolean;
}

/** A logout: it opens, runs and ends its flow in one request. */
export interface LogoutRequest {
  readonly type: FlowType;
  readonly requestUrl: string;
  readonly requester: Requester;
  /** The session that ends. */
  readonly session: SessionWithIdentity;
}

/** A recovery that an administrator starts for an account. */
export interface RecoveryRequest {
  /** The method whose secret is handed over. */
  readonly method: string;
  readonly identity: Identity;
  readonly type: FlowType;
  readonly requestUrl: string;
  readonly requester: Requester;
  /** Milliseconds; undefined: as long as the method's secrets are good. */
  readonly lifespan: number | undefined;
}

/** What the administrator hands over in person. */
export interface RecoveryHandout {
  readonly row: FlowRow;
  /** The code, or the token of the link, in clear. */
  readonly secret: string;
  readonly expiresAt: number;
}

/** The part of a flow's JSON that only the request which shows it knows. */
export interface Viewer {
  /** The masked CSRF token; empty for `api`. */
  readonly csrfToken: string;
  /** The account shown in settings and in a refresh. */
  readonly identity: Identity | undefined;
  /** The session of the request. */
  readonly session?: Session | undefined;
  /** The code of a mailed link that this browser has opened. */
  readonly prefilled?: string;
  /** In place of the messages that are stored with the flow. */
  readonly messages?: readonly Message[];
}

/** A session that an app fetches with its two codes. */
export type ExchangedSession = { readonly token: string } & SessionWithIdentity;

/** What the page of a mailed link is drawn with. */
export interface LinkViewer {
  /** The masked CSRF token of the browser. */
  readonly csrfToken: string;
  /** Messages of a submit of this page that was refused. */
  readonly messages?: readonly Message[];
}
