import type { Context } from 'koa';
import type { CredentialType } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId } from '../../kernel/id.ts';
import { sameJson, type Json, type JsonObject } from '../../kernel/json.ts';
import { ADMIN_BODY, readJson } from '../middleware/body.ts';
import { writeJson } from '../middleware/json.ts';
import type { AdminContext } from './context.ts';
import { audit, changedFields } from './audit.ts';
import { externalIdOf, stateOf, textOf } from './identity-input.ts';
import { identityView } from './identity-view.ts';
import type { Passwords } from './import.ts';
import { allowMembers, readObject } from './json-object.ts';
import { applyPatch } from './json-patch.ts';
import { readSaidAddresses } from './claimed-addresses.ts';
import { storeChange, type Stored, type Wanted } from './store-identity.ts';

const PATCHES = ['application/json', 'application/json-patch+json'];

/** RFC 6902 on the whole admin view: traits, state, metadata, address status, the password's hash. */
export async function patchIdentity(admin: AdminContext, ctx: Context): Promise<void> {
  const id = parseIdentityId(ctx['params'].id);
  const operations = await readJson(ctx, ADMIN_BODY, PATCHES);
  const { before, after } = await storeChange(admin, id, (stored) => patched(admin, stored, operations));
  const view = identityView(admin, after);
  audit(admin, ctx, 'identity.patch', after.identity.id, changedFields(identityView(admin, before), view));
  writeJson(ctx, 200, view);
}

function patched(admin: AdminContext, before: Stored, operations: Json): Wanted {
  const { identity, credentials } = before;
  const types = credentials.map(({ type }) => type);
  const shown = identityView(admin, before, types);
  const view = applyPatch(shown, operations);
  const removed = types.filter((type) => !Object.hasOwn(credentialsIn(view), type));
  return {
    schemaId: textOf(view['schema_id'], 'schema_id') ?? identity.schemaId,
    state: stateOf(view['state']) ?? identity.state,
    traits: readObject(view['traits'] ?? {}, 'traits'),
    metadataPublic: view['metadata_public'] ?? null,
    metadataAdmin: view['metadata_admin'] ?? null,
    externalId: externalIdOf(view['external_id']),
    said: sameJson(view['verifiable_addresses'], shown['verifiable_addresses'])
      ? []
      : readSaidAddresses(view['verifiable_addresses']),
    fresh: patchedCredentials(credentialsIn(shown), credentialsIn(view), admin.passwords),
    removed,
  };
}

const credentialsIn = (view: JsonObject): JsonObject => readObject(view['credentials'] ?? {}, 'credentials');

/** Only a password's hash can be patched; other credentials are derived from traits or made by sign-in methods. */
function patchedCredentials(shown: JsonObject, view: JsonObject, passwords: Passwords): Wanted['fresh'] {
  const changed = Object.keys(view).filter((type) => !sameJson(shown[type], view[type]));
  return changed.map((type) => {
    if (type !== 'password') throw refuse(`credentials.${type.slice(0, 64)} cannot be patched by this build.`);
    const entry = readObject(view[type] ?? {}, 'credentials.password');
    const before = readObject(shown[type] ?? {}, 'credentials.password');
    const config = readObject(entry['config'] ?? {}, 'credentials.password.config');
    if (!sameJson({ type, ...before, config }, { type, ...entry, config }))
      throw refuse('Of credentials.password only config can be patched.');
    return { type: 'password' satisfies CredentialType, config: passwordConfig(config, passwords) };
  });
}

function passwordConfig(config: JsonObject, passwords: Passwords): JsonObject {
  allowMembers(config, ['hashed_password'], 'credentials.password.config');
  const hash = config['hashed_password'];
  if (hash === undefined) return {};
  if (typeof hash === 'string' && passwords.accepts(hash)) return { hashed_password: hash };
  throw refuse('hashed_password is in no known format, or beyond the bounds of its cost.');
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
