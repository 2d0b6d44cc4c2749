import type { Outcome } from '../../engine/contract.ts';

/** Of a mailed code or token, in characters. */
export const LONGEST_CODE = 256;

/** The message with which the first proof of an account asks for a credential of it (docs/decisions/0042). */
const ASKS = 1900002;

/** Whether the flow waits for a credential of the account whose address was proved. */
export const asksCredential = ({ refused, messages }: Pick<Outcome, 'refused' | 'messages'>): boolean =>
  refused && messages.some(({ id }) => id === ASKS);
