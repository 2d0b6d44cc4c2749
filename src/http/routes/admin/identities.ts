import type Router from '@koa/router';
import type { Context } from 'koa';
import { changedIdentity, credentialsOf, newIdentity } from '../../../identity/build.ts';
import type { Credential, CredentialType, Identity, Taken } from '../../../identity/identity.ts';
import { adminIdentity } from '../../../identity/json.ts';
import { isProblem, type IdentitySchema } from '../../../identity/schema.ts';
import type { DraftIdentity } from '../../../kernel/draft.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseIdentityId, type IdentityId } from '../../../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../../../kernel/json.ts';
import { sessionJson } from '../../../session/json.ts';
import { publicIdentity } from '../../../identity/json.ts';
import { availableAal, isFirstFactor } from '../../../identity/credentials.ts';
import { ADMIN_BODY, BATCH_BODY, readJson } from '../../middleware/body.ts';
import { writeJson } from '../../middleware/json.ts';
import { readOffset, readSize, writeOffsetLinks } from '../../pagination.ts';
import type { Web } from '../../web.ts';
import { applyPatch } from './json-patch.ts';
import { readFlag, readImport, type Imported, type Passwords } from './import.ts';

export interface IdentityParts {
  readonly passwords: Passwords;
}

const TYPES: ReadonlySet<string> = new Set([
  'password',
  'oidc',
  'saml',
  'totp',
  'lookup_secret',
  'webauthn',
  'passkey',
  'code',
  'link_recovery',
  'code_recovery',
]);
const CREATE_KEYS: ReadonlySet<string> = new Set([
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
]);
const MOST_LISTED = 500;

/** Identities for operators (sessions-and-admin.md 13). */
export function identityRoutes(router: Router, web: Web, parts: IdentityParts, prefix: string): void {
  const at = `${prefix}/identities`;
  router.get(at, (ctx) => list(web, ctx));
  router.post(at, (ctx) => create(web, ctx, parts));
  router.get(`${at}/by/external/:external`, async (ctx) => {
    show(web, ctx, await must404(web.runner.store.identities.findExternal(String(ctx.params['external']))));
  });
  router.get(`${at}/:id`, async (ctx) => show(web, ctx, await load(web, ctx)));
  router.patch(at, (ctx) => batch(web, ctx, parts));
  router.patch(`${at}/:id`, (ctx) => patch(web, ctx));
  router.delete(`${at}/:id/credentials/:type`, (ctx) => removeCredential(web, ctx));
  router.put(`${at}/:id`, (ctx) => replace(web, ctx, parts));
  router.delete(`${at}/:id`, (ctx) => remove(web, ctx));
  router.get(`${at}/:id/sessions`, (ctx) => sessions(web, ctx));
  router.delete(`${at}/:id/sessions`, (ctx) => endSessions(web, ctx));
}

async function must404<T>(found: Promise<T | undefined>): Promise<T> {
  const value = await found;
  if (value === undefined) throw new SallyportError('not_found', 'There is no such identity.');
  return value;
}

async function load(web: Web, ctx: Context): Promise<Identity> {
  const id = parseIdentityId(ctx['params'].id);
  return must404(id === undefined ? Promise.resolve(undefined) : web.runner.store.identities.find(id));
}

function includes(ctx: Context): readonly CredentialType[] {
  const wanted = [ctx.query['include_credential'] ?? []].flat();
  for (const each of wanted)
    if (!TYPES.has(each))
      throw new SallyportError('bad_request', `include_credential takes no ${JSON.stringify(each)}.`);
  return wanted as CredentialType[]; // checked against the list of types
}

async function show(web: Web, ctx: Context, identity: Identity): Promise<void> {
  const { store, config } = web.runner;
  const wanted = includes(ctx);
  writeJson(
    ctx,
    200,
    adminIdentity(identity, config.serve.public.baseUrl, await store.identities.credentials(identity.id), wanted),
  );
}

async function list(web: Web, ctx: Context): Promise<void> {
  const { store, config } = web.runner;
  const {
    credentials_identifier,
    preview_credentials_identifier_similar,
    ids,
    organization_id,
    page,
    per_page,
    page_token,
    page_size,
  } = ctx.query;
  const filters = [credentials_identifier, preview_credentials_identifier_similar, ids, organization_id].filter(
    (each) => each !== undefined,
  );
  if (filters.length > 1)
    throw new SallyportError(
      'bad_request',
      'Only one filter at a time: ids, organization_id, credentials_identifier or preview_credentials_identifier_similar.',
    );
  const wanted = includes(ctx);
  const base = config.serve.public.baseUrl;
  const write = async (items: readonly Identity[], credentials: boolean): Promise<void> => {
    const shown = await Promise.all(
      items.map(async (each) =>
        adminIdentity(each, base, credentials ? await store.identities.credentials(each.id) : [], wanted),
      ),
    );
    writeJson(ctx, 200, shown);
  };
  if (ids !== undefined) {
    const all = [ids].flat().map((each) => {
      const id = parseIdentityId(each);
      if (id === undefined)
        throw new SallyportError('bad_request', `ids holds ${JSON.stringify(each)}, which is no id.`);
      return id;
    });
    if (all.length > MOST_LISTED) throw new SallyportError('bad_request', `ids takes ${MOST_LISTED} at most.`);
    return write(await store.identities.findMany(all), wanted.length > 0);
  }
  if (organization_id !== undefined) {
    if (parseIdentityId(organization_id) === undefined)
      throw new SallyportError('bad_request', 'organization_id is no id.');
    return write([], false);
  }
  const similar = credentials_identifier ?? preview_credentials_identifier_similar;
  if (similar !== undefined) {
    const how = credentials_identifier === undefined ? 'prefix' : 'exact';
    const found = await store.identities.findByAnyIdentifier(
      String(similar),
      how,
      readSize(page_size ?? per_page, 250, MOST_LISTED),
    );
    if (page !== undefined) writeOffsetLinks(ctx, { page: 0, size: 250 }, found.length);
    return write(found, true);
  }
  if (page !== undefined && page_token === undefined && page_size === undefined) {
    const query = { page: Math.max(0, Number(page) || 0), size: readSize(per_page, 250, MOST_LISTED) };
    if (query.page * query.size > 1_000) throw new SallyportError('bad_request', 'So far in, pages go by page_token.');
    const { items, total } = await store.identities.listByOffset(query);
    writeOffsetLinks(ctx, query, total, 'offset');
    return write(items, wanted.length > 0);
  }
  const size = readSize(page_size ?? per_page, 250, MOST_LISTED);
  const first = '00000000-0000-0000-0000-000000000000';
  const after = page_token === undefined || page_token === first ? undefined : parseIdentityId(page_token);
  if (page_token !== undefined && page_token !== first && after === undefined)
    throw new SallyportError('bad_request', 'page_token cannot be read.');
  const { items, next } = await store.identities.list({ after, size });
  const link = (rel: string, token: string): string => {
    const query = new URLSearchParams(ctx.querystring);
    query.set('page_size', String(size));
    query.set('page_token', token);
    query.delete('per_page');
    query.sort();
    return `<${ctx.path}?${query}>; rel="${rel}"`;
  };
  ctx.set('Link', [link('first', first), ...(next === undefined ? [] : [link('next', next)])].join(','));
  return write(items, wanted.length > 0);
}

function object(value: Json, what: string): JsonObject {
  if (!isObject(value)) throw new SallyportError('bad_request', `${what} is not an object.`);
  return value as JsonObject; // parsed JSON
}

function schemaOf(web: Web, id: Json | undefined, fallback: string): IdentitySchema {
  const wanted = id === undefined || id === '' ? fallback : id;
  const schema = typeof wanted === 'string' ? web.runner.schemas.get(wanted) : undefined;
  if (schema === undefined) throw new SallyportError('bad_request', 'schema_id names no schema of the configuration.');
  return schema;
}

function stateOf(value: Json | undefined, fallback: Identity['state']): Identity['state'] {
  if (value === undefined || value === '') return fallback;
  if (value === 'active' || value === 'inactive') return value;
  throw new SallyportError('bad_request', 'state is active or inactive.');
}

function checkedTraits(schema: IdentitySchema, value: Json | undefined): JsonObject {
  const traits = object(value ?? {}, 'traits');
  const wrong = schema.validate(traits);
  const derived = wrong.length > 0 ? wrong : schema.derive(traits);
  if (isProblem(derived))
    throw new SallyportError('bad_request', derived.map(({ at, text }) => `${at ?? 'traits'}: ${text}`).join(' '));
  return traits;
}

function clash(taken: Taken | undefined): void {
  if (taken !== undefined)
    throw new SallyportError('conflict', `There is another identity with this ${taken.what.replace('_', ' ')}.`);
}

async function create(web: Web, ctx: Context, parts: IdentityParts): Promise<void> {
  const { config } = web.runner;
  const { identity, credentials } = await createOne(
    web,
    object(await readJson(ctx, ADMIN_BODY, ANY_JSON), 'The body'),
    parts,
  );
  ctx.set('Location', `${config.serve.admin.baseUrl}/identities/${identity.id}`);
  writeJson(ctx, 201, adminIdentity(identity, config.serve.public.baseUrl, credentials));
}

interface Stored {
  readonly identity: Identity;
  readonly credentials: readonly Credential[];
}

async function createOne(web: Web, body: JsonObject, { passwords }: IdentityParts): Promise<Stored> {
  const { store, clock, random, config } = web.runner;
  for (const key of Object.keys(body))
    if (!CREATE_KEYS.has(key))
      throw new SallyportError('bad_request', `The body has an unknown field ${JSON.stringify(key)}.`);
  const schema = schemaOf(web, body['schema_id'], web.runner.schemas.defaultId);
  const traits = checkedTraits(schema, body['traits']);
  const imported: Imported = await readImport(body['credentials'], passwords);
  const now = clock.now();
  const draft: DraftIdentity = {
    id: random.uuid() as IdentityId, // fresh from the generator
    schemaId: schema.id,
    state: stateOf(body['state'], 'active'),
    traits,
    metadataPublic: body['metadata_public'] ?? null,
    metadataAdmin: body['metadata_admin'] ?? null,
    proved: [],
    version: 0,
  };
  const credentials = credentialsOf(schema, traits, imported, [], now);
  const built = newIdentity(schema, draft, { now, random, credentials, config });
  const external = body['external_id'];
  const identity: Identity = {
    ...built,
    externalId: typeof external === 'string' && external !== '' ? external : undefined,
    verifiableAddresses: importedAddresses(built.verifiableAddresses, body['verifiable_addresses'], now),
  };
  clash(await store.transaction((unit) => unit.identities.insert(identity, credentials)));
  return { identity, credentials };
}

const MOST_AT_ONCE = 1_000;
const MOST_PASSWORDS = 200;

/** Many at once: each stored or refused for itself, answered in order. */
async function batch(web: Web, ctx: Context, parts: IdentityParts): Promise<void> {
  const body = object(await readJson(ctx, BATCH_BODY), 'The body');
  const items = body['identities'];
  if (!Array.isArray(items)) throw new SallyportError('bad_request', 'identities is not a list.');
  if (items.length > MOST_AT_ONCE) throw new SallyportError('bad_request', `identities takes ${MOST_AT_ONCE} at most.`);
  const plain = items.filter((each) => JSON.stringify(each ?? null).includes('"password":"'));
  if (plain.length > MOST_PASSWORDS)
    throw new SallyportError(
      'bad_request',
      `At most ${MOST_PASSWORDS} passwords in clear at once: hashing them takes time.`,
    );
  const results: Json[] = [];
  for (const item of items) results.push(await one(item));
  writeJson(ctx, 200, { identities: results });

  async function one(item: Json): Promise<Json> {
    if (!isObject(item) || !isObject(item['create'])) return null;
    const id = typeof item['patch_id'] === 'string' ? { patch_id: item['patch_id'] } : {};
    try {
      const { identity } = await createOne(web, item['create'] as JsonObject, parts); // parsed JSON
      return { action: 'create', identity: identity.id, ...id };
    } catch (error) {
      if (!(error instanceof SallyportError) || error.status >= 500) throw error;
      const status = error.status === 409 ? 'Conflict' : 'Bad Request';
      return {
        action: 'error',
        ...id,
        error: { code: error.status, status, reason: error.reason, message: error.reason },
      };
    }
  }
}

/** RFC 6902 on the whole admin view: traits, state, metadata, addresses' verification, the password's hash. */
async function patch(web: Web, ctx: Context): Promise<void> {
  const { store, clock, random, config } = web.runner;
  const before = await load(web, ctx);
  const operations = await readJson(ctx, ADMIN_BODY, ['application/json', 'application/json-patch+json']);
  const now = clock.now();
  const written = await store.transaction(async (unit): Promise<Stored> => {
    const current = await unit.identities.credentials(before.id);
    const view = applyPatch(
      adminIdentity(
        before,
        config.serve.public.baseUrl,
        current,
        current.map(({ type }) => type),
      ),
      operations,
    );
    const schema = schemaOf(web, view['schema_id'], before.schemaId);
    const traits = checkedTraits(schema, view['traits']);
    const draft: DraftIdentity = {
      id: before.id,
      schemaId: schema.id,
      state: stateOf(view['state'], before.state),
      traits,
      metadataPublic: view['metadata_public'] ?? null,
      metadataAdmin: view['metadata_admin'] ?? null,
      proved: [],
      version: before.version,
    };
    const credentials = credentialsOf(schema, traits, patchedConfigs(view['credentials']), current, now);
    const changed = changedIdentity(schema, before, draft, { now, random, credentials, config });
    const external = view['external_id'];
    const identity: Identity = {
      ...changed,
      externalId: typeof external === 'string' && external !== '' ? external : undefined,
      verifiableAddresses: patchedAddresses(changed.verifiableAddresses, view['verifiable_addresses'], now),
    };
    const answer = await unit.identities.update(identity, { credentials, anyState: true });
    if (answer === 'stale') throw new SallyportError('conflict', 'The identity was changed at the same moment.');
    clash(answer);
    return { identity, credentials };
  });
  writeJson(ctx, 200, adminIdentity(written.identity, config.serve.public.baseUrl, written.credentials));
}

function patchedConfigs(value: Json | undefined): Imported {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([type, each]) =>
    isObject(each) && isObject(each['config']) && TYPES.has(type)
      ? [{ type: type as CredentialType, config: each['config'] as JsonObject }]
      : [],
  );
}

/** A patched flag of an address that is still derived from the traits. */
function patchedAddresses(
  derived: Identity['verifiableAddresses'],
  view: Json | undefined,
  now: number,
): Identity['verifiableAddresses'] {
  if (!Array.isArray(view)) return derived;
  return derived.map((address) => {
    const said = view.find((each) => isObject(each) && each['value'] === address.value && each['via'] === address.via);
    if (!isObject(said) || said['verified'] === address.verified) return address;
    if (said['verified'] === true)
      return { ...address, verified: true, status: 'completed', verifiedAt: now, updatedAt: now };
    return { ...address, verified: false, status: 'pending', verifiedAt: undefined, updatedAt: now };
  });
}

/** Takes a way in away, never the last one (sessions-and-admin.md 13). */
async function removeCredential(web: Web, ctx: Context): Promise<void> {
  const { store, config, clock } = web.runner;
  const type = String(ctx['params'].type);
  const before = await load(web, ctx);
  const credentials = await store.identities.credentials(before.id);
  const found = credentials.find((each) => each.type === type);
  if (found === undefined) throw new SallyportError('not_found', 'The identity has no such credential.');
  const others = credentials.filter((each) => each !== found);
  const kept: Credential = { ...found, config: {}, updatedAt: clock.now() };
  if (type !== 'password' && type !== 'totp' && type !== 'lookup_secret')
    throw new SallyportError('bad_request', `A credential of the type ${type} cannot be removed here.`);
  if (type === 'password' && !others.some(isFirstFactor))
    throw new SallyportError('bad_request', 'This is the last way in; another one has to be there first.');
  const left = type === 'password' ? [...others, kept] : others;
  const identity = { ...before, availableAal: availableAal(left, config), updatedAt: clock.now() };
  const answer = await store.transaction((unit) =>
    unit.identities.update(identity, {
      credentials: type === 'password' ? [kept] : [],
      removed: type === 'password' ? [] : [found.type],
      anyState: true,
    }),
  );
  if (answer !== undefined) throw new SallyportError('conflict', 'The identity was changed at the same moment.');
  ctx.status = 204;
}

/** Content types are not inspected here, as on the wire. */
const ANY_JSON = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', ''];

/** What an import says of an address it derives: that it was verified. */
function importedAddresses(
  derived: Identity['verifiableAddresses'],
  given: Json | undefined,
  now: number,
): Identity['verifiableAddresses'] {
  if (!Array.isArray(given)) return derived;
  return derived.map((address) => {
    const said = given.find(
      (each) =>
        isObject(each) &&
        String(each['value']).toLowerCase() === address.value &&
        (each['via'] ?? 'email') === address.via,
    );
    if (!isObject(said) || said['verified'] !== true) return address;
    const verifiedAt = typeof said['verified_at'] === 'string' ? Date.parse(said['verified_at']) : now;
    return { ...address, verified: true, status: 'completed', verifiedAt: Number.isNaN(verifiedAt) ? now : verifiedAt };
  });
}

async function replace(web: Web, ctx: Context, { passwords }: IdentityParts): Promise<void> {
  const { store, clock, random, config } = web.runner;
  const before = await load(web, ctx);
  const body = object(await readJson(ctx, ADMIN_BODY), 'The body');
  const schema = schemaOf(web, body['schema_id'], before.schemaId);
  const traits = checkedTraits(schema, body['traits']);
  const imported = await readImport(body['credentials'], passwords);
  const now = clock.now();
  const draft: DraftIdentity = {
    id: before.id,
    schemaId: schema.id,
    state: stateOf(body['state'], before.state),
    traits,
    metadataPublic: body['metadata_public'] ?? null,
    metadataAdmin: body['metadata_admin'] ?? null,
    proved: [],
    version: before.version,
  };
  const external = body['external_id'];
  const written = await store.transaction(async (unit) => {
    const credentials: readonly Credential[] = credentialsOf(
      schema,
      traits,
      imported,
      await unit.identities.credentials(before.id),
      now,
    );
    const changed = changedIdentity(schema, before, draft, { now, random, credentials, config });
    const identity = { ...changed, externalId: typeof external === 'string' && external !== '' ? external : undefined };
    const answer = await unit.identities.update(identity, { credentials, anyState: true });
    if (answer === 'stale') throw new SallyportError('conflict', 'The identity was changed at the same moment.');
    clash(answer);
    return { identity, credentials };
  });
  writeJson(ctx, 200, adminIdentity(written.identity, config.serve.public.baseUrl, written.credentials));
}

async function remove(web: Web, ctx: Context): Promise<void> {
  const { id } = await load(web, ctx);
  await must404(web.runner.store.transaction((unit) => unit.identities.delete(id)).then((gone) => gone || undefined));
  ctx.status = 204;
}

function ownId(ctx: Context): IdentityId {
  const id = parseIdentityId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The identity id is malformed.');
  return id;
}

async function sessions(web: Web, ctx: Context): Promise<void> {
  const { store, config, clock } = web.runner;
  const id = ownId(ctx);
  const active = readFlag(ctx.query['active'], 'active');
  const query = readOffset(ctx);
  const now = clock.now();
  const identity = await store.identities.find(id);
  const { items, total } =
    identity === undefined ? { items: [], total: 0 } : await store.sessions.listOf(id, { active, now, ...query });
  writeOffsetLinks(ctx, query, total);
  const person = identity === undefined ? null : publicIdentity(identity, config.serve.public.baseUrl);
  writeJson(
    ctx,
    200,
    items.map((each) => sessionJson(each, person, now)),
  );
}

async function endSessions(web: Web, ctx: Context): Promise<void> {
  const id = ownId(ctx);
  const gone = await web.runner.store.transaction((unit) => unit.sessions.deleteOf(id));
  if (gone === 0) throw new SallyportError('not_found', 'The identity has no sessions.');
  ctx.status = 204;
}
