import type { Channel, Traits } from '../kernel/draft.ts';
import type { AuthenticatorUse } from './authenticators.ts';
import type { Identifier, IdentityId } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';

/** The type of a credential, as it is stored: the word of the method that made it. */
export type CredentialType = string;
export type Aal = 'aal0' | 'aal1' | 'aal2';

/** An account as it is stored. Times in epoch milliseconds. */
export interface Identity {
  readonly id: IdentityId;
  readonly externalId: string | undefined;
  readonly schemaId: string;
  readonly state: 'active' | 'inactive';
  readonly stateChangedAt: number;
  readonly traits: Traits;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  /** In the order of their ids. */
  readonly verifiableAddresses: readonly VerifiableAddress[];
  readonly recoveryAddresses: readonly RecoveryAddress[];
  /** The highest level that its credentials can reach; updated with them. */
  readonly availableAal: Aal;
  /**
   * When an address of the account was first proved, or somebody with authority vouched for it; 0: at a time that nobody
   * wrote down; undefined: never (docs/decisions/0042).
   */
  readonly provedAt: number | undefined;
  /** The user agent of the registration. */
  readonly madeFrom: string | undefined;
  /** Devices that signed in before do not count as known (security BF-11). Moved by `IdentityWrites.endDevices` alone. */
  readonly devicesSince: number;
  /** Incremented by every change; 0: not stored yet. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface VerifiableAddress {
  readonly id: string;
  readonly value: string;
  readonly via: Channel;
  readonly verified: boolean;
  readonly status: 'pending' | 'sent' | 'completed';
  readonly verifiedAt: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface RecoveryAddress {
  readonly id: string;
  readonly value: string;
  readonly via: Channel;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** `config` holds secrets such as hashes: only strategies and the store read it, and the admin API on request. */
export interface Credential {
  readonly type: CredentialType;
  /** Normalised, sorted. */
  readonly identifiers: readonly Identifier[];
  readonly config: JsonObject;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The last time step of a one-time password that was taken. Moved by `IdentityWrites.takeStep` alone. */
  readonly lastStep?: number;
}

/** The identifiers of each type of credential: the part that a page or a hook may see. */
export type CredentialSummary = Readonly<Partial<Record<CredentialType, readonly Identifier[]>>>;

/** A unique value that another identity has. */
export interface Taken {
  readonly kind: 'taken';
  readonly what: 'identifier' | 'verifiable_address' | 'recovery_address' | 'external_id' | 'id' | 'authenticator';
  /** The value itself, for a hint; of an authenticator its hash. */
  readonly value: string;
}

export interface IdentityPage {
  readonly items: readonly Identity[];
  /** The last id of the page, after which the next one begins; undefined on the last page. */
  readonly next: IdentityId | undefined;
}

/** Where a credential stands among all. */
export interface CredentialPlace {
  readonly identity: IdentityId;
  readonly type: CredentialType;
}

/** Reads identities; needs no transaction. */
export interface IdentityReads {
  find(id: IdentityId): Promise<Identity | undefined>;
  findExternal(externalId: string): Promise<Identity | undefined>;
  /** All credentials of one identity. */
  credentials(id: IdentityId): Promise<readonly Credential[]>;
  /** One statement, run by every login. */
  findByIdentifier(
    type: CredentialType,
    identifier: Identifier,
  ): Promise<{ readonly identity: Identity; readonly credential: Credential } | undefined>;
  /**
   * The identity with one of these identifiers, of password, code, webauthn or oidc, and the types of its credentials.
   */
  whoHas(
    identifiers: readonly Identifier[],
  ): Promise<{ readonly id: IdentityId; readonly types: readonly CredentialType[] } | undefined>;
  /**
   * The configurations of the credentials of a type, of all people, page by page. A page reads at most `size` credentials of
   * whatever type; `next` is undefined on the last one.
   */
  configsOf(
    type: CredentialType,
    page: { readonly after: CredentialPlace | undefined; readonly size: number },
  ): Promise<{ readonly configs: readonly JsonObject[]; readonly next: CredentialPlace | undefined }>;
  /** Whose key has this id (WebAuthn Level 3, credential id). */
  findByCredentialId(
    id: Uint8Array,
  ): Promise<{ readonly identity: Identity; readonly credential: Credential } | undefined>;
  findByAddress(kind: 'verifiable' | 'recovery', via: Channel, value: string): Promise<Identity | undefined>;
  /** By id, ascending; the page begins after the id `after`. */
  list(query: { readonly after: IdentityId | undefined; readonly size: number }): Promise<IdentityPage>;
  /** `page` counts from 0. */
  listByOffset(query: { readonly page: number; readonly size: number }): Promise<readonly Identity[]>;
  /** How many identities there are; undefined for more than `most`, which are not counted. */
  countTo(most: number): Promise<number | undefined>;
  findMany(ids: readonly IdentityId[]): Promise<readonly Identity[]>;
  /** By an identifier of password, code or webauthn, or `provider:subject` of oidc; at most `size`. */
  findByAnyIdentifier(identifier: string, how: 'exact' | 'prefix', size: number): Promise<readonly Identity[]>;
}

export interface IdentityWrites extends IdentityReads {
  /**
   * Stores a new identity with its credentials, identifiers and addresses; or nothing, when a unique value is taken.
   */
  insert(identity: Identity, credentials: readonly Credential[]): Promise<Taken | undefined>;
  /**
   * Stores the identity if its row still has `identity.version` and, unless `anyState`, is active; otherwise returns
   * `stale`. Increments the version. The given credentials replace those of their types, `removed` types are deleted,
   * and other types stay. `before`: the account as the caller has read it, in the version of `identity`; it is not
   * read once more to tell what changed.
   */
  update(
    identity: Identity,
    change: {
      readonly before?: { readonly identity: Identity; readonly credentials: readonly Credential[] };
      readonly credentials?: readonly Credential[];
      readonly removed?: readonly CredentialType[];
      readonly anyState?: boolean;
    },
  ): Promise<Taken | 'stale' | undefined>;
  /**
   * Stores another configuration of a credential, if it is unchanged since it was read: in one statement. True when it was.
   * Keeps the version.
   */
  replaceConfig(id: IdentityId, credential: Credential, config: JsonObject): Promise<boolean>;
  /**
   * Takes a time step of a one-time password, if it is later than the last one that was taken: in one statement. True when it
   * is. Keeps the version (RFC 6238, section 5.2).
   */
  takeStep(id: IdentityId, type: CredentialType, step: number): Promise<boolean>;
  /**
   * Writes down one use of a key that the identity has, in one statement: its count, if that is greater than the one before or
   * both are 0, and the time. False where it is not, or the key is another identity's. Keeps the version (WebAuthn Level 3,
   * section 7.2, step 22).
   */
  useAuthenticator(id: IdentityId, use: AuthenticatorUse): Promise<boolean>;
  /** Devices that signed in before `since` are no longer known to the account. Keeps the version. */
  endDevices(id: IdentityId, since: number): Promise<void>;
  /** Deletes the identity and every row that refers to it. True when there was one. */
  delete(id: IdentityId): Promise<boolean>;
}
