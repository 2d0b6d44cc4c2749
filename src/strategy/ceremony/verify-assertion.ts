import type { AssertionAnswer } from './answer.ts';
import { readAuthenticatorData } from './authenticator-data.ts';
import type { Issued } from './challenge.ts';
import { readClientData } from './client-data.ts';
import { isUsableKey } from './cose-key.ts';
import { readCborMap } from './cbor.ts';
import { loadWebAuthn } from './library.ts';
import type { RelyingParty, UserVerification } from './options.ts';
import type { KeyFlags, StoredKey } from './stored-key.ts';
import { flagsOf } from './verify-registration.ts';

export interface AssertionRules {
  readonly party: RelyingParty;
  /** The challenges that are taken. */
  readonly issued: readonly Issued[];
  readonly userVerification: UserVerification;
  /** The keys that may sign: all of one person. */
  readonly keys: readonly StoredKey[];
  /** The names that the person's authenticators may tell. */
  readonly handles: readonly Buffer[];
  /** It has to tell one: nothing else says who it is. */
  readonly discovers: boolean;
}

/** What an assertion proved, and what is stored of it. */
export interface Asserted {
  readonly key: StoredKey;
  /** 0 where the authenticator does not count. */
  readonly signCount: number;
  readonly flags: KeyFlags;
}

export type Assertion =
  | ({ readonly ok: true } & Asserted)
  /** `counter`: right in everything, but the authenticator has counted further before: there may be two of it (WA-3). */
  | { readonly ok: false; readonly why: 'broken' | 'challenge' | 'unknown_key' | 'counter'; readonly key?: StoredKey };

const broken: Assertion = { ok: false, why: 'broken' };

/**
 * Verifies that one of the person's keys signed this challenge for this relying party (WebAuthn Level 3, 7.2). Nothing that
 * somebody may send is an error. The counter is compared with what was stored when the key was read; the store compares it again.
 */
export async function verifyAssertion(answer: AssertionAnswer | 'broken', rules: AssertionRules): Promise<Assertion> {
  if (answer === 'broken') return broken;
  const clientData = readClientData(Buffer.from(answer.clientDataJSON, 'base64url'), 'webauthn.get');
  const data = readAuthenticatorData(Buffer.from(answer.authenticatorData, 'base64url'), false);
  if (clientData === undefined || data === undefined) return broken;
  const key = rules.keys.find(({ id }) => id.toString('base64url') === answer.id);
  if (key === undefined) return { ok: false, why: 'unknown_key' };
  if (!ownsHandle(answer, rules)) return broken;
  const used = rules.issued.find(({ challenge }) => challenge === clientData.challenge);
  if (used === undefined) return { ok: false, why: 'challenge' };
  // Whether a key may be backed up is settled when it is made (WebAuthn Level 3, 7.2, step 18).
  if (key.flags !== undefined && key.flags.backup_eligible !== data.backupEligible) return broken;
  if (!(await signed(answer, key, { ...rules, challenge: used.challenge }))) return broken;
  const counts = data.counter > 0 || key.signCount > 0;
  if (counts && data.counter <= key.signCount) return { ok: false, why: 'counter', key };
  return { ok: true, key, signCount: data.counter, flags: flagsOf(data) };
}

function ownsHandle({ userHandle }: AssertionAnswer, { handles, discovers }: AssertionRules): boolean {
  if (userHandle === undefined) return !discovers;
  const told = Buffer.from(userHandle, 'base64url');
  return handles.some((handle) => handle.equals(told));
}

async function signed(
  { id, clientDataJSON, authenticatorData, signature, userHandle }: AssertionAnswer,
  key: StoredKey,
  {
    party,
    challenge,
    userVerification,
  }: Pick<AssertionRules, 'party' | 'userVerification'> & Pick<Issued, 'challenge'>,
): Promise<boolean> {
  const stored = readCborMap(key.publicKey);
  if (stored === undefined || !isUsableKey(stored)) return false;
  const { verifyAuthenticationResponse } = await loadWebAuthn();
  return await verifyAuthenticationResponse({
    response: {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON, authenticatorData, signature, ...(userHandle !== undefined && { userHandle }) },
    },
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    requireUserVerification: userVerification === 'required',
    // The counter is compared by the caller, who has to tell a copied authenticator from a wrong signature.
    credential: { id, publicKey: new Uint8Array(key.publicKey), counter: 0 },
  }).then(
    ({ verified }) => verified,
    () => false, // the library throws for everything but a wrong signature
  );
}
