import { isObject, type Json, type JsonObject } from '../kernel/json.ts';

/** Members that a body of `POST /admin/identities` may have. */
const MEMBERS = [
  'schema_id',
  'traits',
  'state',
  'metadata_public',
  'metadata_admin',
  'external_id',
  'verifiable_addresses',
] as const;

/** What an import takes of each type of credential. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  password: ['hashed_password'],
  oidc: ['providers'],
  totp: ['totp_url'],
  webauthn: ['credentials', 'user_handle'],
  passkey: ['credentials', 'user_handle'],
};
/** Tokens of providers are bound to this server. */
const OF_PROVIDER = ['provider', 'subject', 'organization', 'use_auto_link'];

/** A person as the admin API shows them, in the form in which it makes one. */
export function exportForm(shown: JsonObject): JsonObject {
  const credentials = isObject(shown['credentials']) ? shown['credentials'] : {};
  const exported = Object.entries(credentials as JsonObject).flatMap(([type, credential]) => {
    const config = isObject(credential) && isObject(credential['config']) ? (credential['config'] as JsonObject) : {};
    const kept = pick(config, TAKEN[type] ?? []);
    const { providers } = kept;
    const narrowed = Array.isArray(providers) ? { providers: (providers as readonly Json[]).map(linkOf) } : kept;
    return Object.keys(kept).length === 0 ? [] : [[type, { config: narrowed }]];
  });
  return {
    ...pick(shown, MEMBERS),
    ...(exported.length > 0 && { credentials: Object.fromEntries(exported) as JsonObject }),
  };
}

const linkOf = (link: Json): Json => (isObject(link) ? pick(link as JsonObject, OF_PROVIDER) : link); // JSON of an answer

const pick = (from: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
