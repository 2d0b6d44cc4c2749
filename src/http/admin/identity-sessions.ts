import type { Context } from 'koa';
import { publicIdentity } from '../../identity/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId, type IdentityId } from '../../kernel/id.ts';
import { sessionJson } from '../../session/json.ts';
import { live, momentOf } from '../../session/lifetime.ts';
import { writeJson } from '../middleware/json.ts';
import { readOffset, writeOffsetLinks } from '../pagination.ts';
import { queryFlag } from '../query-value.ts';
import type { AdminContext } from './context.ts';
import { audit } from './audit.ts';

/** Lists the sessions of an identity, newest first; an unknown identity has none. */
export async function listSessions(admin: AdminContext, ctx: Context): Promise<void> {
  const { store, config, clock } = admin;
  const id = identityIdOf(ctx);
  const active = queryFlag(ctx, 'active');
  const query = readOffset(ctx);
  const now = clock.now();
  const moment = momentOf(config.session, now);
  const identity = await store.identities.find(id);
  // Nobody's session is active who is switched off.
  const off = identity?.state === 'inactive';
  const none = identity === undefined || (off && active === true);
  const which = { ...moment, active: off ? undefined : active, ...query };
  const { items, total } = none ? { items: [], total: 0 } : await store.sessions.listOf(id, which);
  const person = identity === undefined ? null : publicIdentity(identity, config.serve.public.baseUrl);
  writeOffsetLinks(ctx, config.serve.admin.baseUrl, query, total);
  writeJson(
    ctx,
    200,
    items.map((each) => sessionJson({ ...each, active: live(each, moment) }, person, now)),
  );
}

/** Removes the rows of all sessions of an identity. */
export async function deleteSessions(admin: AdminContext, ctx: Context): Promise<void> {
  const id = identityIdOf(ctx);
  const gone = await admin.store.transaction((unit) => unit.sessions.deleteOf(id));
  if (gone === 0) throw new SallyportError('not_found', 'The identity has no sessions.');
  audit(admin, ctx, 'identity.sessions.delete', id);
  ctx.status = 204;
}

function identityIdOf(ctx: Context): IdentityId {
  const id = parseIdentityId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The identity id is malformed.');
  return id;
}
