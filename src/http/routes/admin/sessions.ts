import type Router from '@koa/router';
import type { Context } from 'koa';
import { publicIdentity } from '../../../identity/json.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseSessionId, type SessionId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { sessionJson } from '../../../session/json.ts';
import { extendable } from '../../../session/lifetime.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { writeJson } from '../../middleware/json.ts';
import { readSize } from '../../pagination.ts';
import type { Web } from '../../web.ts';
import { readFlag } from './import.ts';

const EXPAND: ReadonlySet<string> = new Set(['identity', 'devices']);

/** Sessions for operators (sessions-and-admin.md 9). */
export function adminSessionRoutes(router: Router, web: Web, prefix: string): void {
  if (prefix !== '') router.get(`${prefix}/sessions`, (ctx) => list(web, ctx));
  else router.get('/sessions', (ctx) => list(web, ctx));
  router.get(`${prefix}/sessions/:id`, (ctx) => get(web, ctx));
  router.delete(`${prefix}/sessions/:id`, (ctx) => disable(web, ctx));
  router.patch(`${prefix}/sessions/:id/extend`, (ctx) => extend(web, ctx));
}

function expanded(ctx: Context): ReadonlySet<string> {
  const wanted = [ctx.query['expand'] ?? []].flat().map((each) => each.toLowerCase());
  for (const each of wanted)
    if (!EXPAND.has(each)) throw new SallyportError('bad_request', 'expand takes identity and devices.');
  return new Set(wanted);
}

function ownId(ctx: Context): SessionId {
  const id = parseSessionId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The session id is malformed.');
  return id;
}

async function load(web: Web, id: SessionId): Promise<SessionWithIdentity> {
  const found = await web.runner.store.sessions.find(id);
  if (found === undefined) throw new SallyportError('not_found', 'There is no such session.');
  return found;
}

async function get(web: Web, ctx: Context): Promise<void> {
  const { config, clock } = web.runner;
  if (ctx['params'].id === 'whoami') {
    ctx.redirect(`${config.serve.public.baseUrl}/sessions/whoami`);
    ctx.status = 307;
    return;
  }
  const id = ownId(ctx);
  const wanted = expanded(ctx);
  const { session, identity } = await load(web, id);
  const json = sessionJson(
    session,
    wanted.has('identity') ? publicIdentity(identity, config.serve.public.baseUrl) : null,
    clock.now(),
  );
  writeJson(ctx, 200, wanted.has('devices') ? json : { ...json, devices: [] });
}

async function disable(web: Web, ctx: Context): Promise<void> {
  const id = ownId(ctx);
  await load(web, id);
  await web.runner.store.transaction((unit) => unit.sessions.revoke(id));
  ctx.status = 204;
}

async function extend(web: Web, ctx: Context): Promise<void> {
  const { store, clock, config } = web.runner;
  const id = ownId(ctx);
  const { session } = await load(web, id);
  const now = clock.now();
  if (session.active && session.expiresAt > now && extendable(session, config.session, now)) {
    await store.transaction((unit) => unit.sessions.extend(id, now + config.session.lifespan));
  }
  if (config.featureFlags['faster_session_extend'] === true) {
    ctx.status = 204;
    return;
  }
  const { session: after, identity } = await load(web, id);
  writeJson(ctx, 200, sessionJson(after, publicIdentity(identity, config.serve.public.baseUrl), now));
}

async function list(web: Web, ctx: Context): Promise<void> {
  const { store, clock, config } = web.runner;
  const active = readFlag(ctx.query['active'], 'active');
  const wanted = expanded(ctx);
  const size = readSize(ctx.query['page_size']);
  const after = parseToken(ctx.query['page_token']);
  const now = clock.now();
  const found = await store.sessions.list({ active, now, after, size: size + 1 });
  const shown = found.slice(0, size);
  const json = await Promise.all(
    shown.map(async ({ session }): Promise<JsonObject> => {
      const identity = wanted.has('identity') ? await store.identities.find(session.identityId) : undefined;
      const each = sessionJson(
        session,
        identity === undefined ? null : publicIdentity(identity, config.serve.public.baseUrl),
        now,
      );
      return wanted.has('devices') ? each : { ...each, devices: null };
    }),
  );
  const link = (rel: string, token: string): string => {
    const query = new URLSearchParams(ctx.querystring);
    query.set('page_size', String(size));
    query.set('page_token', token);
    query.sort();
    return `<${ctx.path}?${query}>; rel="${rel}"`;
  };
  const last = shown.at(-1);
  const next =
    found.length > size && last !== undefined ? [link('next', makeToken(last.session.id, last.createdAt))] : [];
  ctx.set('Link', [link('first', makeToken('00000000-0000-0000-0000-000000000000', now)), ...next].join(','));
  writeJson(ctx, 200, json);
}

/** As on the wire: `id=…/created_at=…` in unpadded base64. */
function makeToken(id: string, createdAt: number): string {
  const at = new Date(createdAt).toISOString().replace('T', ' ').replace('Z', '');
  return Buffer.from(`id=${id}/created_at=${at}`).toString('base64').replace(/=+$/, '');
}

function parseToken(token: unknown): { readonly createdAt: number; readonly id: SessionId } | undefined {
  if (token === undefined || token === '') return undefined;
  const parts = new Map(
    Buffer.from(String(token), 'base64')
      .toString('utf8')
      .split('/')
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const),
  );
  const id = parseSessionId(parts.get('id'));
  const createdAt = Date.parse(`${(parts.get('created_at') ?? '').replace(' ', 'T')}Z`);
  if (id === undefined || Number.isNaN(createdAt))
    throw new SallyportError('bad_request', 'page_token or page_size cannot be read.');
  return id === '00000000-0000-0000-0000-000000000000' ? undefined : { createdAt, id };
}
