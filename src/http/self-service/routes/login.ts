import type Router from '@koa/router';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { say } from '../../../kernel/messages.ts';
import { leave } from '../answer.ts';
import { isJsonRequest, wantsJson } from '../../negotiate.ts';
import type { Web } from '../context.ts';
import { selfService, type Door } from './self-service.ts';
import { chosenSchema } from './schema-choice.ts';

const AALS: ReadonlySet<string> = new Set(['', 'aal1', 'aal2']);

export const loginDoor: Door = {
  kind: 'login',
  expired: 4010001,
  expiredId: true,
  async open(web, ctx, requester) {
    const aal = String(ctx.query['aal'] ?? '').toLowerCase();
    if (!AALS.has(aal)) throw new SallyportError('bad_request', 'aal is aal1 or aal2.');
    if (ctx.query['login_challenge'] !== undefined)
      throw new SallyportError(
        'invalid_configuration',
        'No oauth2_provider is configured, so there are no login challenges.',
      );
    const { session } = requester;
    if (aal === 'aal2') {
      if (session === undefined)
        throw new SallyportError(
          'session_aal1_required',
          'A second factor needs an active session: please sign in first.',
        );
      throw new SallyportError('bad_request', 'The account has no second factor that this server offers.');
    }
    const schemaId = chosenSchema(web, ctx);
    if (session === undefined) return { opening: 'open', schemaId };
    if (ctx.query['refresh'] === 'true') return { opening: 'open.refresh', refresh: true, messages: [say(1010003)] };
    signedInAlready(web, ctx);
    return undefined;
  },
  async admit(web, ctx, row, { session }) {
    if (session === undefined || row.refresh) return false;
    if (row.type === 'api' || isJsonRequest(ctx)) throw alreadyAvailable();
    leave(ctx, 303, web.runner.config.defaultReturnUrl);
    return true;
  },
  async show() {
    return false;
  },
};

/** Somebody who is signed in and asks for the login: sent on, or told. */
function signedInAlready(web: Web, ctx: Parameters<Door['open']>[1]): void {
  const { config } = web.runner;
  if (wantsJson(ctx) || ctx.path.endsWith('/api')) throw alreadyAvailable();
  leave(ctx, 303, wantedUrl(config, `${config.serve.public.baseUrl}${ctx.originalUrl}`));
}

export const alreadyAvailable = (): SallyportError =>
  new SallyportError('session_already_available', 'You are signed in already.');

/** Login: who you are, proved. */
export function loginRoutes(router: Router, web: Web): void {
  selfService(router, web, loginDoor);
}
