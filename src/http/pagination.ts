import type { Context } from 'koa';
import { SallyportError } from '../kernel/error.ts';
import { baseOf } from '../pages/page.ts';

/** Offset pages: `page` counts from 0. */
export interface OffsetQuery {
  readonly page: number;
  readonly size: number;
}

const DEFAULT_SIZE = 250;
const MAX_SIZE = 1_000;

/** A page size of a query: absent, zero or less: the default; above the most: the most; no number: 400. */
export function readSize(value: unknown, standard = DEFAULT_SIZE, most = MAX_SIZE): number {
  if (value === undefined || value === '') return standard;
  if (typeof value !== 'string' || !/^[+-]?\d{1,15}$/.test(value))
    throw new SallyportError('bad_request', 'page_size is no whole number.');
  const size = Number(value);
  return size <= 0 ? standard : Math.min(size, most);
}

/** Pages by offset: `page`/`per_page`, or `page_token`/`page_size` whose token holds an offset. */
export function readOffset(ctx: Context): OffsetQuery {
  const { page, per_page, page_token, page_size } = ctx.query;
  const size = readSize(page_size ?? per_page);
  const offset = typeof page_token === 'string' && page_token !== '' ? tokenOffset(page_token) : undefined;
  if (offset !== undefined) return { page: Math.floor(offset / size), size };
  const number = Number(page ?? 0);
  return { page: Number.isInteger(number) && number > 0 ? number : 0, size };
}

function tokenOffset(token: string): number {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const offset =
      typeof parsed === 'object' && parsed !== null && 'offset' in parsed ? Number(parsed.offset) : Number.NaN;
    return Number.isInteger(offset) && offset >= 0 ? offset : 0;
  } catch {
    return 0; // as in the reference: an unreadable token means the first page
  }
}

/**
 * `Link` and `X-Total-Count` of pages by offset. `baseUrl`: of the listener; a proxy may take its path off. `total` undefined: it
 * was not counted, so that nothing is said of it, nor of the last page, and there is a next one.
 */
export function writeOffsetLinks(
  ctx: Context,
  baseUrl: string,
  { page, size }: OffsetQuery,
  total: number | undefined,
  scheme: 'migration' | 'offset' = 'migration',
): void {
  const path = `${baseOf(baseUrl)}${ctx.path}`;
  const last = total === undefined ? Infinity : Math.max(0, Math.ceil(total / size) - 1);
  const link = (rel: string, to: number, per: number = size): string => {
    const query = new URLSearchParams(ctx.querystring);
    if (scheme === 'offset') {
      query.set('page', String(to));
      query.set('per_page', String(per));
      return `<${path}?${query.toString()}>; rel="${rel}"`;
    }
    const token = Buffer.from(JSON.stringify({ offset: String(to * per), v: 2 })).toString('base64url');
    for (const [key, value] of Object.entries({
      page: String(to),
      page_size: String(per),
      page_token: token,
      per_page: String(per),
    }))
      query.set(key, value);
    query.sort();
    return `<${path}?${query.toString()}>; rel="${rel}"`;
  };
  const links =
    last === 0
      ? [link('first', 0, total !== undefined && total > 0 ? total : size)]
      : [
          ...(page > 0 ? [link('first', 0)] : []),
          ...(page < last ? [link('next', page + 1)] : []),
          ...(page > 0 ? [link('prev', page - 1)] : []),
          ...(page < last && total !== undefined ? [link('last', last)] : []),
        ];
  if (total !== undefined) ctx.set('X-Total-Count', String(total));
  setLinks(ctx, links);
}

/** `Link` of pages by keyset: the first page, and the next one if there is one. `baseUrl`: as for pages by offset. */
export function writeKeysetLinks(
  ctx: Context,
  baseUrl: string,
  size: number,
  { first, next }: { readonly first: string; readonly next: string | undefined },
): void {
  const link = (rel: string, token: string): string => {
    const query = new URLSearchParams(ctx.querystring);
    query.delete('per_page');
    query.set('page_size', String(size));
    query.set('page_token', token);
    query.sort();
    return `<${baseOf(baseUrl)}${ctx.path}?${query.toString()}>; rel="${rel}"`;
  };
  setLinks(ctx, [link('first', first), ...(next === undefined ? [] : [link('next', next)])]);
}

/** Clients take 16 KiB of headers, and links repeat the query: those of a list of hundreds of ids are left out. */
const LONGEST_LINKS = 8_192;

function setLinks(ctx: Context, links: readonly string[]): void {
  const text = links.join(',');
  if (text.length <= LONGEST_LINKS) ctx.set('Link', text);
}
