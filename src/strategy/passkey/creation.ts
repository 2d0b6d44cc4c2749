import { say } from '../../kernel/messages.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import { parseRegistrationAnswer } from '../ceremony/answer.ts';
import type { Issued } from '../ceremony/challenge.ts';
import { creationOptions } from '../ceremony/options.ts';
import type { StoredKey } from '../ceremony/stored-key.ts';
import { storedForm, verifyRegistration } from '../ceremony/verify-registration.ts';
import { handleFrom } from './handles.ts';
import type { PasskeyParts } from './passkey-parts.ts';
import { productName } from './product-name.ts';

/** What a new passkey is asked for with; undefined where none can be made any more in this flow. */
export function passkeyOptions(
  { party, settings }: PasskeyParts,
  [issued]: readonly Issued[],
  about: { readonly displayName: string; readonly exclude: readonly StoredKey[] },
): JsonObject | undefined {
  if (issued === undefined) return undefined;
  const { attachment, residentKey, userVerification } = settings.selection;
  return creationOptions({
    party,
    challenge: issued.challenge,
    user: { handle: handleFrom(issued.handle), name: about.displayName, displayName: about.displayName },
    timeout: settings.timeouts.registration,
    selection: {
      ...(attachment !== undefined && { authenticatorAttachment: attachment }),
      requireResidentKey: residentKey === 'required',
      residentKey,
      userVerification,
    },
    exclude: about.exclude,
    attestation: settings.authenticators.attestation,
  });
}

/** A passkey that was made, as it is stored, and the handle that its authenticator was given. */
export interface MadePasskey {
  readonly key: JsonObject;
  readonly handle: Buffer;
}

/** Verifies what the browser wrote into the form; or says, above the form, why it is not taken. */
export async function readPasskey(
  { party, settings }: PasskeyParts,
  text: string | undefined,
  { issued, now }: { readonly issued: readonly Issued[]; readonly now: number },
): Promise<MadePasskey | Message> {
  const parsed = parseRegistrationAnswer(text);
  if (parsed === undefined) return say(4000001, { reason: 'The answer of the browser cannot be read.' });
  const registered = await verifyRegistration(parsed.answer, {
    party,
    issued,
    userVerification: settings.selection.userVerification,
    authenticators: settings.authenticators,
    now,
  });
  if (!registered.ok) return say(4000001, { reason: REFUSALS[registered.why] });
  const { key } = registered;
  const about = { displayName: productName(key.aaguid), passwordless: true, now };
  return { key: storedForm(key, about), handle: handleFrom(registered.issued.handle) };
}

export const isMade = (read: MadePasskey | Message): read is MadePasskey => 'handle' in read;

const REFUSALS = {
  broken: 'The passkey could not be verified. Please try again.',
  challenge: 'The page has waited too long, or was used before. Please try again.',
  not_allowed: 'Passkeys of this device or service are not taken here. Please use another one.',
};
