import type { JsonObject } from '../../kernel/json.ts';

const SKEW_SECONDS = 60;

/**
 * `auth_time` of an ID token in milliseconds of our clock; nothing where it is no time, or one that is still to come. A token
 * that was made just now shows how far the provider's clock is behind ours: that is put right, a minute at most.
 */
export function authenticatedAt(
  { auth_time: seconds, iat }: JsonObject,
  { now, justMade }: { readonly now: number; readonly justMade: boolean },
): { readonly authenticatedAt?: number } {
  if (typeof seconds !== 'number' || seconds <= 0 || seconds > now / 1_000 + SKEW_SECONDS) return {};
  const behind = justMade ? Math.min(Math.max(Math.floor(now / 1_000) - Number(iat), 0), SKEW_SECONDS) : 0;
  return { authenticatedAt: (seconds + behind) * 1_000 };
}
