import type { Context } from 'koa';
import type { Clock } from '../../kernel/clock.ts';
import { SallyportError } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import type { SessionWithIdentity } from '../../session/session.ts';
import type { SessionCookie, SessionCookieContent } from './session-cookie.ts';

/** The credential by which a request presents a session, and the session that it is good for. */
export interface Presented {
  readonly token: string;
  readonly by: 'header' | 'cookie' | 'bearer';
  /** Undefined: no active session has this token. */
  readonly session: SessionWithIdentity | undefined;
}

export interface PresentedSessionParts {
  readonly cookies: SessionCookie;
  readonly clock: Clock;
  /** The active session with this token. */
  find(token: string): Promise<SessionWithIdentity | undefined>;
  /** Is told of cookies of different people in one request. */
  readonly conflict: (identities: readonly string[]) => void;
}

/** Sessions that are looked up for one request; a browser sends more cookies of one name only if somebody planted them. */
const MOST_TOKENS = 8;

/**
 * Reads which session a request presents, the same way on every route: `X-Session-Token`, then the cookie, then
 * `Authorization: bearer`. The first one present decides, even when no session has its token (security SE-14); a malformed
 * one counts as absent (security IN-10). Throws `session_conflict` where the cookies belong to different people.
 */
export function createPresentedSession(parts: PresentedSessionParts) {
  return async (ctx: Context): Promise<Presented | undefined> => {
    const header = single(ctx, 'x-session-token');
    if (header !== undefined && header !== '')
      return { token: header, by: 'header', session: await parts.find(header) };
    const cookie = await byCookie(parts, ctx);
    if (cookie !== undefined) return cookie;
    const token = bearerToken(ctx);
    return token === undefined ? undefined : { token, by: 'bearer', session: await parts.find(token) };
  };
}

/**
 * Of several cookies those with an active session count: of one person the newest proof, of different people none, as a
 * neighbour on the same domain may have planted one (security SE-15). The browser gets the cookie anew where it holds an
 * earlier end than the session has, and where it holds several.
 */
async function byCookie(
  { cookies, clock, find, conflict }: PresentedSessionParts,
  ctx: Context,
): Promise<Presented | undefined> {
  const sent = cookies.read(ctx);
  const tokens = [...new Set(sent.map(({ token }) => token))];
  const looked = tokens.slice(0, MOST_TOKENS);
  const found = await Promise.all(looked.map(async (token) => ({ token, session: await find(token) })));
  const active = found.flatMap(({ token, session }) => (session === undefined ? [] : [{ token, session }]));
  const people = new Set(active.map(({ session }) => session.identity.id));
  if (people.size > 1 || tokens.length > MOST_TOKENS) {
    cookies.clearAll(ctx);
    conflict([...people]);
    throw new SallyportError('session_conflict', say(4900003).text);
  }
  const [newest] = active.toSorted((a, b) => provedAt(b.session) - provedAt(a.session));
  if (newest === undefined) {
    const present = sent.find(({ expiresAt }) => expiresAt > clock.now());
    return present && { token: present.token, by: 'cookie', session: undefined };
  }
  const { token, session } = newest;
  const renew = sent.length > 1 || endsEarly(sent, token, session.session.expiresAt);
  if (renew) cookies.issue(ctx, token, session.session);
  return { token, by: 'cookie', session };
}

const provedAt = ({ session }: SessionWithIdentity): number => session.authenticatedAt;

const endsEarly = (sent: readonly SessionCookieContent[], token: string, end: number): boolean =>
  sent.some((each) => each.token === token && each.expiresAt < end);

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
