import { bodyField } from '../../kernel/body.ts';
import type { Message } from '../../kernel/message.ts';
import { NO_MORE_TRIES, say } from '../../kernel/messages.ts';
import { expiryOf, type FoundSecret } from '../../secret/secret.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { sends } from '../decode.ts';
import type { Attempt, Body, Guarded } from '../strategy.ts';

/** True when the body is a try at a code, not a request for one. */
export const tries = (body: Body): boolean =>
  sends(body, 'code') && bodyField(body, 'code') !== '' && !sends(body, 'resend');

/** What a try at a code costs, before it is compared: one of the flow's own (security BF-2, CO-3). */
export const guessKeys = (body: Body, { flowId }: Guarded): readonly LimitKey[] =>
  tries(body) ? [{ budget: 'codeSubmissions', subject: flowId }] : [];

/**
 * What a wrong code is added to: the account it was sent to, or an address that nobody has, for the same work. Undefined for
 * a flow that an administrator handed out, which has no address (security BF-2).
 */
function wrongCodes(body: Body, { identityId, values }: Guarded): LimitKey | undefined {
  const address = values['email'] ?? values['sms'] ?? values['identifier'];
  if (typeof address !== 'string' || !tries(body)) return undefined;
  return { budget: 'codeFailures', subject: identityId ?? `address ${address}` };
}

/** What a strategy says of tries at its codes. */
export const guesses = { guards: guessKeys, sum: wrongCodes } as const;

/** After the last try the flow is over for good, even for the right code (security CO-9). */
export const exhausted = (): Message => say(4000001, { reason: NO_MORE_TRIES });

/** The right code, too late: a new flow begins, which says that its time was over. */
export function tooOld(found: FoundSecret | undefined, now: number): Extract<Attempt, { kind: 'restart' }> | undefined {
  const expiredAt = expiryOf(found, now);
  return expiredAt === undefined ? undefined : { kind: 'restart', messages: [], expiredAt };
}
