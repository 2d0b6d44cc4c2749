import type { Random } from '../kernel/random.ts';

const SHORTEST = 5_000;
const LONGEST = 15 * 60_000;
/** The longest wait while the server is away: an outage delays all mail, which must not wait much longer than it lasts. */
const LONGEST_AWAY = 4 * 60_000;

/** How long to wait before try `tries + 1`: full jitter between 5 s and a ceiling that doubles, up to 15 minutes. */
export function backoff(random: Random, tries: number, serverAway: boolean): number {
  const ceiling = Math.min(
    serverAway ? LONGEST_AWAY : LONGEST,
    2 * SHORTEST * 2 ** Math.min(Math.max(tries - 1, 0), 20),
  );
  const share = random.bytes(4).readUInt32BE(0) / 2 ** 32;
  return Math.round(SHORTEST + share * (ceiling - SHORTEST));
}
