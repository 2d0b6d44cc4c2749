import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Identity } from '../../identity/identity.ts';
import { publicIdentity } from '../../identity/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseSessionId, type SessionId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { sessionJson } from '../../session/json.ts';
import { extendable, live, momentOf } from '../../session/lifetime.ts';
import type { Session, SessionWithIdentity } from '../../session/session.ts';
import { writeJson } from '../middleware/json.ts';
import { openPlace, sealPlace } from '../page-token.ts';
import { readSize, writeKeysetLinks } from '../pagination.ts';
import { queryFlag, queryValue, queryValues } from '../query-value.ts';
import type { AdminContext } from './context.ts';
import { lead } from '../redirect.ts';
import { audit } from './audit.ts';
import { endManySessions } from './end-many-sessions.ts';

/** The admin API's routes for sessions. */
export function adminSessionRoutes(router: Router, admin: AdminContext, prefix: string): void {
  const at = `${prefix}/sessions`;
  const { serve } = admin.config;
  router.get(at, (ctx) => list(admin, ctx));
  router.post(at, (ctx) => endManySessions(admin, ctx));
  router.delete(at, (ctx) => lead(ctx, serve.public.baseUrl, '/sessions'));
  router.get(`${at}/whoami`, (ctx) => lead(ctx, serve.public.baseUrl, '/sessions/whoami'));
  router.get(`${at}/:id`, (ctx) => get(admin, ctx));
  router.delete(`${at}/:id`, (ctx) => disable(admin, ctx));
  router.patch(`${at}/:id/extend`, (ctx) => extend(admin, ctx));
}

interface Expand {
  readonly identity: boolean;
  readonly devices: boolean;
}

function readExpand(ctx: Context): Expand {
  const wanted = queryValues(ctx, 'expand').map((each) => each.toLowerCase());
  if (wanted.some((each) => each !== 'identity' && each !== 'devices'))
    throw new SallyportError('bad_request', 'expand takes identity and devices.');
  return { identity: wanted.includes('identity'), devices: wanted.includes('devices') };
}

function idOf(ctx: Context): SessionId {
  const id = parseSessionId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The session id is malformed.');
  return id;
}

const noSession = (): SallyportError => new SallyportError('not_found', 'There is no such session.');

async function load({ store }: AdminContext, id: SessionId): Promise<SessionWithIdentity> {
  const found = await store.sessions.find(id);
  if (found === undefined) throw noSession();
  return found;
}

/** `active` depends on the identity's state too, whether the identity is shown or not. */
function shown(admin: AdminContext, session: Session, identity: Identity | undefined, expand: Expand): JsonObject {
  const { config, clock } = admin;
  const person = identity && publicIdentity(identity, config.serve.public.baseUrl);
  const now = clock.now();
  const active = live(session, momentOf(config.session, now));
  const json = sessionJson({ ...session, active }, person ?? null, now);
  return expand.identity ? json : { ...json, identity: null };
}

async function list(admin: AdminContext, ctx: Context): Promise<void> {
  const { store, clock, config, pageTokens } = admin;
  const active = queryFlag(ctx, 'active');
  const expand = readExpand(ctx);
  const size = readSize(queryValue(ctx, 'page_size'));
  const now = clock.now();
  const place = openPlace(pageTokens, ctx, queryValue(ctx, 'page_token'), { now });
  const id = parseSessionId(place?.id);
  const after = place && id && { createdAt: place.createdAt, id };
  const found = await store.sessions.list({ ...momentOf(config.session, now), active, after, size: size + 1 });
  const page = found.slice(0, size);
  const owners = await store.identities.findMany([...new Set(page.map(({ session }) => session.identityId))]);
  const byId = new Map(owners.map((identity) => [identity.id, identity]));
  const last = found.length > size ? page.at(-1) : undefined;
  writeKeysetLinks(ctx, admin.config.serve.admin.baseUrl, size, {
    first: sealPlace(pageTokens, ctx, undefined, now),
    next: last && sealPlace(pageTokens, ctx, { createdAt: last.createdAt, id: last.session.id }, now),
  });
  const sessions = page.map(({ session }) => {
    const json = shown(admin, session, byId.get(session.identityId), expand);
    return expand.devices ? json : { ...json, devices: null };
  });
  writeJson(ctx, 200, sessions);
}

async function get(admin: AdminContext, ctx: Context): Promise<void> {
  const id = idOf(ctx);
  const expand = readExpand(ctx);
  const { session, identity } = await load(admin, id);
  const json = shown(admin, session, identity, expand);
  writeJson(ctx, 200, expand.devices ? json : { ...json, devices: [] });
}

/** Marks the session inactive; its row stays until it expires. */
async function disable(admin: AdminContext, ctx: Context): Promise<void> {
  const id = idOf(ctx);
  await load(admin, id);
  await admin.store.transaction((unit) => unit.sessions.revoke(id));
  audit(admin, ctx, 'session.disable', id);
  ctx.status = 204;
}

async function extend(admin: AdminContext, ctx: Context): Promise<void> {
  const { store, clock, config } = admin;
  const id = idOf(ctx);
  const now = clock.now();
  const extended = await store.transaction(async (unit) => {
    const found = await unit.sessions.find(id);
    if (found === undefined) throw noSession();
    const { session } = found;
    const moment = momentOf(config.session, now);
    if (!live(session, moment) || !extendable(session, config.session, now)) return false;
    return unit.sessions.extend(id, now + config.session.lifespan);
  });
  if (extended) audit(admin, ctx, 'session.extend', id, ['expires_at']);
  if (config.featureFlags['faster_session_extend'] === true) {
    ctx.status = 204;
    return;
  }
  const { session, identity } = await load(admin, id);
  writeJson(ctx, 200, shown(admin, session, identity, { identity: true, devices: true }));
}
