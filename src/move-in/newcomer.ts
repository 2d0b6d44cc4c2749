import type { CredentialWire } from '../identity/credential-wire.ts';
import type { Factors } from '../identity/credentials.ts';
import type { Credential, Identity } from '../identity/identity.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { TokenHash } from '../kernel/id.ts';
import type { Random } from '../kernel/random.ts';
import type { Session } from '../session/session.ts';

/** Somebody as they will be stored here. */
export interface Newcomer {
  readonly identity: Identity;
  readonly credentials: readonly Credential[];
  /** Those that still sign somebody in. */
  readonly sessions: readonly NewSession[];
  /** Sessions that have ended, or are of somebody inactive. */
  readonly over: number;
  /** What of them does not come along as it was: sentences without any value of theirs. */
  readonly remarks: readonly string[];
}

export interface NewSession {
  readonly session: Session;
  readonly token: TokenHash;
}

/** What makes people of another server people of this one. */
export interface Receiving {
  readonly schemas: IdentitySchemas;
  readonly factors: Pick<Factors, 'availableAal'>;
  /** What methods say of their credentials in the form of the wire. */
  readonly wires: readonly CredentialWire[];
  readonly random: Pick<Random, 'uuid'>;
  /** A known format within the bounds of its cost (security PW-3). */
  acceptsHash(hash: string): boolean;
  /** Seals a provider's token. `about`: `provider:subject`. */
  sealToken(token: string, about: string): string;
  hashToken(token: string): TokenHash;
  /** Opens a provider's token as the other server has sealed it; undefined where no key fits. */
  openToken(sealed: string): string | undefined;
}
