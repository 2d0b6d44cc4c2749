import type { Context, Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

export interface OwnPages {
  /** The origin of the listener's base URL. */
  readonly origin: string;
  /** A person may come here from another port of this machine, as by the link to the inbox on the pages of `dev`. */
  readonly dev: boolean;
  /** Is told that a request was refused. */
  readonly refused: (why: 'cross_site') => void;
}

/**
 * Refuses with 403 whatever a browser sends on behalf of a page of another origin, for every method: nobody signs in to
 * the admin listener, so that being reached is all it takes (security AD-8). Programs send none of these headers.
 */
export function createOwnPagesOnly({ origin, dev, refused }: OwnPages): Middleware {
  return (ctx, next) => {
    if (isFromElsewhere(ctx, origin) && !(dev && isVisit(ctx))) {
      refused('cross_site');
      const reason = 'A page of another site sent this request. Open the address by hand, or in a new tab.';
      throw new SallyportError('forbidden', reason);
    }
    return next();
  };
}

/** Fetch Metadata and the named origin must both allow it: a browser too old for the one sends the other. */
function isFromElsewhere(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '' && site !== 'same-origin' && site !== 'none') return true;
  const named = ctx.get('Origin') || (site === '' ? ctx.get('Referer') : '');
  if (named === '') return false;
  const from = URL.parse(named);
  // The name was checked before, so that a page under it is a page of this listener.
  const isOwn = from !== null && (from.origin === origin || from.host === ctx.req.headers.host?.toLowerCase());
  // A page that keeps its origin to itself is told from others by Fetch Metadata alone.
  return !isOwn && !(named === 'null' && site === 'same-origin');
}

/** A person follows a link of the same site into a tab: no script can read what comes. */
const isVisit = (ctx: Context): boolean =>
  ctx.method === 'GET' &&
  ctx.get('Sec-Fetch-Site') === 'same-site' &&
  ctx.get('Sec-Fetch-Mode') === 'navigate' &&
  ctx.get('Sec-Fetch-Dest') === 'document';
