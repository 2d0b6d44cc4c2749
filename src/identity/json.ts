import type { IdentityId } from '../kernel/id.ts';
import { type Json, type JsonObject, isObject } from '../kernel/json.ts';
import type { Credential, CredentialType, Identity, RecoveryAddress, VerifiableAddress } from './identity.ts';

/** An identity as its owner and hooks see it: without credentials and without metadata of administrators. */
export function publicIdentity(identity: Identity, publicBaseUrl: string): JsonObject {
  const { id, externalId, schemaId, state, stateChangedAt, traits, metadataPublic } = identity;
  return {
    id,
    ...(externalId !== undefined && { external_id: externalId }),
    schema_id: schemaId,
    schema_url: schemaUrl(schemaId, publicBaseUrl),
    state,
    state_changed_at: time(stateChangedAt),
    traits,
    ...addresses(identity),
    metadata_public: metadataPublic,
    created_at: time(identity.createdAt),
    updated_at: time(identity.updatedAt),
    organization_id: null,
  };
}

/**
 * An identity as administrators see it: with their metadata, credentials if given, and secrets of the requested types.
 */
export function adminIdentity(
  identity: Identity,
  publicBaseUrl: string,
  credentials: readonly Credential[] = [],
  includeConfigOf: readonly CredentialType[] = [],
  openToken: OpenToken = () => '',
  inClear: InClear = ({ config }) => config,
): JsonObject {
  const { id, external_id, metadata_public, created_at, updated_at, ...others } = publicIdentity(
    identity,
    publicBaseUrl,
  );
  const shown = credentials.map((each): [string, Json] => [
    each.type,
    credentialJson(each, includeConfigOf.includes(each.type), (one) =>
      one.type === 'oidc' ? { providers: linked(one.config, openToken) } : inClear(one, identity.id),
    ),
  ]);
  return {
    ...(id !== undefined && { id }),
    ...(external_id !== undefined && { external_id }),
    ...(shown.length > 0 && { credentials: Object.fromEntries(shown) }),
    ...others,
    metadata_public: metadata_public ?? null,
    metadata_admin: identity.metadataAdmin,
    created_at: created_at ?? null,
    updated_at: updated_at ?? null,
  };
}

/** The URL from which clients fetch the schema of an identity. */
export function schemaUrl(schemaId: string, publicBaseUrl: string): string {
  return `${publicBaseUrl}/schemas/${Buffer.from(schemaId).toString('base64url')}`;
}

function credentialJson(credential: Credential, whole: boolean, shown: (credential: Credential) => JsonObject): Json {
  const { type, identifiers, version, createdAt, updatedAt } = credential;
  return {
    type,
    identifiers,
    ...(whole && { config: shown(credential) }),
    version,
    created_at: time(createdAt),
    updated_at: time(updatedAt),
  };
}

/** The configuration of a credential as the wire has it, secrets in clear where they can be opened. */
export type InClear = (credential: Credential, owner: IdentityId) => JsonObject;

/**
 * Decrypts a provider's token, which is bound to the subject it belongs to; an empty text when it cannot be decrypted.
 */
export type OpenToken = (sealed: string, about: string) => string;

function linked(config: JsonObject, openToken: OpenToken): readonly Json[] {
  const { providers } = config;
  if (!Array.isArray(providers)) return [];
  return providers.filter(isObject).map((entry) => {
    const subject = String(entry['subject']);
    const provider = String(entry['provider']);
    const token = (name: string): string => {
      const sealed = entry[name];
      return typeof sealed === 'string' && sealed !== '' ? openToken(sealed, `${provider}:${subject}`) : '';
    };
    return {
      subject,
      provider,
      initial_id_token: token('initial_id_token'),
      initial_access_token: token('initial_access_token'),
      initial_refresh_token: token('initial_refresh_token'),
    };
  });
}

function addresses({ verifiableAddresses, recoveryAddresses }: Identity): JsonObject {
  return {
    ...(verifiableAddresses.length > 0 && { verifiable_addresses: verifiableAddresses.map(verifiable) }),
    ...(recoveryAddresses.length > 0 && { recovery_addresses: recoveryAddresses.map(recovery) }),
  };
}

function verifiable({
  id,
  value,
  verified,
  via,
  status,
  verifiedAt,
  createdAt,
  updatedAt,
}: VerifiableAddress): JsonObject {
  return {
    id,
    value,
    verified,
    via,
    status,
    ...(verifiedAt !== undefined && { verified_at: time(verifiedAt) }),
    created_at: time(createdAt),
    updated_at: time(updatedAt),
  };
}

function recovery({ id, value, via, createdAt, updatedAt }: RecoveryAddress): JsonObject {
  return { id, value, via, created_at: time(createdAt), updated_at: time(updatedAt) };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
