import type { Config } from '../../config/config.ts';
import type { Mail, OutboxMessage } from '../../courier/message.ts';
import type { FlowKind, FlowRow, JournalStep } from '../../flow/flow.ts';
import type { Caller } from '../../hook/call.ts';
import type { ContinueWith } from '../../kernel/verdict.ts';
import type { Bound } from '../../hook/bind.ts';
import type { Outside, StartedFlow } from '../../hook/define.ts';
import type { Identity } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import type { Random } from '../../kernel/random.ts';
import type { ReturnUrl } from '../../kernel/return-url.ts';
import type { Limits } from '../../limit/budgets.ts';
import type { OneTimeSecret } from '../../secret/secret.ts';
import type { Session, SessionWithIdentity } from '../../session/session.ts';
import type { Store } from '../../store/store.ts';
import type { Body } from '../../kernel/body.ts';
import type { Opening } from '../../flow/flow-grammar.ts';
import type { Mailing } from '../../strategy/mailing.ts';
import type { PreparedWrites, Strategy, Values } from '../../strategy/strategy.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import type { Position } from '../machine/snapshot.ts';
import type { Unwritten } from '../journal/journal-backlog.ts';

/** What running a flow needs; made once by `buildApp`. */
export interface Runner {
  readonly config: Config;
  readonly flows: ReadonlyMap<FlowKind, CompiledFlow>;
  /** In the order in which they are asked whether a submit is theirs. */
  readonly strategies: ReadonlyMap<FlowKind, readonly Strategy[]>;
  readonly store: Store;
  readonly schemas: IdentitySchemas;
  readonly hooks: Caller;
  readonly bound: Bound;
  /** The world outside, for hooks. */
  readonly outside: Pick<Outside, 'fetch' | 'log'>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  /** One-time secrets as they are stored and the vault's seal. */
  readonly sealing: Sealing;
  readonly mailing: Mailing;
  /** Subject and body of a mail, rendered when it is queued. */
  render(mail: Mail): OutboxMessage;
  /** What could not be written down when it happened. */
  readonly unwritten: Unwritten;
  /** Tells the courier that there is work; called after a commit. */
  nudge(): void;
  /** What went wrong where nobody can be told: log, metrics. */
  report(error: unknown, where: { readonly flow: string; readonly state: string }): void;
  publicIdentity(identity: Identity): JsonObject;
}

export interface Sealing {
  hashToken(token: string): string;
  /** What an app is given when it begins a flow: follows from the flow's id and the first secret, stored nowhere. */
  initCode(flow: string): string;
  /** Under every secret. */
  initCodes(flow: string): readonly string[];
  sealVault(text: string, about: string): string;
  openVault(box: string, about: string): string | undefined;
}

/** Who asks: what the request brought along, already checked. */
export interface Asker {
  readonly session: SessionWithIdentity | undefined;
  /** The session came as a cookie. */
  readonly byCookie: boolean;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly userAgent: string | undefined;
  /** The random half of the CSRF cookie that will be set if this request changes who is signed in. */
  readonly nextCsrf: string;
}

export interface Issued {
  readonly token: string;
  readonly session: Session;
  /** A known session went on, under a new token. */
  readonly renewed: boolean;
}

/** What a request asks of a flow at rest. */
export interface Asked {
  readonly type: 'submit' | 'return';
  readonly method: string | undefined;
}

/** Belongs to one request, never stored with the flow. */
export interface Submission {
  readonly row: FlowRow;
  readonly asker: Asker;
  readonly body: Body;
  readonly transientPayload: JsonObject;
  strategy: Strategy | undefined;
  sealed: PreparedWrites | undefined;
  /** The flow's person as read, then as stored. */
  identity: Identity | undefined;
  /** Whose flow the row says it is: who a challenge went to, proved or not. */
  owner: IdentityId | undefined;
  /** For the answer: what was just issued, what hooks offered, where to go. */
  issued: Issued | undefined;
  offers: readonly ContinueWith[];
  started: readonly StartedFlow[];
  to: ReturnUrl | undefined;
  diverted: Diverted | undefined;
  /** Where the browser is sent for what was asked: a provider's page. */
  away: string | undefined;
  /** For an app: its browser takes it back. */
  exchange: string | undefined;
  /** The other kind of flow takes it from here. */
  other: { readonly opening: Opening; readonly values: Values } | undefined;
  /** What a strategy learned outside and cannot learn twice. */
  upstream: Json | undefined;
  /** The one-time secret that this submit used up. */
  used: OneTimeSecret | undefined;
  /**
   * A registration whose identifier somebody has, answered like any other: nothing is stored of it, its `identity` exists
   * nowhere, and the owner is told (design 6.12).
   */
  shadow: boolean;
  /** The owner of a taken identifier may be told once more. */
  tells: boolean;
  /** The settings flow that a recovery ends in. */
  settings: FlowRow | undefined;
  /** The flow's own tries at a code are used up. */
  exhausted: boolean;
  /** The flow cannot succeed any more: what the one that takes its place says. */
  restart: readonly Message[] | undefined;
  mailed: boolean;
  /** Asked by `return`: there is no body. */
  returned: boolean;
  asked: boolean;
  refused: boolean;
  steps: JournalStep[];
}

export interface Diverted {
  readonly to: ReturnUrl;
  readonly error: string;
}

/** What became of a request. */
export interface Outcome {
  /** `ran`: this request moved it; `finished`: it was over before; `moved`: another submit won. */
  readonly kind: 'ran' | 'finished' | 'moved';
  readonly row: FlowRow;
  readonly at: Position;
  readonly identity: Identity | undefined;
  readonly issued: Issued | undefined;
  readonly offers: readonly ContinueWith[];
  readonly started: readonly StartedFlow[];
  /** A `redirect` hook's target. */
  readonly to: ReturnUrl | undefined;
  readonly diverted: Diverted | undefined;
  /** For an app whose person was in a browser: the code it takes back. */
  readonly exchange: string | undefined;
  /** A provider's page, where the person goes on. */
  readonly away: string | undefined;
  readonly settings: FlowRow | undefined;
  readonly restart: readonly Message[] | undefined;
  readonly transientPayload: JsonObject;
  /** The page asks for more (a code, the second half of a form) rather than refusing what was sent. */
  readonly asked: boolean;
  /** What was sent was not taken: the page stands there with messages. */
  readonly refused: boolean;
}

export function submission(row: FlowRow, asker: Asker, body: Body, transientPayload: JsonObject = {}): Submission {
  return {
    row,
    asker,
    body,
    transientPayload,
    strategy: undefined,
    sealed: undefined,
    identity: undefined,
    owner: row.identityId,
    issued: undefined,
    offers: [],
    started: [],
    to: undefined,
    diverted: undefined,
    away: undefined,
    exchange: undefined,
    other: undefined,
    upstream: undefined,
    used: undefined,
    shadow: false,
    tells: false,
    settings: undefined,
    exhausted: false,
    restart: undefined,
    mailed: false,
    returned: false,
    asked: false,
    refused: false,
    steps: [],
  };
}

export function outcome(kind: Outcome['kind'], row: FlowRow, at: Position, request?: Submission): Outcome {
  return {
    kind,
    asked: request?.asked ?? false,
    refused: request?.refused ?? false,
    row,
    at,
    identity: request?.identity,
    issued: request?.issued,
    offers: request?.offers ?? [],
    started: request?.started ?? [],
    to: request?.to,
    diverted: request?.diverted,
    away: request?.away,
    settings: request?.settings,
    restart: request?.restart,
    exchange: request?.exchange,
    transientPayload: request?.transientPayload ?? {},
  };
}
