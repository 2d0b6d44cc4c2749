import type { Deviation } from './replay.ts';

/** One thing in which we differ from what was recorded, on purpose. */
export interface AllowedDifference {
  /** Everywhere, where it is left out. */
  readonly scenario?: string;
  readonly exchange?: number;
  readonly path: RegExp;
  readonly got?: RegExp;
  /** The file in docs/decisions/ that says why. */
  readonly record: string;
}

export const DIFFERENCES: readonly AllowedDifference[] = [];

export function allows(allowed: AllowedDifference, deviation: Deviation): boolean {
  return (
    (allowed.scenario === undefined || allowed.scenario === deviation.scenario) &&
    (allowed.exchange === undefined || allowed.exchange === deviation.exchange) &&
    allowed.path.test(deviation.path) &&
    (allowed.got === undefined || allowed.got.test(deviation.got))
  );
}
