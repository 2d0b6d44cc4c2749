import type { Bend, BendName } from './bends.ts';
import type { Algorithm, KeyPair } from './key-pair.ts';

export interface AuthenticatorSettings {
  /** Of the page that asks, `https://` and the relying party's id unless given. */
  readonly origin?: string;
  /** Of the keys it makes: ES256 unless given. */
  readonly algorithm?: Algorithm;
  /** Whether it keeps credentials that are found without their id, as a passkey is. True unless given. */
  readonly resident?: boolean;
  /** Whether it can tell who touches it. True unless given. */
  readonly userVerification?: boolean;
  /** Where it begins to count signatures; it does not count unless given, as authenticators that synchronize do not. */
  readonly counter?: number;
  /** Whether its credentials are synchronized. False unless given. */
  readonly synchronized?: boolean;
  readonly transports?: readonly string[];
  /** 16 bytes in hexadecimal digits, zeros unless given. */
  readonly aaguid?: string;
}

export interface Credential {
  readonly id: Uint8Array;
  readonly rpId: string;
  readonly userHandle: Uint8Array;
  readonly algorithm: Algorithm;
}

/** How one answer differs from what the authenticator would say. */
export interface AnswerOptions {
  readonly origin?: string;
  /** What is wrong with it, by name or in your own words. */
  readonly bend?: BendName | Bend;
}

export interface CreateOptions extends AnswerOptions {
  /** Of the credential: 32 random bytes unless given. */
  readonly id?: Uint8Array;
}

export interface GetOptions extends AnswerOptions {
  /** One that the options need not allow. */
  readonly credential?: Credential;
  /** In the place of the credential's own. */
  readonly userHandle?: Uint8Array;
}

/** What the authenticator itself knows of it. */
export interface Kept extends Credential {
  readonly key: KeyPair;
  counter: number;
}
