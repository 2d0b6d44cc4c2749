import type { Context } from 'koa';
import { SallyportError } from '../kernel/error.ts';

/** The value of a parameter; undefined when it is absent. Given twice: 400, as two readers could read two values. */
export function queryValue(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name];
  if (Array.isArray(value)) throw new SallyportError('bad_request', `${name} is given more than once.`);
  return value;
}

/** All values of a parameter that may be repeated. */
export function queryValues(ctx: Context, name: string): readonly string[] {
  return [ctx.query[name] ?? []].flat();
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((each) => [each, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((each) => [each, false] as const),
]);

/** A Boolean, in any spelling of the reference; undefined when it is absent. */
export function queryFlag(ctx: Context, name: string): boolean | undefined {
  const value = queryValue(ctx, name);
  if (value === undefined || value === '') return undefined;
  const flag = FLAGS.get(value);
  if (flag === undefined) throw new SallyportError('bad_request', `${name} is neither true nor false.`);
  return flag;
}
