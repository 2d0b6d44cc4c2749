import { isObject } from '../kernel/json.ts';
import type { Phase } from '../kernel/verdict.ts';

export const PHASES: readonly Phase[] = ['prepare', 'write', 'follow'];

export function isPhase(value: unknown): value is Phase {
  return PHASES.some((phase) => phase === value);
}

/** The one phase, or the two of `{ hooks_first, persist_first }`; undefined for anything else. */
export function phasesOf(value: unknown): readonly Phase[] | undefined {
  if (isPhase(value)) return [value];
  if (!isObject(value) || Object.keys(value).length !== 2) return undefined;
  const { hooks_first: hooksFirst, persist_first: persistFirst } = value;
  return isPhase(hooksFirst) && isPhase(persistFirst) ? [hooksFirst, persistFirst] : undefined;
}
