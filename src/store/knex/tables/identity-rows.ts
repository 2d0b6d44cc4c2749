import { SallyportError } from '../../../kernel/error.ts';
import type { Identifier, IdentityId } from '../../../kernel/id.ts';
import type { Json } from '../../../kernel/json.ts';
import type {
  Aal,
  Credential,
  CredentialType,
  Identity,
  RecoveryAddress,
  VerifiableAddress,
} from '../../../identity/identity.ts';
import { keyText, plainText, readJson, readJsonOrNull, writeJsonOrNull } from '../columns.ts';

const LONGEST_EXTERNAL_ID = 64;
const LONGEST_SCHEMA_ID = 255;

/** A row of `identities`. */
export interface IdentityRow {
  readonly id: IdentityId;
  readonly external_id: string | null;
  readonly schema_id: string;
  readonly state: 'active' | 'inactive';
  readonly state_changed_at: number;
  readonly traits: string;
  readonly metadata_public: string | null;
  readonly metadata_admin: string | null;
  readonly verifiable_addresses: string;
  readonly recovery_addresses: string;
  readonly available_aal: Aal;
  readonly proved_at: number | null;
  readonly made_from: string | null;
  readonly devices_since: number;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export const IDENTITY_COLUMNS = [
  'id',
  'external_id',
  'schema_id',
  'state',
  'state_changed_at',
  'traits',
  'metadata_public',
  'metadata_admin',
  'verifiable_addresses',
  'recovery_addresses',
  'available_aal',
  'proved_at',
  'made_from',
  'devices_since',
  'version',
  'created_at',
  'updated_at',
] as const;

/** The identity that a row stands for. */
export function identityOf(row: IdentityRow): Identity {
  return {
    id: row.id,
    externalId: row.external_id ?? undefined,
    schemaId: row.schema_id,
    state: row.state,
    stateChangedAt: row.state_changed_at,
    traits: readJson(row.traits),
    metadataPublic: readJsonOrNull<Json>(row.metadata_public),
    metadataAdmin: readJsonOrNull<Json>(row.metadata_admin),
    verifiableAddresses: readJson<readonly VerifiableAddress[]>(row.verifiable_addresses),
    recoveryAddresses: readJson<readonly RecoveryAddress[]>(row.recovery_addresses),
    availableAal: row.available_aal,
    provedAt: row.proved_at ?? undefined,
    madeFrom: row.made_from ?? undefined,
    devicesSince: row.devices_since,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** A row of `credentials`. */
export interface CredentialRow {
  readonly identity_id: IdentityId;
  readonly type: CredentialType;
  readonly identifiers: string;
  readonly config: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** Read by few statements, and written by one of its own. */
  readonly last_step?: number | null;
}

/** The credential that a row stands for. */
export function credentialOf(row: CredentialRow): Credential {
  return {
    type: row.type,
    identifiers: readJson<readonly Identifier[]>(row.identifiers),
    config: readJson(row.config),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(typeof row.last_step === 'number' && { lastStep: row.last_step }),
  };
}

/** The columns of an identity that a change writes. Throws `bad_request` for a text that cannot be stored. */
export function columnsOf(identity: Identity): Omit<IdentityRow, 'id' | 'version' | 'created_at' | 'devices_since'> {
  if (identity.externalId === '') throw new SallyportError('bad_request', 'An external id must not be empty.');
  return {
    external_id:
      identity.externalId === undefined ? null : keyText(identity.externalId, LONGEST_EXTERNAL_ID, 'external id'),
    schema_id: keyText(identity.schemaId, LONGEST_SCHEMA_ID, 'schema id'),
    state: identity.state,
    state_changed_at: identity.stateChangedAt,
    traits: JSON.stringify(identity.traits),
    metadata_public: writeJsonOrNull(identity.metadataPublic),
    metadata_admin: writeJsonOrNull(identity.metadataAdmin),
    verifiable_addresses: JSON.stringify(identity.verifiableAddresses),
    recovery_addresses: JSON.stringify(identity.recoveryAddresses),
    available_aal: identity.availableAal,
    proved_at: identity.provedAt ?? null,
    made_from: identity.madeFrom === undefined ? null : plainText(identity.madeFrom),
    updated_at: identity.updatedAt,
  };
}

/** The row of a credential. */
export function credentialRow(id: IdentityId, credential: Credential): CredentialRow {
  return {
    identity_id: id,
    type: credential.type,
    identifiers: JSON.stringify(credential.identifiers),
    config: JSON.stringify(credential.config),
    version: credential.version,
    created_at: credential.createdAt,
    updated_at: credential.updatedAt,
  };
}
