import type { Context } from 'koa';

/** Writes JSON: a successful answer, or a flow with messages. */
export function writeJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json; charset=utf-8');
}

/** Writes the JSON of an error; as in the reference its type has no charset. */
export function writeErrorJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json');
}

/** JSON with the characters of HTML escaped, so that no browser reads it as a page; ends with a line break. */
function write(ctx: Context, status: number, value: unknown, type: string): void {
  ctx.status = status;
  ctx.set('Content-Type', type);
  ctx.body = `${JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escape)}\n`;
}

const escape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
