import type { Context } from 'koa';
import { escapeMarkup } from '../kernel/escape-markup.ts';

/** Redirects a browser to another page. */
export function leave(ctx: Context, status: 302 | 303, to: string): void {
  ctx.status = status;
  ctx.set('Location', to);
  if (ctx.method === 'GET') {
    ctx.set('Content-Type', 'text/html; charset=utf-8');
    ctx.body = linkTo(to, 'Go on');
    return;
  }
  ctx.body = '';
  ctx.remove('Content-Type');
}

/** 307 to a path of the other listener: the same method, the same query. */
export function lead(ctx: Context, base: string, path: string): void {
  const to = `${base}${path}${ctx.search}`;
  ctx.status = 307;
  ctx.set('Location', to);
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = linkTo(to, 'Temporary Redirect');
}

/** A link for clients that follow no redirect by themselves. */
const linkTo = (to: string, text: string): string => `<a href="${escapeMarkup(to)}">${text}</a>.\n`;
