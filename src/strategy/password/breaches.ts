import type { Breaches } from './policy.ts';

const TIME_LIMIT = 1_000;

/** Asks the range API of breached passwords: only five hex digits of the SHA-1 leave the house (security PW-9). */
export function createBreaches(host: string): Breaches {
  const baseUrl = host.includes('://') ? host : `https://${host}`;
  return async (password) => {
    const { pwnedPassword } = await import('hibp');
    return pwnedPassword(password, { baseUrl, timeoutMs: TIME_LIMIT, addPadding: true });
  };
}
