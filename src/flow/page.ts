import { statePath } from '../kernel/state-path.ts';

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

/** The page of a state value: the first part of its path. */
export function pageOfState(state: unknown): Page {
  // Pages are named by the flow files with the words of the type.
  return statePath(state).split('.', 1)[0] as Page;
}
