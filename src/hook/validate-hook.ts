import { isObject } from '../kernel/json.ts';
import { VERDICT_KINDS, type Phase } from '../kernel/verdict.ts';
import type { At, Hook, HookMeta, Point } from './define.ts';

/** What is wrong with a hook, as `path: what is there; what is allowed`. */
export interface HookProblem {
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}

export const HOOK_NAME = /^[a-z][a-z0-9_]*$/;
export const WRITE_LIMIT_MS = 1_000;
const LONGEST_MS = 600_000;

export const PHASES: readonly Phase[] = ['prepare', 'write', 'follow'];
export const METHODS = [
  'password', 'profile', 'code', 'link', 'oidc', 'totp', 'lookup_secret', 'webauthn', 'passkey',
] as const; // prettier-ignore
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

/** The hook that a file or package exports, or everything that is wrong with it. */
export function checkShape(value: unknown): {
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
    ...(typeof value['at'] === 'function' ? [] : checkAt(value['at'], value['run'])),
    ...checkTimeout(value['timeoutMs'], value),
  ];
  // The checks above are what the type says; the type of its configuration was erased when it was exported.
  return { hook: problems.length === 0 ? (value as unknown as Hook<unknown>) : undefined, problems };
}

/** What is wrong with the places a hook names: points that do not exist, phases that do not, a phase without its `run`. */
export function checkAt(at: unknown, run: unknown): readonly HookProblem[] {
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
    if (!isPlace(place)) {
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

/** The one phase, or the two of `{ hooks_first, persist_first }`; undefined for anything else. */
export function phasesOf(value: unknown): readonly Phase[] | undefined {
  if (isPhase(value)) return [value];
  if (!isObject(value) || Object.keys(value).length !== 2) return undefined;
  const { hooks_first: hooksFirst, persist_first: persistFirst } = value;
  return isPhase(hooksFirst) && isPhase(persistFirst) ? [hooksFirst, persistFirst] : undefined;
}

/** The places a hook names without looking at its configuration; undefined when they depend on it. */
export function fixedAt(hook: Hook<unknown>): At | undefined {
  return typeof hook.at === 'function' ? undefined : hook.at;
}

function isPhase(value: unknown): value is Phase {
  return PHASES.some((phase) => phase === value);
}

function isPlace(place: string): boolean {
  const [, method] = WITH_METHODS.exec(place) ?? [];
  return method === undefined ? POINTS.some((point) => point === place) : METHODS.some((each) => each === method);
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

function checkFlag(key: string, value: unknown): readonly HookProblem[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return [{ path: key, found: describe(value), allowed: 'true, false or nothing' }];
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

const FLAGS: readonly string[] = [
  'issuesSession', 'revokesSessions', 'startsVerification', 'requiresVerifiedAddress', 'onlyLeads', 'followsReturnTo',
] satisfies readonly Exclude<keyof HookMeta, 'verdicts'>[]; // prettier-ignore

/** What is wrong with what a hook says of itself: unknown members, verdicts its phase does not have, a phase without its `run`. */
export function checkMeta(
  meta: unknown,
  hook: { readonly run?: unknown; readonly ends?: unknown },
): readonly HookProblem[] {
  if (meta === undefined) return [];
  if (!isObject(meta))
    return [{ path: 'meta', found: describe(meta), allowed: 'an object, or a function of the config' }];
  const { verdicts, ...flags } = meta;
  return [
    ...Object.entries(flags).flatMap(([key, value]) =>
      FLAGS.includes(key)
        ? checkFlag(`meta.${key}`, value)
        : [{ path: `meta.${key}`, found: 'unknown key', allowed: [...FLAGS, 'verdicts'].join(', ') }],
    ),
    ...checkVerdicts(verdicts, hook),
  ];
}

function checkVerdicts(
  verdicts: unknown,
  { run, ends }: { readonly run?: unknown; readonly ends?: unknown },
): readonly HookProblem[] {
  if (verdicts === undefined) return [];
  const path = 'meta.verdicts';
  if (!isObject(verdicts)) return [{ path, found: describe(verdicts), allowed: 'lists of verdicts by phase' }];
  return Object.entries(verdicts).flatMap(([phase, kinds]): readonly HookProblem[] => {
    const at = `${path}.${phase}`;
    if (!isPhase(phase)) return [{ path: at, found: 'unknown phase', allowed: PHASES.join(', ') }];
    if (!isObject(run) || run[phase] === undefined)
      return [{ path: at, found: `there is no run.${phase}`, allowed: 'phases that it has a `run` for' }];
    const all = VERDICT_KINDS[phase].filter((kind) => ends !== true || (kind !== 'continue' && kind !== 'modify'));
    const wrong = Array.isArray(kinds) ? kinds.filter((kind) => !all.some((each) => each === kind)) : [kinds];
    if (wrong.length === 0 && Array.isArray(kinds) && kinds.length > 0) return [];
    const found = wrong.length === 0 ? 'it is empty' : describe(wrong[0]);
    const why = ends === true ? ' (it always ends its list)' : '';
    return [{ path: at, found, allowed: `one or more of ${all.join(', ')}${why}` }];
  });
}

function checkTimeout(timeout: unknown, { at, run }: Record<string, unknown>): readonly HookProblem[] {
  const path = 'timeoutMs';
  if (timeout === undefined) return [{ path, found: 'it is missing', allowed: 'the milliseconds the hook may take' }];
  const named = isObject(at) ? Object.values(at).flatMap((each) => phasesOf(each) ?? []) : [];
  const runs = isObject(run) ? PHASES.filter((phase) => run[phase] !== undefined) : [];
  if (!isObject(timeout)) {
    const writes = named.includes('write') || (typeof at === 'function' && runs.includes('write'));
    return checkLimit(path, timeout, writes);
  }
  const unknown = Object.keys(timeout).filter((phase) => !isPhase(phase));
  return [
    ...unknown.map((phase) => ({ path: `${path}.${phase}`, found: 'unknown phase', allowed: PHASES.join(', ') })),
    ...runs.flatMap((phase) => checkLimit(`${path}.${phase}`, timeout[phase], phase === 'write')),
  ];
}

function checkLimit(path: string, limit: unknown, writes: boolean): readonly HookProblem[] {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > LONGEST_MS) {
    return [{ path, found: describe(limit), allowed: `whole milliseconds from 1 to ${LONGEST_MS}` }];
  }
  if (!writes || limit <= WRITE_LIMIT_MS) return [];
  return [
    {
      path,
      found: String(limit),
      allowed: `at most ${WRITE_LIMIT_MS} for a hook that writes: it holds the transaction`,
    },
  ];
}

function describe(value: unknown): string {
  if (value === undefined) return 'it is missing';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? JSON.stringify(value)
    : `it is ${kindOf(value)}`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an empty or unfit object' : `a ${typeof value}`;
}
