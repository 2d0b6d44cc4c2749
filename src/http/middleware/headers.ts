import type { Context, Middleware } from 'koa';

export interface HeadersOptions {
  /** Answers differ by cookie: the public listener. */
  readonly varyByCookie: boolean;
  /** The public URL is https. */
  readonly https: boolean;
}

/** Security headers on every answer of both listeners (security HD-1, HD-2, HD-4, HD-5); a page sets its own policy. */
export function createHeaders({ varyByCookie, https }: HeadersOptions): Middleware {
  const always: readonly (readonly [name: string, value: string])[] = [
    ['Cache-Control', 'private, no-cache, no-store, must-revalidate'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    // Other sites are told nothing. With `no-referrer` browsers would write `Origin: null` into the forms of our pages.
    ['Referrer-Policy', 'same-origin'],
    ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ...(https ? [['Strict-Transport-Security', 'max-age=31536000'] as const] : []),
    ...(varyByCookie ? [['Vary', 'Cookie'] as const] : []),
  ];
  return (ctx, next) => {
    for (const [name, value] of always) ctx.res.setHeader(name, value);
    return next();
  };
}

export interface PageOptions {
  /** Origins that a form may lead to: providers, `ui_url`s, allowed return URLs, redirects of hooks. */
  readonly formOrigins: readonly string[];
  /** The nonce of the page's inline script; absent: the page has none. */
  readonly nonce?: string | undefined;
}

/** The headers of an HTML page (security HD-3): it loads nothing from other origins and cannot be framed. */
export function setPageHeaders(ctx: Context, { formOrigins, nonce }: PageOptions): void {
  const script = nonce === undefined ? "'self'" : `'self' 'nonce-${nonce}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${script}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    `form-action ${["'self'", ...new Set(formOrigins)].join(' ')}`,
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ];
  ctx.set('Content-Security-Policy', policy.join('; '));
  ctx.set('X-Frame-Options', 'DENY');
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
}
