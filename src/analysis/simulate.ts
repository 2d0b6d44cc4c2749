import type { Config, MethodName } from '../config/config.ts';
import type { FlowKind, FlowRow } from '../flow/flow.ts';
import type { BoundHook } from '../hook/bound-hook.ts';
import { createCaller } from '../hook/call.ts';
import { metaOf, type Hook, type Outside, type Point, type SessionFacts, type Writes } from '../hook/define.ts';
import { buildFacts } from '../hook/facts.ts';
import { phaseAt } from '../hook/built-in-placement.ts';
import { HookError } from '../hook/hook-error.ts';
import { withinHook } from '../hook/hook-scope.ts';
import { boundedWrites, NOTHING_SPENT } from '../hook/write-limits.ts';
import type { Draft } from '../kernel/draft.ts';
import { SallyportError } from '../kernel/error.ts';
import { isObject, sameJson, type JsonObject } from '../kernel/json.ts';
import type { Phase, Verdict } from '../kernel/verdict.ts';
import { acceptedNow, allowedUrl, wantedUrl } from '../engine/view/return-to.ts';

/** A flow that ran, as a hook would have seen it. */
export interface RecordedFlow {
  readonly id: string;
  readonly kind: FlowKind;
  readonly type: FlowRow['type'];
  readonly requestUrl: string;
  readonly method: string | undefined;
  readonly draft: Draft | undefined;
  readonly identity: JsonObject | undefined;
  /** As it is stored by now. */
  readonly session: { readonly facts: SessionFacts; readonly wire: JsonObject } | undefined;
}

export interface SimulateParts {
  readonly hook: Hook<unknown>;
  readonly config: unknown;
  readonly point: Point;
  readonly method: MethodName | undefined;
  readonly settings: Config;
  /** Undefined: nothing outside can be reached. */
  readonly fetch: typeof fetch | undefined;
  readonly now: () => number;
}

export interface Simulation {
  readonly phase: Phase;
  readonly flows: number;
  readonly verdicts: Readonly<Record<Verdict['kind'] | 'failed', number>>;
  /** Names of traits it would have changed, and in how many flows. */
  readonly changed: Readonly<Record<string, number>>;
  /** What it would have written: `sessions.issue`, …, and how often. */
  readonly writes: Readonly<Record<string, number>>;
  /** Requests that were not made. */
  readonly kept: number;
  /** Milliseconds. */
  readonly took: { readonly median: number; readonly p95: number; readonly longest: number };
  /** A few flows of each verdict but `continue`. */
  readonly examples: readonly { readonly flow: string; readonly verdict: string; readonly why: string }[];
}

const EXAMPLES = 5;

/** The phase a hook would run in at a place; undefined: it may not stand there. */
export function phaseOfHook({
  hook,
  config,
  point,
  method,
}: Pick<SimulateParts, 'hook' | 'config' | 'point' | 'method'>): Phase | undefined {
  const { at: said } = hook;
  const at = typeof said === 'function' ? withinHook(hook.name, () => said(config)) : said;
  const [flow, where] = point.split('.') as [BoundHook['from']['flow'], BoundHook['from']['point']]; // a point is both
  return phaseAt(at, { flow, point: where, method, dialect: 'current' });
}

/** Runs a hook over flows that ran, without any effect: nothing is written, and nothing outside is reached unless allowed. */
export async function simulate(
  parts: SimulateParts,
  phase: Phase,
  flows: readonly RecordedFlow[],
): Promise<Simulation> {
  const { settings, now } = parts;
  const bound = boundFor(parts, phase);
  const caller = createCaller({
    report: () => undefined, // it is counted
    allowed: (url) => allowedUrl(settings, url),
  });
  const verdicts: Record<Verdict['kind'] | 'failed', number> = {
    continue: 0,
    modify: 0,
    redirect: 0,
    fail: 0,
    divert: 0,
    failed: 0,
  };
  const changed: Record<string, number> = {};
  const writes: Record<string, number> = {};
  const times: number[] = [];
  const examples: Simulation['examples'][number][] = [];
  let kept = 0;
  const refuse: typeof fetch = () => {
    kept += 1;
    return Promise.reject(
      new TypeError('The request was not made: simulate runs without a network unless --allow-network says so.'),
    );
  };

  for (const flow of flows) {
    const reach = phase === 'write' ? writesThat(flow, writes) : outsideThat(flow, parts, refuse);
    const began = now();
    const verdict = await caller.call(bound, phase, factsOf(flow, parts, bound), reach).catch(faultIn);
    times.push(now() - began);
    const kind = verdict instanceof HookError ? 'failed' : verdict.kind;
    verdicts[kind] += 1;
    if (!(verdict instanceof HookError) && verdict.kind === 'modify')
      for (const name of differing(flow.draft?.identity.traits, verdict.draft.identity.traits))
        changed[name] = (changed[name] ?? 0) + 1;
    const same = examples.filter((each) => each.verdict === kind).length;
    if (kind !== 'continue' && same < EXAMPLES) examples.push({ flow: flow.id, verdict: kind, why: sayWhy(verdict) });
  }
  const sorted = times.toSorted((a, b) => a - b);
  const share = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return {
    phase,
    flows: flows.length,
    verdicts,
    changed,
    writes,
    kept,
    took: { median: share(0.5), p95: share(0.95), longest: sorted.at(-1) ?? 0 },
    examples,
  };
}

function faultIn(error: unknown): HookError {
  if (error instanceof SallyportError && error.cause instanceof HookError) return error.cause;
  throw error;
}

function sayWhy(verdict: Verdict | HookError): string {
  if (verdict instanceof HookError) return verdict.message;
  if (verdict.kind === 'fail') return verdict.messages.map(({ id, text }) => `${id} ${text}`).join(' ');
  return verdict.kind === 'redirect' || verdict.kind === 'divert' ? `to ${verdict.to}` : '';
}

/** Points at which a hook sees the session that is issued, or in which something is changed. */
const WITH_SESSION: ReadonlySet<Point> = new Set([
  'login.after',
  'settings.before',
  'settings.after',
  'logout.before',
  'logout.after',
]);

const seesSession = (point: Point, phase: Phase): boolean =>
  WITH_SESSION.has(point) || (phase === 'follow' && point.endsWith('.after'));

function factsOf(
  flow: RecordedFlow,
  { point, settings }: SimulateParts,
  bound: BoundHook,
): ReturnType<typeof buildFacts> {
  const { id, kind, type, requestUrl, method, draft, identity } = flow;
  const session = seesSession(point, bound.phase) ? flow.session : undefined;
  return buildFacts({
    flow: {
      id: id as never,
      kind,
      type,
      page: undefined,
      method,
      requestUrl,
      returnTo: acceptedNow(settings, { kind, requestUrl }, [bound.from.dialect]),
      transientPayload: {},
    }, // an id of the database
    point,
    draft: point.endsWith('.before') ? undefined : draft,
    identity,
    session: session?.facts,
    wire: { identity, session: session?.wire },
    request: undefined,
    headers: {},
    allowedHeaders: settings.clients.hookHeaders,
    started: [],
    attempt: `simulated.${id}.${bound.key}`,
  });
}

function outsideThat(flow: RecordedFlow, { settings, fetch: allowed }: SimulateParts, refuse: typeof fetch): Outside {
  return {
    fetch: allowed ?? refuse,
    log: { info: () => undefined, warn: () => undefined },
    flow: () => seen(flow),
    returnUrl: (fallback) => wantedUrl(settings, flow.requestUrl, fallback),
  };
}

/** What is left of the flow; its form is not drawn again. */
const seen = ({ id, type, requestUrl }: RecordedFlow): JsonObject => ({ id, type, request_url: requestUrl });

/** Takes what a hook would write, and counts it. */
function writesThat(flow: RecordedFlow, counts: Record<string, number>): Writes {
  const count = (what: string): Promise<void> => {
    counts[what] = (counts[what] ?? 0) + 1;
    return Promise.resolve();
  };
  let spent = NOTHING_SPENT;
  const writes: Writes = {
    sessions: { issue: () => count('sessions.issue'), revokeOthers: () => count('sessions.revokeOthers') },
    verification: { start: async () => (await count('verification.start'), []) },
    outbox: { put: () => count('outbox.put'), request: () => count('outbox.request') },
    flow: () => seen(flow),
    notes: { set: () => count('notes.set') },
  };
  return boundedWrites(writes, { spent: () => spent, keep: (sum) => void (spent = sum) });
}

/** Names only: what stands in them is the person's. */
function differing(before: JsonObject | undefined, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  return [...names].filter((name) => !sameJson(before?.[name] ?? null, isObject(after) ? (after[name] ?? null) : null));
}

function boundFor({ hook, config, point, method }: SimulateParts, phase: Phase): BoundHook {
  const [flow, where] = point.split('.') as [BoundHook['from']['flow'], BoundHook['from']['point']]; // a point is both
  const list = method === undefined ? point : `${point}.${method}`;
  const entry = { hook: hook.name, id: undefined, config, path: 'simulate', place: undefined };
  return {
    name: hook.name, key: hook.name, phase, point, list, method, config, hook, meta: withinHook(hook.name, () => metaOf(hook, config)), entry,
    from: { name: list, flow, point: where, method, dialect: 'current', path: 'simulate', entries: [entry] },
  }; // prettier-ignore
}
