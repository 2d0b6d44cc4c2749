import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { type FoundSecret, type SecretPurpose, type SecretReads } from '../../secret/secret.ts';
import { strictMail } from '../../identity/identifier.ts';
import { bodyField } from '../../kernel/body.ts';
import { say } from '../../kernel/messages.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { readAddress } from '../address.ts';
import { comparedText, decode, sends } from '../decode.ts';
import { acceptProof, holdsAddress, sendProof, type MailedKind, type MailedParts } from '../address-challenge.ts';
import { identityOfSecret } from '../identity-of-secret.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { codeTyped } from '../code-typed.ts';
import { exhausted, guesses, tooOld, tries } from './code-attempts.ts';

export interface CodeParts extends MailedParts {
  readonly secrets: SecretReads;
  codeDigests(purpose: SecretPurpose, code: string): readonly string[];
}

/** What verification and recovery by code differ in. */
export interface CodeKind extends MailedKind {
  readonly purpose: 'verification_code' | 'recovery_code';
  readonly wrong: 4070006 | 4060006;
  /** The right code after its end leads to a new flow; otherwise it is as wrong as any other. */
  readonly tellsExpiry: boolean;
  nodes(view: View, name: MethodName): readonly Node[];
}

/** Verifies or recovers by a code that is sent to an address; answers do not reveal whether the address is known. */
export function createAddressCode(kind: CodeKind, parts: CodeParts): Strategy {
  const { name, identities, secrets, mailing } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const asks = sends(body, 'email') || (sends(body, 'sms') && at.values['sms'] !== undefined);
    const given = at.page === 'sent' && (tries(body) || !asks);
    return given ? await prove(body, at) : await ask(body, at);
  }

  async function ask(body: Body, at: AttemptContext): Promise<Attempt> {
    const address = again(at, body) ?? readAddress(body);
    if ('wrong' in address) return { kind: 'reject', values: { email: address.typed }, messages: [address.wrong] };
    const to = { via: 'via' in address ? address.via : 'email', value: address.value } as const;
    return await sendProof(kind, parts, mailing.code, to, at);
  }

  async function prove(body: Body, at: AttemptContext): Promise<Attempt> {
    if (at.exhausted !== undefined) return { kind: 'restart', messages: [exhausted()] };
    const code = comparedText(decode(body, [{ name: 'code', type: 'string' }]), 'code');
    if (code === undefined)
      return { kind: 'reject', values: at.values, messages: [say(4000002, { property: 'code' }, 'code')] };
    const message = say(kind.wrong);
    const digests = parts.codeDigests(kind.purpose, codeTyped(code));
    const found = await secrets.find(at.flowId, kind.purpose, digests);
    const own = isSentTo(body, found) ? found : undefined;
    const late = kind.tellsExpiry ? tooOld(own, at.now) : undefined;
    if (late !== undefined) return late;
    const identity = await identityOfSecret(identities, own, holdsAddress(kind), at.now);
    if (identity === undefined) return { kind: 'reject', values: at.values, messages: [message] };
    if (isDeactivated(identity)) return { kind: 'reject', values: at.values, messages: [DEACTIVATED] };
    return acceptProof(kind, parts, identity, { purpose: kind.purpose, digests, message }, at);
  }

  return {
    method: name,
    flow: kind.flow,
    pages: ['address', 'sent'],
    claims: (method, body, page) =>
      method === name || (method === undefined && page === 'sent' && bodyField(body, 'code') !== undefined),
    ...guesses,
    nodes: (view) => kind.nodes(view, name),
    attempt,
  };
}

/** False when the body names another address than the code went to (security CO-4); one handed over went to none. */
function isSentTo(body: Body, found: FoundSecret | undefined): boolean {
  const { email, sms } = decode(body, [
    { name: 'email', type: 'string' },
    { name: 'sms', type: 'string' },
  ]);
  if (found === undefined || found.address === '') return true;
  const named = [...(typeof email === 'string' ? [strictMail(email)] : []), ...(sms === undefined ? [] : [sms])];
  return named.every((address) => address === found.address);
}

/** The phone number that a hook had a text message sent to: it is sent again, because this form has no field for a number. */
function again({ values }: AttemptContext, body: Body): { readonly via: 'sms'; readonly value: string } | undefined {
  const { sms } = values;
  return typeof sms === 'string' && sends(body, 'sms') ? { via: 'sms', value: sms } : undefined;
}

/** The button that sends the code once more: it carries the address, and is named after the channel. */
export const resendNode = ({ values }: View): readonly Node[] =>
  (['email', 'sms'] as const).flatMap((via) => {
    const value = values[via];
    return typeof value === 'string' ? [input('code', via, 'submit', { value, label: say(1070008) })] : [];
  });
