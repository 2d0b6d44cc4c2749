import type Router from '@koa/router';
import type { Context } from 'koa';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { RecoveryHandout } from '../../engine/contract.ts';
import { parseDuration } from '../../kernel/clock.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { acceptedReturn } from '../accepted-return.ts';
import { ADMIN_BODY, readJson } from '../middleware/body.ts';
import { writeJson } from '../middleware/json.ts';
import type { AdminContext } from './context.ts';
import { audit } from './audit.ts';
import { readObject } from './json-object.ts';

type Method = 'code' | 'link';

/** Recovery codes and links that an administrator creates and hands to the person. */
export function adminRecoveryRoutes(router: Router, admin: AdminContext, prefix: string): void {
  const { config } = admin;
  router.post(`${prefix}/recovery/code`, async (ctx) => {
    const { row, secret, expiresAt } = await hand(admin, ctx, 'code');
    writeJson(ctx, 201, {
      recovery_link: flowUrl(config.flows.recovery.uiUrl, row.id),
      recovery_code: secret,
      expires_at: new Date(expiresAt).toISOString(),
    });
  });
  router.post(`${prefix}/recovery/link`, async (ctx) => {
    const { row, secret, expiresAt } = await hand(admin, ctx, 'link');
    writeJson(ctx, 200, {
      recovery_link: `${config.serve.public.baseUrl}/self-service/recovery?flow=${row.id}&token=${secret}`,
      expires_at: new Date(expiresAt).toISOString(),
    });
  });
}

async function hand(admin: AdminContext, ctx: Context, method: Method): Promise<RecoveryHandout> {
  const { flows, methods, serve } = admin.config;
  const body = readObject(await readJson(ctx, ADMIN_BODY), 'The body');
  // In the reference a method that is off has no such route, whatever else is on.
  const mails = flows.recovery.enabled && flows.recovery.use === method;
  if (methods[method]?.enabled !== true && !mails)
    throw new SallyportError('not_found', `selfservice.methods.${method} is switched off.`);
  if (!flows.recovery.enabled)
    throw new SallyportError('bad_request', 'Recovery is switched off: set selfservice.flows.recovery.enabled.');
  acceptedReturn(admin.engine, ctx, 'return_to', 'recovery');
  const lifespan = readLifespan(body);
  const id = parseIdentityId(body['identity_id']);
  const identity = id && (await admin.store.identities.find(id));
  // The reference answers an unknown identity with 404 for codes and 400 for links.
  if (!identity)
    throw new SallyportError(method === 'code' ? 'not_found' : 'bad_request', 'There is no such identity.');
  const handed = await admin.engine.handOutRecovery({
    method,
    identity,
    type: body['flow_type'] === 'api' && method === 'code' ? 'api' : 'browser',
    requestUrl: `${serve.admin.baseUrl}${ctx.originalUrl}`,
    requester: await admin.requester(ctx),
    lifespan,
  });
  audit(admin, ctx, method === 'code' ? 'recovery.code.create' : 'recovery.link.create', identity.id);
  return handed;
}

function readLifespan(body: JsonObject): number | undefined {
  const written = body['expires_in'];
  if (written === undefined || written === null || written === '') return undefined;
  const lifespan = parseDuration(written);
  if (lifespan === undefined || lifespan <= 0)
    throw new SallyportError('bad_request', 'expires_in is no duration such as 15m or 1h30m.');
  return lifespan;
}
