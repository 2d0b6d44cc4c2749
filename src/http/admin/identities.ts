import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Identity } from '../../identity/identity.ts';
import { parseIdentityId } from '../../kernel/id.ts';
import { ADMIN_BODY, readJson } from '../middleware/body.ts';
import { writeJson } from '../middleware/json.ts';
import type { AdminContext } from './context.ts';
import { audit, changedFields } from './audit.ts';
import { patchIdentities } from './identity-batch.ts';
import { deleteCredential } from './identity-credential.ts';
import { readIdentityInput } from './identity-input.ts';
import { listIdentities } from './identity-list.ts';
import { patchIdentity } from './identity-patch.ts';
import { deleteSessions, listSessions } from './identity-sessions.ts';
import { identityView, includedTypes } from './identity-view.ts';
import { mergeImport, prepareImport, type ImportRules } from './import.ts';
import { noIdentity, storeChange, storeNew } from './store-identity.ts';

/** The admin API's routes for identities. */
export function identityRoutes(router: Router, admin: AdminContext, prefix: string): void {
  const { store, config, passwords, wires } = admin;
  const { algorithm } = config.hashers;
  const strict: ImportRules = { passwords, wires, algorithm, strict: true };
  const at = `${prefix}/identities`;
  router.get(at, (ctx) => listIdentities(admin, ctx));
  router.post(at, (ctx) => create(admin, ctx, strict));
  router.patch(at, (ctx) => patchIdentities(admin, ctx, strict));
  router.get(`${at}/by/external/:external`, async (ctx) =>
    show(admin, ctx, await store.identities.findExternal(String(ctx.params['external']))),
  );
  router.get(`${at}/:id`, async (ctx) => {
    const id = parseIdentityId(ctx.params['id']);
    await show(admin, ctx, id && (await store.identities.find(id)));
  });
  router.put(`${at}/:id`, (ctx) => replace(admin, ctx, { passwords, wires, algorithm, strict: false }));
  router.patch(`${at}/:id`, (ctx) => patchIdentity(admin, ctx));
  router.delete(`${at}/:id`, (ctx) => remove(admin, ctx));
  router.delete(`${at}/:id/credentials/:type`, (ctx) => deleteCredential(admin, ctx));
  router.get(`${at}/:id/sessions`, (ctx) => listSessions(admin, ctx));
  router.delete(`${at}/:id/sessions`, (ctx) => deleteSessions(admin, ctx));
}

async function show(admin: AdminContext, ctx: Context, identity: Identity | undefined): Promise<void> {
  const included = includedTypes(ctx);
  if (identity === undefined) throw noIdentity();
  const credentials = await admin.store.identities.credentials(identity.id);
  writeJson(ctx, 200, identityView(admin, { identity, credentials }, included));
}

async function create(admin: AdminContext, ctx: Context, rules: ImportRules): Promise<void> {
  const body = await readJson(ctx, ADMIN_BODY);
  const input = readIdentityInput(body, rules);
  const stored = await storeNew(admin, input, await prepareImport(input.credentials, rules.passwords));
  const { id } = stored.identity;
  audit(admin, ctx, 'identity.create', id, Object.keys(body ?? {}));
  ctx.set('Location', `${admin.config.serve.admin.baseUrl}/identities/${id}`);
  writeJson(ctx, 201, identityView(admin, stored));
}

/** Replaces an identity: members that the body leaves out are cleared, but for schema, state and credentials. */
async function replace(admin: AdminContext, ctx: Context, rules: ImportRules): Promise<void> {
  const input = readIdentityInput(await readJson(ctx, ADMIN_BODY), rules);
  const id = parseIdentityId(ctx['params'].id);
  if (id === undefined || (await admin.store.identities.find(id)) === undefined) throw noIdentity();
  const prepared = await prepareImport(input.credentials, rules.passwords);
  const { before, after } = await storeChange(admin, id, ({ identity, credentials }) => ({
    schemaId: input.schemaId ?? identity.schemaId,
    state: input.state ?? identity.state,
    traits: input.traits,
    metadataPublic: input.metadataPublic,
    metadataAdmin: input.metadataAdmin,
    externalId: input.externalId,
    said: [],
    fresh: mergeImport(prepared, credentials, identity.id),
    removed: [],
  }));
  const view = identityView(admin, after);
  audit(admin, ctx, 'identity.replace', id, changedFields(identityView(admin, before), view));
  writeJson(ctx, 200, view);
}

async function remove(admin: AdminContext, ctx: Context): Promise<void> {
  const id = parseIdentityId(ctx['params'].id);
  const gone = id !== undefined && (await admin.store.transaction((unit) => unit.identities.delete(id)));
  if (!gone) throw noIdentity();
  audit(admin, ctx, 'identity.delete', id);
  ctx.status = 204;
}
