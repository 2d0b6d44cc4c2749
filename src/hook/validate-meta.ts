import { isObject } from '../kernel/json.ts';
import { VERDICT_KINDS } from '../kernel/verdict.ts';
import type { HookMeta } from './define.ts';
import { checkFlag, describe, type HookProblem } from './hook-problem.ts';
import { isPhase, PHASES } from './phases.ts';

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
