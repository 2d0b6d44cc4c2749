import type { JsonObject } from '../../kernel/json.ts';
import type { RegistrationAnswer } from './answer.ts';
import { judgeAuthenticator, takesFormat, type AuthenticatorRules } from './authenticator-rules.ts';
import { readAuthenticatorData, type AuthenticatorData } from './authenticator-data.ts';
import { readCborMap } from './cbor.ts';
import type { Issued } from './challenge.ts';
import { readClientData } from './client-data.ts';
import { ALGORITHMS, isUsableKey } from './cose-key.ts';
import { loadWebAuthn } from './library.ts';
import type { RelyingParty, UserVerification } from './options.ts';
import { wireTime, type KeyFlags } from './stored-key.ts';

export interface RegistrationRules {
  readonly party: RelyingParty;
  /** The challenges that are taken. */
  readonly issued: readonly Issued[];
  readonly userVerification: UserVerification;
  readonly authenticators: AuthenticatorRules;
  /** Milliseconds. */
  readonly now: number;
}

/** A key that was just made, as far as the authenticator and the browser say it. */
export interface NewKey {
  readonly id: Buffer;
  readonly publicKey: Buffer;
  readonly attestationType: string;
  readonly aaguid: Buffer;
  readonly signCount: number;
  readonly flags: KeyFlags;
  readonly transports: readonly string[];
}

export type Registered =
  | { readonly ok: true; readonly key: NewKey; readonly issued: Issued }
  /** `not_allowed`: by the lists of authenticators. */
  | { readonly ok: false; readonly why: 'broken' | 'challenge' | 'not_allowed' };

const broken: Registered = { ok: false, why: 'broken' };

/**
 * Verifies that the answer makes a key, for this relying party, by this challenge (WebAuthn Level 3, 7.1). The limits of its bytes
 * are checked before the library sees them, and what the library lets pass is refused (security WA-2, WA-4, WA-5). Nothing that
 * somebody may send is an error: everything is taken or refused.
 */
export async function verifyRegistration(
  answer: RegistrationAnswer | 'broken',
  { party, issued, userVerification, authenticators, now }: RegistrationRules,
): Promise<Registered> {
  if (answer === 'broken') return broken;
  const clientData = readClientData(Buffer.from(answer.clientDataJSON, 'base64url'), 'webauthn.create');
  const attestation = readCborMap(Buffer.from(answer.attestationObject, 'base64url'));
  const bytes = attestation?.get('authData');
  if (clientData === undefined || attestation?.size !== 3 || !(bytes instanceof Uint8Array)) return broken;
  const data = readAuthenticatorData(Buffer.from(bytes), true);
  const attested = data?.attested;
  if (data === undefined || attested === undefined || !isUsableKey(attested.key)) return broken;
  if (attested.id.toString('base64url') !== answer.id) return broken;
  const used = issued.find(({ challenge }) => challenge === clientData.challenge);
  if (used === undefined) return { ok: false, why: 'challenge' };
  const format = attestation.get('fmt');
  if (!takesFormat(authenticators, format)) return broken;
  const verified = await verifyByLibrary(answer, { party, challenge: used.challenge, userVerification });
  if (!verified) return broken;
  if (!judgeAuthenticator(authenticators, attested.aaguid, { attestation, now }))
    return { ok: false, why: 'not_allowed' };
  return { ok: true, issued: used, key: keyOf(attested, data, String(format), answer.transports) };
}

const keyOf = (
  attested: Pick<NewKey, 'id' | 'publicKey' | 'aaguid'>,
  data: AuthenticatorData,
  attestationType: string,
  transports: readonly string[],
): NewKey => ({
  id: attested.id,
  publicKey: attested.publicKey,
  aaguid: attested.aaguid,
  attestationType,
  signCount: data.counter,
  flags: flagsOf(data),
  transports,
});

export const flagsOf = (data: AuthenticatorData): KeyFlags => ({
  user_present: data.userPresent,
  user_verified: data.userVerified,
  backup_eligible: data.backupEligible,
  backup_state: data.backupState,
});

async function verifyByLibrary(
  { id, clientDataJSON, attestationObject }: RegistrationAnswer,
  {
    party,
    challenge,
    userVerification,
  }: Pick<RegistrationRules, 'party' | 'userVerification'> & Pick<Issued, 'challenge'>,
): Promise<boolean> {
  const { verifyRegistrationResponse } = await loadWebAuthn();
  const response = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const;
  return await verifyRegistrationResponse({
    response: { ...response, response: { clientDataJSON, attestationObject } },
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    requireUserPresence: true,
    requireUserVerification: userVerification === 'required',
    supportedAlgorithmIDs: [...ALGORITHMS],
  }).then(
    ({ verified }) => verified,
    () => false, // the library throws for everything but a wrong signature
  );
}

/** The key as it is stored, in the reference's form. */
export const storedForm = (
  key: NewKey,
  about: { readonly displayName: string; readonly passwordless: boolean; readonly now: number },
): JsonObject => ({
  id: key.id.toString('base64'),
  public_key: key.publicKey.toString('base64'),
  attestation_type: key.attestationType,
  authenticator: { aaguid: key.aaguid.toString('base64'), sign_count: key.signCount, clone_warning: false },
  display_name: about.displayName,
  added_at: wireTime(about.now),
  is_passwordless: about.passwordless,
  flags: { ...key.flags },
  ...(key.transports.length > 0 && { transport: key.transports }),
});
