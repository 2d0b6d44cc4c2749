import type { Middleware } from 'koa';
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
      if (allowed && exposed.length > 0) ctx.set('Access-Control-Expose-Headers', exposed.join(', '));
      return next();
    }
    ctx.vary('Access-Control-Request-Method');
    ctx.vary('Access-Control-Request-Headers');
    if (allowed) {
      ctx.set('Access-Control-Allow-Methods', methods.join(', '));
      ctx.set('Access-Control-Allow-Headers', headers.join(', '));
      if (maxAge > 0) ctx.set('Access-Control-Max-Age', String(maxAge));
    }
    ctx.status = 204;
  };
}

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
