import { isObject } from './json.ts';

/** The path of a state value as it is stored in a row: `form.password.prepare.web_hook`. */
export function statePath(state: unknown): string {
  const parts: string[] = [];
  let value = state;
  while (isObject(value)) {
    const [key] = Object.keys(value);
    if (key === undefined) break;
    parts.push(key);
    value = value[key];
  }
  if (typeof value === 'string') parts.push(value);
  return parts.join('.');
}
