import type { Context } from 'koa';
import { parseBoolean } from '../kernel/boolean.ts';
import { SallyportError } from '../kernel/error.ts';

/** The value of a parameter; undefined when it is absent. Given twice: 400, as two readers could read two values. */
export function queryValue(ctx: Context, name: string): string | undefined {
  const [value, ...more] = queryValues(ctx, name);
  if (more.length > 0) throw new SallyportError('bad_request', `${name} is given more than once.`);
  return value;
}

/**
 * All values of a parameter that may be repeated, read as the rest of a URL is: `ctx.query` ends after 1,000 pairs. Bytes
 * that are no UTF-8: 400, as the parser would put another character in their place.
 */
export function queryValues(ctx: Context, name: string): readonly string[] {
  if (ctx.querystring === '') return [];
  const values = new URLSearchParams(ctx.querystring).getAll(name);
  if (values.some((value) => value.includes('\ufffd')) && !isUtf8(ctx.querystring))
    throw new SallyportError('bad_request', `${name} is not encoded in UTF-8.`);
  return values;
}

function isUtf8(query: string): boolean {
  try {
    decodeURIComponent(query.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false; // the only error is a sequence that is no UTF-8
  }
}

/** A Boolean, in any spelling of the reference; undefined when it is absent. */
export function queryFlag(ctx: Context, name: string): boolean | undefined {
  const value = queryValue(ctx, name);
  if (value === undefined || value === '') return undefined;
  const flag = parseBoolean(value);
  if (flag === undefined) throw new SallyportError('bad_request', `${name} is neither true nor false.`);
  return flag;
}
