import type { FlowRow } from '../../flow/flow.ts';
import { input, type Node } from '../../flow/json.ts';
import type { CredentialSummary } from '../../identity/identity.ts';
import { say } from '../../kernel/messages.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { Runner } from '../parts.ts';

/** The message with which a first proof asks for a credential of the account. */
export const ASKS_CREDENTIAL = 1900002;

/** Whether the page asks for a credential of the account whose address was proved (docs/decisions/0042). */
export const asksCredential = ({ kind }: Pick<FlowRow, 'kind'>, { context: { messages } }: Position): boolean =>
  kind === 'verification' && messages.some(({ id }) => id === ASKS_CREDENTIAL);

/** What stands beside the proof then: the credentials that can be shown here, and the two ways out. */
export function nodesBeside({ strategies }: Pick<Runner, 'strategies'>, owned: CredentialSummary): readonly Node[] {
  const shown = (strategies.get('login') ?? []).flatMap(({ beside }) => beside?.nodes(owned) ?? []);
  return [...shown, input('default', 'set_new', 'submit', { value: 'true', label: say(1900011) }), notMe()];
}

/** The button of whoever did not ask for the message. */
export const notMe = (): Node => input('default', 'not_me', 'submit', { value: 'true', label: say(1900006) });
