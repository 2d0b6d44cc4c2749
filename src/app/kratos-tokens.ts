import type { Config } from '../config/config.ts';
import type { Clock } from '../kernel/clock.ts';
import { openKratosCookie } from '../secret/kratos-cookie.ts';

/** Milliseconds for which a cookie of Ory Kratos is taken that ends with the browser. */
const UNLASTING = 30 * 86_400_000;

/**
 * The token in a session cookie that Ory Kratos has sealed under one of our secrets: people who were moved in stay signed in. Taken for
 * as long as it is there: the lifespan of sessions, or thirty days for a cookie that ends with the browser.
 */
export function createKratosTokens(
  { secrets, session }: Pick<Config, 'secrets' | 'session'>,
  clock: Clock,
): (value: string) => string | undefined {
  const { name, persistent } = session.cookie;
  const lasts = persistent ? session.lifespan : UNLASTING;
  return (value) => {
    const found = openKratosCookie(value, { name, secrets: secrets.cookie });
    return found === undefined || found.sealedAt + lasts < clock.now() ? undefined : found.token;
  };
}
