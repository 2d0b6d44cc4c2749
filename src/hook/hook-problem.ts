/** What is wrong with a hook, as `path: what is there; what is allowed`. */
export interface HookProblem {
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}

export function checkFlag(key: string, value: unknown): readonly HookProblem[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return [{ path: key, found: describe(value), allowed: 'true, false or nothing' }];
}

/** A value, for a problem: what was found in place of what is allowed. */
export function describe(value: unknown): string {
  if (value === undefined) return 'it is missing';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? JSON.stringify(value)
    : `it is ${kindOf(value)}`;
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an empty or unfit object' : `a ${typeof value}`;
}
