import { createHash } from 'node:crypto';
import type Router from '@koa/router';
import { WEBAUTHN_SCRIPT, WEBAUTHN_SCRIPT_PATH } from '../../../flow/webauthn-script.ts';

/**
 * The script for passkeys and security keys, whichever methods are switched on, for pages of any origin. Its address is the same
 * in every release while its bytes are not, so a browser asks again whether those it keeps are still the ones.
 */
export function webAuthnScriptRoute(router: Router): void {
  const tag = `"${createHash('sha256').update(WEBAUTHN_SCRIPT).digest('base64url')}"`;
  router.get(WEBAUTHN_SCRIPT_PATH, (ctx) => {
    ctx.status = 200;
    ctx.set('Cache-Control', 'public, no-cache');
    ctx.set('ETag', tag);
    ctx.set('Access-Control-Allow-Origin', '*');
    // Without credentials, as the script's node says: these answers are the same for everybody.
    ctx.remove('Access-Control-Allow-Credentials');
    ctx.remove('Vary');
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    ctx.set('Content-Type', 'text/javascript; charset=UTF-8');
    ctx.body = WEBAUTHN_SCRIPT;
  });
}
