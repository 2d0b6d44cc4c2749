import type { Channel, Traits } from '../kernel/draft.ts';
import type { Identifier, IdentityId } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';

export type CredentialType =
  'password' | 'oidc' | 'code' | 'totp' | 'lookup_secret' | 'webauthn' | 'passkey' | 'link_recovery' | 'code_recovery';
export type Aal = 'aal0' | 'aal1' | 'aal2';

/** A person's account as it is stored. Times in milliseconds. */
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
  /** What could be reached with all factors; stored when credentials change. */
  readonly availableAal: Aal;
  /** Counts every change; 0 means not stored yet. */
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

/** `config` holds secrets (hashes): it never leaves the strategies, the store and the admin API that asks for it. */
export interface Credential {
  readonly type: CredentialType;
  /** Normalised, sorted. */
  readonly identifiers: readonly Identifier[];
  readonly config: JsonObject;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a page or a hook may know of credentials. */
export type CredentialSummary = Readonly<Partial<Record<CredentialType, readonly Identifier[]>>>;

/** A unique value that somebody else has. */
export interface Taken {
  readonly kind: 'taken';
  readonly what: 'identifier' | 'verifiable_address' | 'recovery_address' | 'external_id' | 'id';
  /** The other's identifier or address, for hints. */
  readonly value: string;
}

export interface IdentityPage {
  readonly items: readonly Identity[];
  /** The id to go on after; absent on the last page. */
  readonly next: IdentityId | undefined;
}

/** Reading identities; needs no transaction. */
export interface IdentityReads {
  find(id: IdentityId): Promise<Identity | undefined>;
  findExternal(externalId: string): Promise<Identity | undefined>;
  /** All credentials of one identity. */
  credentials(id: IdentityId): Promise<readonly Credential[]>;
  /** One round trip: the hot path of a login. */
  findByIdentifier(
    type: CredentialType,
    identifier: Identifier,
  ): Promise<{ readonly identity: Identity; readonly credential: Credential } | undefined>;
  /** Any of these identifiers, any type of password, code, webauthn, oidc: who has it, and with what. */
  whoHas(
    identifiers: readonly Identifier[],
  ): Promise<{ readonly id: IdentityId; readonly types: readonly CredentialType[] } | undefined>;
  findByAddress(kind: 'verifiable' | 'recovery', via: Channel, value: string): Promise<Identity | undefined>;
  /** Keyset by id ascending. */
  list(query: { readonly after: IdentityId | undefined; readonly size: number }): Promise<IdentityPage>;
  /** `page` counts from 0. */
  listByOffset(query: {
    readonly page: number;
    readonly size: number;
  }): Promise<{ readonly items: readonly Identity[]; readonly total: number }>;
  findMany(ids: readonly IdentityId[]): Promise<readonly Identity[]>;
  /** Identifiers of password, code, webauthn, or `provider:subject` of oidc. */
  findByAnyIdentifier(identifier: string, how: 'exact' | 'prefix', size: number): Promise<readonly Identity[]>;
}

export interface IdentityWrites extends IdentityReads {
  /** Stores a new identity with its credentials, identifiers and addresses. */
  insert(identity: Identity, credentials: readonly Credential[]): Promise<Taken | undefined>;
  /**
   * Stores what the value says, if the row still has `identity.version` and (unless `anyState`) is active; the row's
   * version goes up by one. Credentials given replace those of their type; types not given stay; `removed` types go.
   */
  update(
    identity: Identity,
    change: {
      readonly credentials?: readonly Credential[];
      readonly removed?: readonly CredentialType[];
      readonly anyState?: boolean;
    },
  ): Promise<Taken | 'stale' | undefined>;
  /** A better hash for the same password: only if the credential is still the one that was read. Never bumps the version. */
  rehash(id: IdentityId, credential: Credential, config: JsonObject): Promise<void>;
  /** True when there was one. Everything that hangs on it goes too. */
  delete(id: IdentityId): Promise<boolean>;
}
