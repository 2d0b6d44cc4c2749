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

/** Milliseconds as a person writes them: `24h`, `1h30m`, `90s`; `any` for no bound. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'any';
  if (ms === 0) return '0s';
  const parts = UNITS_WRITTEN.reduce(
    ({ rest, text }, [unit, size]) => {
      const count = Math.floor(rest / size);
      return { rest: rest - count * size, text: count === 0 ? text : `${text}${count}${unit}` };
    },
    { rest: Math.abs(ms), text: ms < 0 ? '-' : '' },
  );
  return parts.text;
}

const UNITS_WRITTEN = [['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]] as const; // prettier-ignore
