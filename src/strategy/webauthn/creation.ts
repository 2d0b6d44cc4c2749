import { input, type Node, type WireMessage } from '../../flow/json.ts';
import { say } from '../../kernel/messages.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { parseRegistrationAnswer } from '../ceremony/answer.ts';
import type { Issued } from '../ceremony/challenge.ts';
import { creationOptions } from '../ceremony/options.ts';
import type { StoredKey } from '../ceremony/stored-key.ts';
import { storedForm, verifyRegistration } from '../ceremony/verify-registration.ts';
import { answerNode, TIMEOUT, triggerNode, type WebAuthnParts } from './webauthn-parts.ts';

export const FIELD = 'webauthn_register';
export const NAME_FIELD = 'webauthn_register_displayname';

const LONGEST_NAME = 255;
/** Characters of a name, where they are too many. */
export const excessOf = (name: string): number | undefined => (name.length > LONGEST_NAME ? name.length : undefined);
export const tooLong = (length: number) =>
  say(4000017, { max_length: LONGEST_NAME, actual_length: length }, NAME_FIELD);

/** For whom a key is made. */
export interface Owner {
  readonly handle: Buffer;
  /** What their authenticator shows. */
  readonly name: string;
}

/** The part of a form that makes a key: its name, the browser's answer, the button. */
export function creationNodes(
  parts: WebAuthnParts,
  {
    issued,
    owner,
    exclude,
    label,
  }: {
    readonly issued: Issued;
    readonly owner: Owner;
    readonly exclude: readonly StoredKey[];
    readonly label: WireMessage;
  },
): readonly Node[] {
  const options = creationOptions({
    party: parts.party,
    challenge: issued.challenge,
    user: { handle: owner.handle, name: owner.name, displayName: owner.name },
    timeout: TIMEOUT,
    selection: { userVerification: 'discouraged' },
    exclude,
    attestation: parts.authenticators.attestation,
  });
  return [
    input('webauthn', NAME_FIELD, 'text', { value: '', label: say(1050013) }),
    answerNode(FIELD),
    triggerNode('webauthn_register_trigger', { options, label, run: 'oryWebAuthnRegistration' }),
  ];
}

/** A key that was made, as it is stored, and the challenge that it was made with. */
export interface MadeKey {
  readonly key: JsonObject;
  readonly id: Buffer;
  readonly issued: Issued;
}

/** Why an answer makes no key. */
export type Refusal = keyof typeof REFUSALS;

const REFUSALS = {
  unreadable: 'The answer of the browser cannot be read.',
  broken: 'The security key could not be verified. Please try again.',
  challenge: 'The page has waited too long, or was used before. Please try again.',
  not_allowed: 'Security keys of this kind are not taken here. Please use another one.',
};

export const isRefusal = (value: unknown): value is Refusal => typeof value === 'string' && value in REFUSALS;
export const refusalMessage = (refusal: Refusal) => say(4000001, { reason: REFUSALS[refusal] });

/** Verifies what the browser wrote into the form. */
export async function readKey(
  { party, authenticators, passwordless }: WebAuthnParts,
  text: string | undefined,
  about: { readonly issued: readonly Issued[]; readonly displayName: string; readonly now: number },
): Promise<MadeKey | Refusal> {
  const parsed = parseRegistrationAnswer(text);
  if (parsed === undefined) return 'unreadable';
  const registered = await verifyRegistration(parsed.answer, {
    party,
    issued: about.issued,
    userVerification: 'discouraged',
    authenticators,
    now: about.now,
  });
  if (!registered.ok) return registered.why;
  const { key, issued } = registered;
  return { key: storedForm(key, { ...about, passwordless }), id: key.id, issued };
}
