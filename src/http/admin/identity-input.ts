import type { IdentitySchema } from '../../identity/schema.ts';
import { isProblem } from '../../identity/schema.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Traits } from '../../kernel/draft.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Json } from '../../kernel/json.ts';
import type { AdminContext } from './context.ts';
import { readImport, type Import, type ImportRules } from './import.ts';
import { allowMembers, readObject } from './json-object.ts';
import { readSaidAddresses, type SaidAddress } from './claimed-addresses.ts';

/** A body that describes an identity, checked for shape; not yet against its schema. */
export interface IdentityInput {
  /** Undefined: the default schema, or the identity's own. */
  readonly schemaId: string | undefined;
  readonly traits: Traits;
  /** Undefined: active, or the identity's own state. */
  readonly state: Identity['state'] | undefined;
  readonly credentials: Import;
  readonly verifiable: readonly SaidAddress[];
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  readonly externalId: string | undefined;
}

const MEMBERS = [
  'schema_id',
  'traits',
  'state',
  'credentials',
  'verifiable_addresses',
  'recovery_addresses',
  'metadata_public',
  'metadata_admin',
  'external_id',
  'organization_id',
];

/** Reads the body of a create (strict) or of a replace (unknown members are ignored, as in the reference). */
export function readIdentityInput(value: Json, rules: ImportRules): IdentityInput {
  const body = readObject(value, 'The body');
  if (rules.strict) {
    allowMembers(body, MEMBERS, 'The body');
    // Addresses are derived from the traits; given ones are checked all the same.
    readSaidAddresses(body['recovery_addresses'], 'recovery_addresses');
    if (body['organization_id'] !== undefined && body['organization_id'] !== null && body['organization_id'] !== '')
      throw refuse('This build has no organizations: organization_id cannot be set.');
  }
  return {
    schemaId: textOf(body['schema_id'], 'schema_id'),
    traits: readObject(body['traits'] ?? {}, 'traits'),
    state: stateOf(body['state']),
    credentials: readImport(body['credentials'], rules),
    verifiable: rules.strict ? readSaidAddresses(body['verifiable_addresses']) : [],
    metadataPublic: body['metadata_public'] ?? null,
    metadataAdmin: body['metadata_admin'] ?? null,
    externalId: externalIdOf(body['external_id']),
  };
}

/** Undefined where the body has no state. */
export function stateOf(value: Json | undefined): Identity['state'] | undefined {
  const state = textOf(value, 'state');
  if (state === undefined || state === 'active' || state === 'inactive') return state;
  throw refuse('state is active or inactive.');
}

const MAX_EXTERNAL_ID = 64;

/** Undefined where the body has no external id. */
export function externalIdOf(value: Json | undefined): string | undefined {
  const id = textOf(value, 'external_id');
  if (id !== undefined && (id.length > MAX_EXTERNAL_ID || /\p{Cc}/u.test(id)))
    throw refuse(`external_id has more than ${MAX_EXTERNAL_ID} characters, or one that cannot be seen.`);
  return id;
}

/** A schema of the configuration; 400 when there is none of that name. */
export function schemaOf({ schemas }: AdminContext, schemaId: string): IdentitySchema {
  const schema = schemas.get(schemaId);
  if (schema === undefined) throw refuse('schema_id names no schema of the configuration.');
  return schema;
}

/** The schema, if the traits are valid; 400 with every invalid field. */
export function checkTraits(admin: AdminContext, schemaId: string, traits: Traits): IdentitySchema {
  const schema = schemaOf(admin, schemaId);
  const derived = schema.derive(traits);
  if (isProblem(derived)) throw refuse(derived.map(({ at, text }) => `${at ?? 'traits'}: ${text}`).join(' '));
  return schema;
}

export function textOf(value: Json | undefined, at: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw refuse(`${at} is not a text.`);
  return value;
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
