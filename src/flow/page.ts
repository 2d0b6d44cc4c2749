import { isObject } from '../kernel/json.ts';

/** The pages on which a flow can rest. */
export type Page =
  | 'form'
  | 'traits'
  | 'credentials'
  | 'identifier'
  | 'sent'
  | 'away'
  | 'complete'
  | 'held'
  | 'success'
  | 'second'
  | 'confirm'
  | 'link'
  | 'address'
  | 'passed';

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

/** The page of a state value: the first part of its path. */
export function pageOfState(state: unknown): Page {
  // Pages are named by the flow files with the words of the type.
  return statePath(state).split('.', 1)[0] as Page;
}
