import { input, type Node } from '../../flow/json.ts';
import { moment, say } from '../../kernel/messages.ts';
import { expiryOf, type SecretReads } from '../../secret/secret.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { readAddress } from '../address.ts';
import { decode, textOf } from '../decode.ts';
import { acceptProof, holdsAddress, sendProof, type MailedKind, type MailedParts } from '../address-challenge.ts';
import { identityOfSecret } from '../identity-of-secret.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';

export interface LinkParts extends MailedParts {
  readonly secrets: SecretReads;
  hashToken(token: string): string;
}

/** What verification and recovery by link differ in. */
export interface LinkKind extends MailedKind {
  readonly purpose: 'verification_link' | 'recovery_link';
  readonly invalid: 4070001 | 4060004;
  readonly expired: 4070005 | 4060005;
}

/** Verifies or recovers by a link that is sent to an address: who opens the link has proved the address. */
export function createAddressLink(kind: LinkKind, parts: LinkParts): Strategy {
  const { name, identities, secrets, mailing } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    return at.returned ? await prove(body, at) : await ask(body, at);
  }

  async function ask(body: Body, at: AttemptContext): Promise<Attempt> {
    const address = readAddress(body);
    if ('wrong' in address) return { kind: 'reject', values: { email: address.typed }, messages: [address.wrong] };
    const to = { via: 'email', value: address.value } as const;
    return await sendProof(kind, parts, mailing.link, to, at);
  }

  async function prove(body: Body, at: AttemptContext): Promise<Attempt> {
    const token = textOf(decode(body, [{ name: 'token', type: 'string' }]), 'token') ?? '';
    const invalid = say(kind.invalid);
    const digests = [parts.hashToken(token)];
    const found = await secrets.find(at.flowId, kind.purpose, digests);
    const late = expiryOf(found, at.now);
    if (late !== undefined) return { kind: 'restart', messages: [say(kind.expired, moment('expired_at', late))] };
    const identity = await identityOfSecret(identities, found, holdsAddress(kind), at.now);
    if (identity === undefined) return { kind: 'restart', messages: [invalid] };
    if (isDeactivated(identity)) return { kind: 'restart', messages: [DEACTIVATED] };
    return acceptProof(kind, parts, identity, { purpose: kind.purpose, digests, message: invalid }, at);
  }

  function nodes({ values }: View): readonly Node[] {
    const { email } = values;
    return [
      input('link', 'email', 'email', {
        ...(typeof email === 'string' && { value: email }),
        required: true,
        label: say(1070007),
      }),
      input('link', 'method', 'submit', { value: name, label: say(1070009) }),
    ];
  }

  return {
    method: name,
    flow: kind.flow,
    pages: ['address', 'sent'],
    claims: (method) => method === name,
    guards: () => [],
    nodes,
    attempt,
  };
}
