import type { JsonObject } from '../../kernel/json.ts';
import { ALGORITHMS } from './cose-key.ts';
import { descriptorOf, type StoredKey } from './stored-key.ts';

/** To whom keys belong (WebAuthn Level 3, relying party). */
export interface RelyingParty {
  /** The domain. */
  readonly id: string;
  /** The name of the service that a person sees. */
  readonly displayName: string;
  /** The origins of the pages that may ask; never empty. */
  readonly origins: readonly string[];
}

export type UserVerification = 'required' | 'preferred' | 'discouraged';

export interface CreationRequest {
  readonly party: RelyingParty;
  readonly challenge: string;
  readonly user: { readonly handle: Buffer; readonly name: string; readonly displayName: string };
  /** Milliseconds. */
  readonly timeout: number;
  readonly selection: JsonObject;
  /** The keys that the person has: none of their authenticators makes a second one. */
  readonly exclude: readonly StoredKey[];
  /** `direct` where the configuration says which authenticators may be enrolled. */
  readonly attestation: 'none' | 'direct';
}

/** The argument of `navigator.credentials.create` in its JSON (WebAuthn Level 3, 5.1.9). */
export const creationOptions = (request: CreationRequest): JsonObject => ({
  publicKey: {
    rp: { name: request.party.displayName, id: request.party.id },
    user: {
      name: request.user.name,
      displayName: request.user.displayName,
      id: request.user.handle.toString('base64url'),
    },
    challenge: request.challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: request.timeout,
    ...(request.exclude.length > 0 && { excludeCredentials: request.exclude.map(descriptorOf) }),
    authenticatorSelection: request.selection,
    ...(request.attestation !== 'none' && { attestation: request.attestation }),
  },
});

export interface AssertionRequest {
  readonly party: Pick<RelyingParty, 'id'>;
  readonly challenge: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Undefined: whichever key the person chooses. */
  readonly allow: readonly Pick<StoredKey, 'id' | 'transports'>[] | undefined;
  readonly userVerification: UserVerification;
}

/** The argument of `navigator.credentials.get` in its JSON (WebAuthn Level 3, 5.1.10). */
export const requestOptions = ({
  party,
  challenge,
  timeout,
  allow,
  userVerification,
}: AssertionRequest): JsonObject => ({
  publicKey: {
    challenge,
    timeout,
    rpId: party.id,
    ...(allow !== undefined && { allowCredentials: allow.map(descriptorOf) }),
    userVerification,
  },
});
