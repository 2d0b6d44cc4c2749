import type { Context, Middleware } from 'koa';
import type { PublicListener } from '../../config/config.ts';

/** CORS as configured (security CS-9). Without a configuration nothing is added or answered. */
export function createCors(settings: PublicListener['cors']): Middleware {
  if (!settings) return (_ctx, next) => next();
  const { origins, methods, headers, exposed, maxAge } = settings;
  const anyone = origins.includes('*');
  const matches = origins.map(toMatcher);
  // `*` with credentials is invalid, and echoing any Origin would allow every site.
  const credentials = settings.credentials && !anyone;
  return async (ctx, next) => {
    ctx.vary('Origin');
    const origin = ctx.get('Origin');
    const allowed = origin !== '' && origin !== 'null' && (anyone || matches.some((match) => match(origin)));
    if (allowed) {
      ctx.set('Access-Control-Allow-Origin', anyone ? '*' : origin);
      // Answers are marked same-origin; an origin that may read them may embed them, too.
      ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
      if (credentials) ctx.set('Access-Control-Allow-Credentials', 'true');
    }
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') {
      if (!allowed || exposed.length === 0) return next();
      // Set first for an answer that fails, then with the headers of the answer.
      ctx.set('Access-Control-Expose-Headers', exposed.join(', '));
      await next();
      if (exposed.includes('*')) ctx.set('Access-Control-Expose-Headers', readable(ctx).join(', '));
      return undefined;
    }
    ctx.vary('Access-Control-Request-Method');
    ctx.vary('Access-Control-Request-Headers');
    if (allowed) {
      ctx.set('Access-Control-Allow-Methods', named(methods, ctx.get('Access-Control-Request-Method')));
      ctx.set('Access-Control-Allow-Headers', named(headers, ctx.get('Access-Control-Request-Headers')));
      if (maxAge > 0) ctx.set('Access-Control-Max-Age', String(maxAge));
    }
    ctx.status = 204;
  };
}

/** `*` is a name like any other where credentials are sent (Fetch, 3.3.5), so it is answered by what was asked for. */
function named(listed: readonly string[], asked: string): string {
  const others = listed.filter((each) => each !== '*');
  if (others.length === listed.length) return listed.join(', ');
  const tokens = asked.split(',').map((each) => each.trim());
  return [...others, ...tokens.filter((each) => TOKEN.test(each))].join(', ');
}

const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/;

/** The headers of an answer that a script may have. */
const readable = (ctx: Context): readonly string[] =>
  Object.keys(ctx.response.headers).filter((name) => name !== 'set-cookie' && !name.startsWith('access-control-'));

/** An exact origin, or `https://*.example.org`, which matches one or more whole labels. */
function toMatcher(entry: string): (origin: string) => boolean {
  const [, scheme, rest] = /^(https?:\/\/)\*\.(.+)$/.exec(entry.toLowerCase()) ?? [];
  if (scheme === undefined || rest === undefined) return (origin) => origin === URL.parse(entry)?.origin;
  return (origin) => {
    const labels =
      origin.startsWith(scheme) && origin.endsWith(`.${rest}`) ? origin.slice(scheme.length, -rest.length - 1) : '';
    return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(labels);
  };
}
