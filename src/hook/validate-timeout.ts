import { isObject } from '../kernel/json.ts';
import { describe, type HookProblem } from './hook-problem.ts';
import { isPhase, PHASES, phasesOf } from './phases.ts';

export const WRITE_LIMIT_MS = 1_000;
const LONGEST_MS = 600_000;

/** What is wrong with the time limits of a hook: one for all phases, or one for each. */
export function checkTimeout(timeout: unknown, { at, run }: Record<string, unknown>): readonly HookProblem[] {
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
