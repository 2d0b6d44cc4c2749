import { statePath } from '../kernel/state-path.ts';

/** The pages on which a flow can rest, by the names that the flow files give them. */
export const PAGE = {
  form: 'form',
  traits: 'traits',
  credentials: 'credentials',
  identifier: 'identifier',
  sent: 'sent',
  away: 'away',
  complete: 'complete',
  held: 'held',
  success: 'success',
  second: 'second',
  confirm: 'confirm',
  link: 'link',
  key: 'key',
  address: 'address',
  passed: 'passed',
} as const;
export type Page = (typeof PAGE)[keyof typeof PAGE];

/** The page of a state value: the first part of its path. */
export function pageOfState(state: unknown): Page {
  // Pages are named by the flow files with the words of the type.
  return statePath(state).split('.', 1)[0] as Page;
}
