/** Milliseconds since 1970, UTC. The only source of time: a test says what time it is. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

const UNITS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/;

/** `1h30m`, `15m`, `250ms` in milliseconds. */
export function parseDuration(input: unknown): number | undefined {
  if (typeof input !== 'string' || !DURATION.test(input)) return undefined;
  let total = 0;
  for (const [, amount, unit] of input.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)) {
    // The pattern allows only the units of the table.
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return total;
}
