import type { MethodName } from '../config/config.ts';
import { isObject } from '../kernel/json.ts';
import type { At, Hook, Point } from './define.ts';
import { checkFlag, describe, kindOf, type HookProblem } from './hook-problem.ts';
import { isPhase, PHASES, phasesOf } from './phases.ts';
import { checkMeta } from './validate-meta.ts';
import { checkTimeout } from './validate-timeout.ts';
import { HOOK_NAME } from '../kernel/hook-name.ts';

export const POINTS: readonly Point[] = [
  'login.before', 'login.after', 'registration.before', 'registration.after', 'settings.before', 'settings.after',
  'recovery.before', 'recovery.after', 'verification.before', 'verification.after', 'logout.before', 'logout.after',
]; // prettier-ignore

/** States of the server's own in the boxes that hooks stand in: a hook of that name could not be told from them. */
const STATES: ReadonlySet<string> = new Set([
  'identity', 'changes', 'challenge', 'verified', 'revoked', 'flow', 'link', 'consume', 'stored',
]); // prettier-ignore

const KEYS = ['name', 'at', 'timeoutMs', 'claims', 'ends', 'meta', 'config', 'load', 'run'];
const WITH_METHODS = /^(?:login|registration|settings)\.after\.(.+)$/;

/**
 * The hook that a file or package exports, or everything that is wrong with it. `methods`: those that a place may name; any
 * word where they are not known, as in the test of a hook.
 */
export function checkShape(
  value: unknown,
  methods?: readonly MethodName[],
): {
  readonly hook: Hook<unknown> | undefined;
  readonly problems: readonly HookProblem[];
} {
  if (!isObject(value)) {
    const found = value === undefined ? 'there is no default export' : `the default export is ${kindOf(value)}`;
    return {
      hook: undefined,
      problems: [{ path: 'export default', found, allowed: 'export default defineHook({ … })' }],
    };
  }
  const problems = [
    ...unknownKeys(value),
    ...checkName(value['name']),
    ...checkConfig(value['config']),
    ...checkLoad(value),
    ...['claims', 'ends'].flatMap((key) => checkFlag(key, value[key])),
    ...checkRun(value['run']),
    ...(typeof value['meta'] === 'function' ? [] : checkMeta(value['meta'], value)),
    ...(typeof value['at'] === 'function' ? [] : checkAt(value['at'], value['run'], methods)),
    ...checkTimeout(value['timeoutMs'], value),
  ];
  // The checks above are what the type says; the type of its configuration was erased when it was exported.
  return { hook: problems.length === 0 ? (value as unknown as Hook<unknown>) : undefined, problems };
}

/** What is wrong with the places a hook names: points that do not exist, phases that do not, a phase without its `run`. */
export function checkAt(at: unknown, run: unknown, methods?: readonly MethodName[]): readonly HookProblem[] {
  if (!isObject(at) || Object.keys(at).length === 0) {
    return [
      {
        path: 'at',
        found: `it is ${kindOf(at)}`,
        allowed: `at least one place and its phase: { 'login.after': 'prepare' }`,
      },
    ];
  }
  const problems: HookProblem[] = [];
  for (const [place, phases] of Object.entries(at)) {
    const path = `at['${place}']`;
    if (!isPlace(place, methods)) {
      problems.push({
        path,
        found: 'there is no such place',
        allowed: `${POINTS.join(', ')}; after login, registration and settings also with a method, as login.after.password`,
      });
      continue;
    }
    const named = phasesOf(phases);
    if (named === undefined) {
      problems.push({
        path,
        found: 'it names no phase',
        allowed: `'prepare', 'write' or 'follow', or { hooks_first, persist_first } with one of them each`,
      });
      continue;
    }
    if (place.endsWith('.before') && place !== 'logout.before' && named.some((phase) => phase !== 'prepare')) {
      problems.push({
        path,
        found: `it names ${named.join(' and ')}`,
        allowed: `'prepare': before a flow there is nothing to write or to follow`,
      });
    }
    for (const phase of new Set(named)) {
      if (isObject(run) && typeof run[phase] === 'function') continue;
      problems.push({
        path: `run.${phase}`,
        found: 'it is missing',
        allowed: `a function, because at['${place}'] names ${phase}`,
      });
    }
  }
  return problems;
}

/** The places a hook names without looking at its configuration; undefined when they depend on it. */
export function fixedAt(hook: Hook<unknown>): At | undefined {
  return typeof hook.at === 'function' ? undefined : hook.at;
}

function isPlace(place: string, methods: readonly MethodName[] | undefined): boolean {
  const [, method] = WITH_METHODS.exec(place) ?? [];
  if (method === undefined) return POINTS.some((point) => point === place);
  return methods?.includes(method) ?? HOOK_NAME.test(method);
}

function unknownKeys(hook: Record<string, unknown>): readonly HookProblem[] {
  return Object.keys(hook)
    .filter((key) => !KEYS.includes(key) && !(key === 'isolate' && hook[key] === false))
    .map((key) =>
      key === 'isolate'
        ? {
            path: key,
            found: 'this build cannot run a hook in a worker of its own yet',
            allowed: 'leave it out, or false',
          }
        : { path: key, found: 'unknown key', allowed: KEYS.join(', ') },
    );
}

function checkName(name: unknown): readonly HookProblem[] {
  if (typeof name !== 'string' || !HOOK_NAME.test(name)) {
    return [{ path: 'name', found: describe(name), allowed: 'small letters, digits and _, beginning with a letter' }];
  }
  if (STATES.has(name))
    return [{ path: 'name', found: describe(name), allowed: 'another one: the server has states of this name' }];
  return [];
}

function checkConfig(config: unknown): readonly HookProblem[] {
  if (config === undefined) return [];
  const parses = (typeof config === 'object' || typeof config === 'function') && config !== null && 'parse' in config;
  if (parses && typeof config.parse === 'function') return [];
  return [
    {
      path: 'config',
      found: 'it has no parse function',
      allowed: 'a schema, such as z.strictObject({ … }), or nothing',
    },
  ];
}

function checkLoad({ load, config }: Record<string, unknown>): readonly HookProblem[] {
  if (load === undefined) return [];
  if (typeof load !== 'function') return [{ path: 'load', found: describe(load), allowed: 'a function' }];
  return config === undefined ? [{ path: 'load', found: 'there is no config', allowed: 'a config that it reads' }] : [];
}

function checkRun(run: unknown): readonly HookProblem[] {
  if (!isObject(run))
    return [
      {
        path: 'run',
        found: 'it is missing',
        allowed: 'a function for each phase named in `at`: { prepare, write, follow }',
      },
    ];
  return Object.keys(run).flatMap((phase) => {
    if (!isPhase(phase)) return [{ path: `run.${phase}`, found: 'unknown phase', allowed: PHASES.join(', ') }];
    if (run[phase] === undefined || typeof run[phase] === 'function') return [];
    return [{ path: `run.${phase}`, found: describe(run[phase]), allowed: 'a function' }];
  });
}
