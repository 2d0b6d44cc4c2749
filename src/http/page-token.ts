import type { Context } from 'koa';
import { SallyportError } from '../kernel/error.ts';

/** Encrypts page tokens: a client can neither forge one nor use it with another query (security AD-4). */
export interface PageTokens {
  seal(text: string, about: string): string;
  /** Undefined for a text that was not sealed here with the same `about`. */
  open(token: string, about: string): string | undefined;
}

/** The last row of a page that is ordered by age. */
export interface PagePlace {
  readonly createdAt: number;
  readonly id: string;
}

/** A token for the page behind `place`; undefined: the first one. */
export function sealPlace(tokens: PageTokens, ctx: Context, place: PagePlace | undefined, now: number): string {
  return tokens.seal(JSON.stringify([now, place?.createdAt ?? null, place?.id ?? null]), listOf(ctx));
}

/** The row behind which the token's page begins; undefined: the newest row. 400 for a forged or expired token. */
export function openPlace(
  tokens: PageTokens,
  ctx: Context,
  token: string | undefined,
  { now, lifespan = Infinity }: { readonly now: number; readonly lifespan?: number },
): PagePlace | undefined {
  if (token === undefined || token === '') return undefined;
  const text = tokens.open(token, listOf(ctx));
  if (text === undefined) throw new SallyportError('bad_request', 'page_token cannot be read, or belongs elsewhere.');
  const [sealedAt, createdAt, id] = parseText(text);
  if (typeof sealedAt !== 'number' || now - sealedAt > lifespan)
    throw new SallyportError('bad_request', 'page_token is too old. Please begin with the first page.');
  return typeof createdAt === 'number' && typeof id === 'string' ? { createdAt, id } : undefined;
}

/** The parts that `sealPlace` wrote. */
function parseText(text: string): readonly unknown[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [];
}

/** The list with its filters, without the page. */
function listOf(ctx: Context): string {
  const query = new URLSearchParams(ctx.querystring);
  query.delete('page_token');
  query.delete('page_size');
  query.sort();
  return `page of ${ctx.path.replace(/^\/admin\//, '/')}?${query.toString()}`;
}
