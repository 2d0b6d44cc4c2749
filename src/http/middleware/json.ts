import type { Context } from 'koa';

/** A successful answer, or a flow with messages. */
export function writeJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json; charset=utf-8');
}

/** An error's envelope: the wire gives it a type without charset. */
export function writeErrorJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json');
}

/** Signs of HTML are escaped, so that no browser takes JSON for a page; the text ends its line. */
function write(ctx: Context, status: number, value: unknown, type: string): void {
  ctx.status = status;
  ctx.set('Content-Type', type);
  ctx.body = `${JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escape)}\n`;
}

const escape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
