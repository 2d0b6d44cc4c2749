/** The only source of the time, in epoch milliseconds, so that a test can set it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

const UNITS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/;

/** A duration such as `1h30m`, `15m` or `250ms`, in milliseconds. Undefined for anything else. */
export function parseDuration(input: unknown): number | undefined {
  if (typeof input !== 'string' || !DURATION.test(input)) return undefined;
  let total = 0;
  for (const [, amount, unit] of input.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)) {
    // The pattern allows only the units of the table.
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return total;
}
