import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

export interface FetchMetadata {
  /**
   * Throws 403 when a page of a foreign site sent the request (security CS-5). For `/sessions*`, first of all, as
   * nothing else guards them: a browser that withholds its origin is refused.
   */
  check(ctx: Context): void;
  /**
   * The same for a form, once the flow is known to be a browser's. Only an origin that is named and unknown is refused:
   * where it is withheld, by a `Referrer-Policy` or a sandbox, the CSRF token decides.
   */
  checkForm(ctx: Context): void;
}

export interface FetchMetadataParts {
  /** Of the public URL, of every configured `ui_url`, and the exact ones of the CORS list. */
  readonly origins: readonly string[];
  /** Is told that a request was refused. */
  readonly refused: (why: 'cross_site') => void;
}

export function createFetchMetadata({ origins, refused }: FetchMetadataParts): FetchMetadata {
  const known = new Set(origins);
  const refuseUnlessKnown = (from: string): void => {
    const origin = URL.parse(from)?.origin;
    if (origin === undefined || origin === 'null' || !known.has(origin)) {
      refused('cross_site');
      throw new SallyportError('forbidden', 'The request was sent by a page of another site.');
    }
  };
  return {
    check(ctx) {
      if (SAFE.has(ctx.method) || isOwn(ctx)) return;
      const from = ctx.get('Origin') || ctx.get('Referer');
      // Neither header: not a current browser, and no page that could send its cookie from elsewhere.
      if (ctx.get('Sec-Fetch-Site') === '' && from === '') return;
      refuseUnlessKnown(from);
    },
    checkForm(ctx) {
      if (SAFE.has(ctx.method) || isOwn(ctx)) return;
      const from = ctx.get('Origin') || ctx.get('Referer');
      if (from !== '' && from !== 'null') refuseUnlessKnown(from);
    },
  };
}

/** Sent by our own page, or by the person: no page of another origin had a part in it. */
const isOwn = (ctx: Context): boolean => ['same-origin', 'none'].includes(ctx.get('Sec-Fetch-Site'));

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
