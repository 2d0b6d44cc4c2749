import type Router from '@koa/router';
import type { Context } from 'koa';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { belongsToSession, type FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { say } from '../../../kernel/messages.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { leave } from '../../redirect.ts';
import { isJsonRequest, wantsJson } from '../../negotiate.ts';
import { requestUrlOf } from '../request-url.ts';
import { queryValue } from '../../query-value.ts';
import type { HttpContext } from '../context.ts';
import { leadToPage } from '../form-address.ts';
import type { FlowRoutes, OpenSettings } from '../flow-routes.ts';
import { addFlowRoutes } from './self-service.ts';
import { chosenSchema } from './schema-choice.ts';

const AALS: ReadonlySet<string> = new Set(['', 'aal1', 'aal2']);

export const loginFlow: FlowRoutes = {
  kind: 'login',
  expired: 4010001,
  expiredId: true,
  async open(http, ctx, requester) {
    const aal = String(ctx.query['aal'] ?? '').toLowerCase();
    if (!AALS.has(aal)) throw new SallyportError('bad_request', 'aal is aal1 or aal2.');
    if (ctx.query['login_challenge'] !== undefined)
      throw new SallyportError(
        'invalid_configuration',
        'No oauth2_provider is configured, so there are no login challenges.',
      );
    const { session } = requester;
    if (aal === 'aal2') return await openSecondFactor(http, ctx, session);
    const schemaId = chosenSchema(http, ctx);
    if (session === undefined) return { opening: 'open', schemaId };
    if (ctx.query['refresh'] === 'true') return { opening: 'open.refresh', refresh: true, messages: [say(1010003)] };
    signedInAlready(http, ctx, session);
    return undefined;
  },
  async admit(http, ctx, row, { session }) {
    if (row.requestedAal === 'aal2' && session === undefined) throw firstFactorRequired();
    if (session === undefined) return false;
    if (belongsToSession(row)) {
      refuseOthers(row, session);
      return false;
    }
    if (row.type === 'api' || isJsonRequest(ctx)) throw alreadyAvailable();
    leave(ctx, 303, http.config.defaultReturnUrl);
    return true;
  },
  async show() {
    return false;
  },
};

/** A fresh proof and a second factor are given by whoever asked for them (security SE-12). */
function refuseOthers({ identityId }: Pick<FlowRow, 'identityId'>, { identity }: SessionWithIdentity): void {
  // Flows that a release before began name nobody.
  if (identityId !== undefined && identityId !== identity.id)
    throw new SallyportError('security_identity_mismatch', 'The flow belongs to another identity.');
}

/** A step-up of the session, or with `refresh` another proof of a second factor. */
async function openSecondFactor(
  http: HttpContext,
  ctx: Context,
  session: SessionWithIdentity | undefined,
): Promise<OpenSettings | undefined> {
  if (session === undefined) throw firstFactorRequired();
  if (!http.engine.offersSecondFactor)
    throw new SallyportError('bad_request', 'The account has no second factor that this server offers.');
  if (ctx.query['refresh'] === 'true')
    return { opening: 'open.refresh', refresh: true, requestedAal: 'aal2', messages: [say(1010003)] };
  if (session.session.aal === 'aal2') {
    signedInAlready(http, ctx, session);
    return undefined;
  }
  // A recovery by message needs a first factor of another kind before another message counts.
  if ((await http.engine.reachableAal(session)) !== session.identity.availableAal)
    return { opening: 'open.refresh', refresh: true, messages: [say(1010003)] };
  const sendTo = addressWanted(ctx, session);
  return {
    opening: 'open.second',
    requestedAal: 'aal2',
    messages: [say(1010004)],
    ...(sendTo !== undefined && { sendTo }),
  };
}

/** The value of the trait that `via` names by its path, `phones.0`; undefined where the request names none. */
function addressWanted(ctx: Context, { identity }: SessionWithIdentity): string | undefined {
  const via = queryValue(ctx, 'via');
  if (!via) return undefined;
  const value = via.split('.').reduce(memberOf, identity.traits);
  if (typeof value === 'string' && value !== '') return value;
  throw new SallyportError('bad_request', 'The account has no address in this trait.');
}

/** A member of an object, or an item of an array. */
const memberOf = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;

const firstFactorRequired = (): SallyportError =>
  new SallyportError('session_aal1_required', 'A second factor needs an active session: please sign in first.');

/** Answers a signed-in person who opens a login: a redirect for browsers, an error for apps. */
function signedInAlready(http: HttpContext, ctx: Context, { session }: SessionWithIdentity): void {
  const { config, loops } = http;
  if (wantsJson(ctx) || ctx.path.endsWith('/api')) throw alreadyAvailable();
  loops.sendBack(session.id);
  leave(ctx, 303, wantedUrl(config, requestUrlOf(http, ctx)));
}

export const alreadyAvailable = (): SallyportError =>
  new SallyportError('session_already_available', 'You are signed in already.');

/** Login: its flow. */
export function loginRoutes(router: Router, http: HttpContext): void {
  addFlowRoutes(router, http, loginFlow);
  router.get('/self-service/login', (ctx) => leadToPage(http, ctx, 'login'));
}
