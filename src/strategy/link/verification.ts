import type { IdentityReads } from '../../identity/identity.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import { draftOf } from '../draft.ts';
import type { Attempt, Body, Standing, Strategy } from '../strategy.ts';

export interface LinkVerificationParts {
  readonly identities: IdentityReads;
  hashToken(token: string): string;
}

/** Proves an address by the link that was mailed to it. Single use: the write step uses the token up (security CO-2). */
export function createLinkVerification({ identities, hashToken }: LinkVerificationParts): Strategy {
  const invalid = say(4070001);

  async function attempt(body: Body, at: Standing): Promise<Attempt> {
    const token = textOf(decode(body, [{ name: 'token', type: 'string' }]), 'token');
    const { email } = at.values;
    const identity =
      typeof email === 'string' ? await identities.findByAddress('verifiable', 'email', email) : undefined;
    if (token === undefined || identity === undefined) return { kind: 'reject', values: {}, messages: [invalid] };
    return {
      kind: 'accept',
      values: at.values,
      identity,
      draft: draftOf(identity),
      sealed: { uses: { purpose: 'verification_link', digests: [hashToken(token)], message: invalid } },
    };
  }

  return {
    method: 'link',
    flow: 'verification',
    pages: ['sent', 'passed'],
    claims: (method) => method === 'link',
    guards: () => [],
    nodes: () => [],
    attempt,
  };
}
