import type Router from '@koa/router';
import { SallyportError } from '../../../kernel/error.ts';
import { say } from '../../../kernel/messages.ts';
import { forwarding } from '../error-redirect.ts';
import type { Web } from '../context.ts';
import { followLink, type MailedDoor } from './mailed-link.ts';
import { selfService } from './self-service.ts';

export const verificationDoor: MailedDoor = {
  kind: 'verification',
  expired: 4070005,
  expiredId: false,
  over: () => say(4070002),
  async open({ runner: { config } }) {
    if (config.flows.verification.enabled) return { opening: 'open' };
    throw new SallyportError(
      'bad_request',
      'Verification is switched off: set selfservice.flows.verification.enabled.',
    );
  },
  async admit() {
    return false;
  },
  async show() {
    return false;
  },
};

/** Verification: an address is asked for, or a flow begun by a hook goes on; and the links of its mails. */
export function verificationRoutes(router: Router, web: Web): void {
  selfService(router, web, verificationDoor);
  router.get('/self-service/verification', forwarding(web), (ctx) => followLink(web, ctx, verificationDoor));
}
