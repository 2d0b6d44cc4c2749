import { VERDICT_KINDS, type ContinueWith, type Phase, type Verdict, type VerdictIn } from '../kernel/verdict.ts';
import type { Draft } from '../kernel/draft.ts';
import type { FlowId } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import type { FlowKind, FlowType } from '../flow/flow.ts';

export type Point =
  | 'login.before'
  | 'login.after'
  | 'registration.before'
  | 'registration.after'
  | 'settings.before'
  | 'settings.after'
  | 'recovery.before'
  | 'recovery.after'
  | 'verification.before'
  | 'verification.after'
  | 'logout.before'
  | 'logout.after';

/** Point, or point and method, to phase; lists of dialect v0.1-job persist first, all others run hooks first. */
export type ByOrder = { readonly hooks_first: Phase; readonly persist_first: Phase };
export type At = { readonly [Place in Point | `${Point}.${string}`]?: Phase | ByOrder };

export interface FlowFacts {
  readonly id: FlowId;
  readonly kind: FlowKind;
  readonly type: FlowType;
  readonly page: string | undefined;
  readonly method: string | undefined;
  readonly requestUrl: string;
  readonly returnTo: string | undefined;
  readonly transientPayload: JsonObject;
}

/** An identity as the public wire shows it: no credentials, no admin metadata. */
export type PublicIdentity = JsonObject;

export interface SessionFacts {
  readonly id: string;
  readonly aal: string;
  readonly methods: readonly string[];
}

/** The request that a hook is called for: address under the public URL, of its query only the flow's id. */
export interface RequestFacts {
  readonly method: string;
  readonly url: string;
}

/**
 * The account and its session in the form that clients of the API get, whole, as they will be stored. Before that, ids of
 * addresses and devices are the nil id; times are those of the call. An object that the traits lack is `{}` where the
 * schema takes it, at registration and in settings.
 */
export interface WireFacts {
  readonly identity: PublicIdentity | undefined;
  readonly session: JsonObject | undefined;
}

/** Deep-frozen, without prototypes. */
export interface Facts {
  readonly flow: FlowFacts;
  readonly point: Point;
  /**
   * With the identity id and session id that will be stored; absent in `before`. `metadataAdmin` reads null, and a
   * modified draft that leaves it null changes nothing about it.
   */
  readonly draft: Draft | undefined;
  /** As it will be stored; the same as `wire.identity`. */
  readonly identity: PublicIdentity | undefined;
  readonly session: SessionFacts | undefined;
  readonly wire: WireFacts;
  /** Verification flows that this submit has begun so far. */
  readonly started: readonly StartedFlow[];
  /** Absent where nobody asks: a step that another process left behind is taken up. */
  readonly request: RequestFacts | undefined;
  /** Only those on the allow list; no cookie, no authorization. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same value when the same hook runs again for the same submit: send it as an idempotency key. */
  readonly attempt: string;
  readonly signal: AbortSignal;
}

export interface Log {
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
}

/** Prepare and follow: the world outside, no writing. */
export interface Outside {
  /** Aborted with the hook's time limit; private address ranges are refused (security AD-5). */
  readonly fetch: typeof fetch;
  readonly log: Log;
  /** The flow's checked `return_to`, or else the fallback. */
  returnUrl(fallback: ReturnUrl): ReturnUrl;
  /** The flow as clients see it, its form included, without its CSRF token. */
  flow(): JsonObject;
}

export interface StartedFlow {
  readonly id: FlowId;
  readonly address: string;
  /** Where a browser sees it. */
  readonly url: ReturnUrl;
}

/** A message a plugin may put into the outbox: to an address of this flow's identity only. */
export interface PluginMail {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

/** A request that the courier makes once the submit is stored, and tries again until somebody takes it. */
export interface PluginRequest {
  /** Absolute, http or https. */
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Bound to the open transaction and to this flow's identity: nobody else's, no credentials, no SQL. */
export interface Writes {
  readonly sessions: { issue(): Promise<void>; revokeOthers(): Promise<void> };
  readonly verification: {
    /** One flow and mail for each unverified address (`all`), or for the first one. */
    start(which?: 'first' | 'all'): Promise<readonly StartedFlow[]>;
  };
  readonly outbox: { put(mail: PluginMail): Promise<void>; request(request: PluginRequest): Promise<void> };
  readonly notes: { set(key: string, value: Json): Promise<void> };
  /** As `Outside.flow`. */
  flow(): JsonObject;
}

export interface ReachIn {
  prepare: Outside;
  write: Writes;
  follow: Outside;
}

/** At start: what a hook may reach to make itself ready. */
export interface Start {
  /** The text behind a `file://` (from the folder of the configuration), `base64://` or `http(s)://` URI. */
  readText(uri: string): Promise<string>;
}

/** What a hook does, for the server that runs it and for what is said of a configuration; its name says nothing to them. */
export interface HookMeta {
  /** It signs the person in. */
  readonly issuesSession?: boolean;
  /** It ends other sessions of the person. */
  readonly revokesSessions?: boolean;
  /** It begins verification flows, and so sends mails. */
  readonly startsVerification?: boolean;
  /** It lets nobody pass whose address is not verified. */
  readonly requiresVerifiedAddress?: boolean;
  /** It only chooses the next page: it also runs after a registration that stored nothing because the account exists. */
  readonly onlyLeads?: boolean;
  /** A redirect of it leads to the flow's `return_to` where there is one. */
  readonly followsReturnTo?: boolean;
  /** The verdicts it can give in a phase; a phase that is left out: all that the phase allows. Another one is a fault. */
  readonly verdicts?: { readonly [P in Phase]?: readonly VerdictIn[P]['kind'][] };
}

export interface Hook<C> {
  /** The name used in the configuration, and the name of the file. */
  readonly name: string;
  readonly at: At | ((config: C) => At);
  /** Required, for all phases or for each. At most 1,000 where it writes: it holds the transaction. */
  readonly timeoutMs: number | { readonly [P in Phase]?: number };
  /** Its `prepare` must not run twice at once. */
  readonly claims?: boolean;
  /** It always ends its list (`redirect`): what stands after it never runs. */
  readonly ends?: boolean;
  /** What it does, where it says so. Calls nothing and changes nothing: the machines and stored flows are the same. */
  readonly meta?: HookMeta | ((config: C) => HookMeta);
  /** None: the hook takes no configuration. */
  readonly config?: { parse(input: unknown): C };
  /**
   * Once for each entry, at start: reads what the configuration names and gives the configuration that runs. What it
   * throws refuses the start; the message is told with the entry's place.
   */
  readonly load?: (config: C, start: Start) => C | Promise<C>;
  readonly run: {
    readonly [P in Phase]?: (facts: Facts, config: C, reach: ReachIn[P]) => VerdictIn[P] | Promise<VerdictIn[P]>;
  };
}

/** The milliseconds that a hook may take in a phase; 0: it has no part there. */
export function limitOf({ timeoutMs }: Pick<Hook<never>, 'timeoutMs'>, phase: Phase): number {
  return typeof timeoutMs === 'number' ? timeoutMs : (timeoutMs[phase] ?? 0);
}

/** What a hook says of itself under this configuration. */
export function metaOf<C>({ meta = {} }: Pick<Hook<C>, 'meta'>, config: C): HookMeta {
  return typeof meta === 'function' ? meta(config) : meta;
}

/** The verdicts that a hook can give in a phase. One that always ends its list never lets it go on. */
export function verdictsOf(
  { ends }: Pick<Hook<never>, 'ends'>,
  { verdicts }: HookMeta,
  phase: Phase,
): readonly Verdict['kind'][] {
  const allowed = verdicts?.[phase] ?? VERDICT_KINDS[phase];
  return ends === true ? allowed.filter((kind) => !GOES_ON.has(kind)) : allowed;
}

const GOES_ON: ReadonlySet<Verdict['kind']> = new Set(['continue', 'modify']);

/** Declares a hook; built-in and third-party hooks have the same shape. */
export const defineHook = <C = undefined>(hook: Hook<C>): Hook<C> => Object.freeze(hook);

export type { ContinueWith };
