import assert from 'node:assert/strict';
import { test as nodeTest } from 'node:test';
import { buildFacts } from '../hook/facts.ts';
import { createCaller } from '../hook/call.ts';
import type { BoundHook } from '../hook/bound-hook.ts';
import { type CaseFacts, partsOf } from './case-facts.ts';
import { metaOf, type Hook, type Outside, type Point, type ReachIn, type Writes } from '../hook/define.ts';
import { phasesOf } from '../hook/phases.ts';
import { checkAt, checkShape } from '../hook/validate-hook.ts';
import { checkMeta } from '../hook/validate-meta.ts';
import { isObject } from '../kernel/json.ts';
import { isProblem, parseConfiguredUrl, type ReturnUrl } from '../kernel/return-url.ts';
import type { Phase } from '../kernel/verdict.ts';

/** One row: a place and a configuration, and the verdict that is expected, or what its configuration is refused for. */
export interface HookCase {
  readonly name: string;
  /** `registration.after`, `settings.after.profile`; the hook's first place where it is left out. */
  readonly at?: string;
  /** Which list the hook stands in where a place has two phases. */
  readonly order?: 'hooks_first' | 'persist_first';
  readonly config?: unknown;
  readonly facts?: CaseFacts;
  /** Members of the verdict, compared with what the hook answers. */
  readonly verdict?: Readonly<Record<string, unknown>>;
  /**
   * What it wrote, in order: `sessions.issue`, `sessions.revokeOthers`, `verification.start`, `outbox.put`,
   * `outbox.request`, `notes.set`.
   */
  readonly writes?: readonly string[];
  /** The configuration is refused; a member of it that the reason names. */
  readonly refused?: string;
  /** Answers what the hook fetches; without it there is no network. */
  readonly fetch?: typeof fetch;
  /** The texts that `load` reads, by their URI. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The hook throws; a part of the error's text. */
  readonly throws?: string;
}

type Run = (name: string, work: () => Promise<void>) => unknown;

/** Vitest, Jest and Mocha offer `test` or `it` everywhere; else Node's own runner. */
function runner(): Run {
  const { test, it } = globalThis as { test?: Run; it?: Run };
  return test ?? it ?? ((name, work) => void nodeTest(name, work));
}

/** Runs a table of cases against a hook, under the same rules the server calls it by. */
export function hookTest<C>(hook: Hook<C>, cases: readonly HookCase[], run: Run = runner()): void {
  const known = hook as Hook<unknown>; // the table gives configurations as they are written
  run(`${hook.name} is a hook the server would load`, async () => {
    const { problems } = checkShape(hook);
    assert.deepEqual(problems, []);
    for (const { config, refused } of cases) if (refused === undefined) refusesUnknown(known, config);
  });
  for (const each of cases) run(`${hook.name} ${each.name}`, () => check(known, each));
}

/** A schema that drops unknown keys would ignore a misspelt key of the configuration. */
function refusesUnknown(hook: Hook<unknown>, config: unknown): void {
  if (hook.config === undefined || !isObject(config ?? {})) return;
  assert.throws(
    () => hook.config?.parse({ ...Object(config), 'no such option': true }),
    'Its schema accepts unknown keys: use z.strictObject.',
  );
}

async function check(
  hook: Hook<unknown>,
  { at, order = 'hooks_first', config, facts = {}, verdict, writes, refused, fetch, texts = {}, throws }: HookCase,
): Promise<void> {
  if (refused !== undefined) {
    assert.throws(
      () => hook.config?.parse(config),
      (error: unknown) => String(error instanceof Error ? error.message : error).includes(refused),
      `The configuration is not refused for ${refused}.`,
    );
    return;
  }
  const written: unknown = hook.config === undefined ? undefined : hook.config.parse(config);
  const parsed = hook.load === undefined ? written : await hook.load(written, { readText: textIn(texts) });
  const places = typeof hook.at === 'function' ? hook.at(parsed) : hook.at;
  assert.deepEqual(checkAt(places, hook.run), []);
  assert.deepEqual(checkMeta(metaOf(hook, written), hook), []);
  const place = at ?? Object.keys(places)[0] ?? '';
  const phases = (places as Readonly<Record<string, Phase | { readonly [order: string]: Phase }>>)[place];
  assert.ok(phasesOf(phases), `The hook does not stand at ${place}.`);
  const phase: Phase = typeof phases === 'string' ? phases : (phases?.[order] ?? 'prepare');
  const [flow = '', point = '', method] = place.split('.');
  const bound: BoundHook = {
    name: hook.name,
    key: hook.name,
    phase,
    point: `${flow}.${point}` as Point, // a place the hook itself named
    list: place,
    method: method as BoundHook['method'],
    config: parsed,
    hook,
    meta: metaOf(hook, written),
    entry: { hook: hook.name, id: undefined, config, path: place, place: undefined },
    from: {
      name: place,
      flow: flow as never,
      point: point as never,
      method: undefined,
      dialect: 'current',
      path: place,
      entries: [],
    },
  };
  const said: string[] = [];
  const caller = createCaller({ report: () => undefined, allowed: () => undefined });
  const called = caller.call(bound, phase, buildFacts(partsOf(bound, facts)), reachOf(phase, facts, said, fetch));
  if (throws !== undefined) {
    await assert.rejects(called, (error: unknown) => saidOf(error).includes(throws), `It does not throw ${throws}.`);
    return;
  }
  const answer = await called.catch((error: unknown) => assert.fail(saidOf(error)));
  if (verdict !== undefined)
    for (const [key, value] of Object.entries(verdict))
      assert.deepEqual((answer as Readonly<Record<string, unknown>>)[key], value, key);
  if (writes !== undefined) assert.deepEqual(said, writes);
}

/** The error and what caused it, as an operator reads it. */
function saidOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${saidOf(error.cause)}`;
}

function textIn(texts: Readonly<Record<string, string>>): (uri: string) => Promise<string> {
  return (uri) => {
    const text = texts[uri];
    return text === undefined ? Promise.reject(new Error(`${uri} is not among the texts.`)) : Promise.resolve(text);
  };
}

/** The reach of a hook under test: no network unless the case has one, and writes that are only recorded. */
function reachOf<P extends Phase>(
  phase: P,
  { returnTo, flow = {} }: CaseFacts,
  said: string[],
  network: typeof fetch | undefined,
): ReachIn[P] {
  const wanted = returnTo === undefined ? undefined : parseConfiguredUrl(returnTo);
  const outside: Outside = {
    fetch: network ?? (() => Promise.reject(new Error('hookTest has no network: give the case a `fetch`.'))),
    log: { info: () => undefined, warn: () => undefined },
    returnUrl: (fallback: ReturnUrl) => (wanted === undefined || isProblem(wanted) ? fallback : wanted),
    flow: () => flow,
  };
  const note = (what: string) => async (): Promise<void> => void said.push(what);
  const writes: Writes = {
    sessions: { issue: note('sessions.issue'), revokeOthers: note('sessions.revokeOthers') },
    verification: {
      async start() {
        said.push('verification.start');
        return [];
      },
    },
    outbox: { put: note('outbox.put'), request: note('outbox.request') },
    notes: { set: note('notes.set') },
    flow: () => flow,
  };
  return (phase === 'write' ? writes : outside) as ReachIn[P]; // which of the two the phase has
}
