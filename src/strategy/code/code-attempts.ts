import { bodyField } from '../../kernel/body.ts';
import type { Message } from '../../kernel/message.ts';
import { NO_MORE_TRIES, say } from '../../kernel/messages.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { sends } from '../decode.ts';
import type { Body, Guarded } from '../strategy.ts';

/** True when the body is a try at a code, not a request for one. */
export const tries = (body: Body): boolean =>
  sends(body, 'code') && bodyField(body, 'code') !== '' && !sends(body, 'resend');

/** A code as it was sent: what people copy has blanks and dashes in it. */
export const codeTyped = (text: string | undefined): string =>
  (text ?? '').replace(/[\s\u00AD\u200B-\u200D\uFEFF\p{Pd}]+/gu, '');

/**
 * What a try at a code costs: one of the flow's own, and one of the person's over all flows and days (security BF-2,
 * CO-3). Who is unknown is counted by the address that was typed.
 */
export function guessKeys(body: Body, { flowId, identityId, values }: Guarded): readonly LimitKey[] {
  if (!tries(body)) return [];
  const typed = values['email'] ?? values['identifier'];
  return [
    { budget: 'codeSubmissions', subject: flowId },
    {
      budget: 'codeFailures',
      subject: identityId ?? (typeof typed === 'string' ? `address ${typed}` : `flow ${flowId}`),
    },
  ];
}

/** After the last try the flow is over for good, even for the right code (security CO-9). */
export const exhausted = (): Message => say(4000001, { reason: NO_MORE_TRIES });
