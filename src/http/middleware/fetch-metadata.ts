import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

export interface FetchMetadata {
  /**
   * Throws 403 when a page of a foreign site sent the request (security CS-5). For submits once the flow is known to be
   * a browser's; for `/sessions*` first of all, as nothing else guards them.
   */
  check(ctx: Context): void;
}

/** `origins`: of the public URL, of every configured `ui_url`, and the exact ones of the CORS list. */
export function createFetchMetadata({ origins }: { readonly origins: readonly string[] }): FetchMetadata {
  const known = new Set(origins);
  return {
    check(ctx) {
      if (SAFE.has(ctx.method)) return;
      const site = ctx.get('Sec-Fetch-Site');
      const from = ctx.get('Origin') || ctx.get('Referer');
      // `same-origin` and `none` are requests of our own pages or typed in; any other value needs a known origin.
      if (site === 'same-origin' || site === 'none') return;
      // Neither header: not a current browser; the CSRF token decides.
      if (site === '' && from === '') return;
      const origin = URL.parse(from)?.origin;
      if (origin === undefined || origin === 'null' || !known.has(origin)) {
        throw new SallyportError('forbidden', 'The request was sent by a page of another site.');
      }
    },
  };
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
