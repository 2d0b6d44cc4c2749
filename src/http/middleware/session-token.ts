import type { Context } from 'koa';
import type { SessionCookie } from './session-cookie.ts';

/** The session token of a request, not yet looked up, and where it came from. */
export interface Presented {
  readonly token: string;
  readonly by: 'header' | 'cookie' | 'bearer';
}

/**
 * The same order on every route: `X-Session-Token`, then the cookie, then `Authorization: bearer`. The first one
 * present decides, even when no session has its token (security SE-14); a malformed one counts as absent (security
 * IN-10).
 */
export function presentedSession(ctx: Context, sessionCookie: Pick<SessionCookie, 'read'>): Presented | undefined {
  const header = single(ctx, 'x-session-token');
  if (header !== undefined && header !== '') return { token: header, by: 'header' };
  const cookie = sessionCookie.read(ctx);
  if (cookie) return { token: cookie.token, by: 'cookie' };
  const token = bearerToken(ctx);
  return token === undefined ? undefined : { token, by: 'bearer' };
}

/** The token of a well-formed `Authorization: bearer` header. */
export function bearerToken(ctx: Context): string | undefined {
  const [scheme, token, ...more] = single(ctx, 'authorization')?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || more.length > 0) return undefined;
  return token;
}

/**
 * The value of a header that was sent once and in visible ASCII. Read from the raw list: Node keeps the first of
 * several.
 */
function single(ctx: Context, name: string): string | undefined {
  const { headers, rawHeaders } = ctx.req;
  if (headers[name] === undefined) return undefined;
  let value: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== name) continue;
    if (value !== undefined) return undefined;
    value = rawHeaders[i + 1];
  }
  return value !== undefined && /^[\u0020-\u007e]*$/.test(value) ? value.trim() : undefined;
}
