import type { Context } from 'koa';

/** Writes JSON: a successful answer, or a flow with messages. */
export function writeJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json; charset=utf-8');
}

/** Writes the JSON of an error; as in the reference its type has no charset. */
export function writeErrorJson(ctx: Context, status: number, value: unknown): void {
  write(ctx, status, value, 'application/json');
}

function write(ctx: Context, status: number, value: unknown, type: string): void {
  writeText(ctx, status, jsonText(value), type);
}

/** Writes a text that `jsonText` has made. */
export function writeJsonText(ctx: Context, text: string): void {
  writeText(ctx, 200, text, 'application/json; charset=utf-8');
}

function writeText(ctx: Context, status: number, text: string, type: string): void {
  ctx.status = status;
  ctx.res.setHeader('Content-Type', type);
  ctx.body = text;
}

/** JSON with the characters of HTML escaped, so that no browser reads it as a page; ends with a line break. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escape)}\n`;

const escape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
