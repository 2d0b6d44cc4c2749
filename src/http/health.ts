import type Router from '@koa/router';
import { SallyportError } from '../kernel/error.ts';
import { writeJson } from './middleware/json.ts';
import type { Web } from './self-service/context.ts';

/** Answers to probes are kept this long: a thousand a second cost nothing. */
const KEPT_FOR = 1_000;

/** Alive: the event loop turns. Ready: the database takes writes, the schema fits, nobody is stopping us. */
export function healthRoutes(router: Router, { runner: { store, clock } }: Web, draining: () => boolean): void {
  let asked: { readonly at: number; readonly answer: Promise<void> } | undefined;
  const ready = (): Promise<void> => {
    const now = clock.now();
    if (asked === undefined || now - asked.at > KEPT_FOR || now < asked.at) asked = { at: now, answer: store.ready() };
    return asked.answer;
  };
  router.get('/health/alive', (ctx) => writeJson(ctx, 200, { status: 'ok' }));
  router.get('/health/ready', async (ctx) => {
    if (draining()) throw new SallyportError('unavailable', 'The server is stopping.');
    await ready().catch((cause: unknown) => {
      throw new SallyportError('unavailable', 'The server is not ready.', { cause });
    });
    writeJson(ctx, 200, { status: 'ok' });
  });
}
