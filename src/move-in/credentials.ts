import { credentialsOf, type FreshCredential } from '../identity/credentials.ts';
import type { Credential } from '../identity/identity.ts';
import type { IdentitySchema } from '../identity/schema.ts';
import type { Traits } from '../kernel/draft.ts';
import { SallyportError } from '../kernel/error.ts';
import type { Identifier, IdentityId } from '../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import type { KratosCredential } from './kratos-rows.ts';
import type { Receiving } from './newcomer.ts';
import { notTaken, REMARKS } from './remarks.ts';
import { objectIn, timeIn } from './values.ts';

interface Owner {
  readonly id: IdentityId;
  readonly schema: IdentitySchema;
  readonly traits: Traits;
  readonly now: number;
}

/**
 * The credentials of somebody, as they are stored here. Rows that hold nothing but identifiers are no credentials: the schema
 * makes them anew. Identifiers of what people type come from the schema; those of keys are taken over.
 */
export function credentialsFrom(
  rows: readonly KratosCredential[],
  owner: Owner,
  receiving: Receiving,
  remark: (text: string) => void,
): readonly Credential[] {
  const fresh = rows.flatMap((row) => freshFrom(row, owner, receiving, remark) ?? []);
  const made = credentialsOf(owner.schema, owner.traits, fresh, [], owner.now);
  for (const { type, identifiers, row } of rows) {
    if (!TYPED.has(type) || (type === 'password' && Object.keys(objectIn(row['config'])).length === 0)) continue;
    const here = made.find((each) => each.type === type)?.identifiers ?? [];
    if (identifiers.some((each) => !here.includes(each as Identifier))) remark(REMARKS.identifier); // as it is compared
  }
  return made.map((credential) => {
    const row = rows.find(({ type }) => type === credential.type)?.row;
    return {
      ...credential,
      createdAt: timeIn(row?.['created_at']) ?? credential.createdAt,
      updatedAt: timeIn(row?.['updated_at']) ?? credential.updatedAt,
    };
  });
}

/** Types whose identifiers are traits. */
const TYPED: ReadonlySet<string> = new Set(['password', 'code']);

function freshFrom(
  credential: KratosCredential,
  owner: Owner,
  receiving: Receiving,
  remark: (text: string) => void,
): FreshCredential | undefined {
  const config = objectIn(credential.row['config']);
  switch (credential.type) {
    case 'code': // follows from schema and traits
      return undefined;
    case 'password':
      return passwordFrom(config, receiving, remark);
    case 'oidc':
      return providersFrom(config, receiving, remark);
    case 'saml':
      return void remark(REMARKS.saml);
    default:
      return byWire(credential, config, owner, receiving, remark);
  }
}

function passwordFrom(
  config: JsonObject,
  { acceptsHash }: Receiving,
  remark: (text: string) => void,
): FreshCredential | undefined {
  const hash = config['hashed_password'];
  if (typeof hash === 'string' && hash !== '') {
    if (acceptsHash(hash)) return { type: 'password', config: { hashed_password: hash } };
    return void remark(REMARKS.hash);
  }
  if (config['use_password_migration_hook'] === true) remark(REMARKS.hook);
  return undefined;
}

const TOKENS = ['initial_id_token', 'initial_access_token', 'initial_refresh_token'] as const;

function providersFrom(
  config: JsonObject,
  { openToken, sealToken }: Receiving,
  remark: (text: string) => void,
): FreshCredential | undefined {
  const providers = listIn(config['providers']).flatMap((each): readonly JsonObject[] => {
    const { provider, subject } = each;
    if (typeof provider !== 'string' || typeof subject !== 'string' || provider === '' || subject === '') {
      remark(REMARKS.provider);
      return [];
    }
    const token = (name: (typeof TOKENS)[number]): string => {
      const sealed = each[name];
      if (typeof sealed !== 'string' || sealed === '') return '';
      const opened = openToken(sealed);
      if (opened === undefined) remark(REMARKS.token);
      return opened === undefined || opened === '' ? '' : sealToken(opened, `${provider}:${subject}`);
    };
    return [{ ...each, ...Object.fromEntries(TOKENS.map((name) => [name, token(name)])) }];
  });
  return providers.length === 0 ? undefined : { type: 'oidc', config: { providers } };
}

/** What its method reads of it, in the form of the admin API. */
function byWire(
  { type, identifiers }: KratosCredential,
  config: JsonObject,
  { id }: Owner,
  { wires }: Receiving,
  remark: (text: string) => void,
): FreshCredential | undefined {
  const given = (GIVEN[type] ?? ((same: JsonObject) => same))(config, id);
  if (given === undefined) return undefined;
  const wire = wires.find((each) => each.type === type);
  if (wire === undefined) return void remark(notTaken(type, 'this build does not know the type'));
  try {
    const made = wire.read(given)({ owner: id, before: undefined });
    if (type !== 'passkey') return { type, ...made };
    // Each passkey has a handle of its own, and the configuration names the last one only.
    return {
      type,
      ...made,
      identifiers: [...new Set([...(made.identifiers ?? []), ...(identifiers as Identifier[])])],
    };
  } catch (error) {
    if (!(error instanceof SallyportError) || error.code !== 'bad_request') throw error;
    return void remark(notTaken(type, error.reason));
  }
}

/** The configuration of a type in the form in which the admin API takes it; undefined for one that holds nothing. */
const GIVEN: Readonly<Record<string, (config: JsonObject, owner: IdentityId) => JsonObject | undefined>> = {
  webauthn(config, owner) {
    if (listIn(config['credentials']).length === 0) return undefined;
    const { user_handle: handle = '' } = config;
    const own = Buffer.from(owner.replaceAll('-', ''), 'hex').toString('base64');
    return { credentials: config['credentials'] ?? [], user_handle: handle === '' ? own : handle };
  },
  passkey({ credentials = [], user_handle: handle = '' }) {
    return listIn(credentials).length === 0 ? undefined : { credentials, user_handle: handle };
  },
  totp: ({ totp_url: url }) => (url === undefined ? undefined : { totp_url: url }),
  lookup_secret: ({ recovery_codes: codes }) => (listIn(codes).length === 0 ? undefined : { codes: codes ?? [] }),
};

const listIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((each): each is JsonObject => isObject(each)) : [];
