import type Router from '@koa/router';
import type { Clock } from '../kernel/clock.ts';
import { SallyportError } from '../kernel/error.ts';
import { writeJson } from './middleware/json.ts';

export interface HealthParts {
  /** Throws unless the database takes writes and the schema fits. */
  ready(): Promise<void>;
  readonly clock: Clock;
  /** The server is stopping. */
  draining(): boolean;
}

/** Milliseconds that an answer of the database is reused: a thousand probes a second cost nothing. */
const KEPT_FOR = 1_000;

/** Alive: the event loop turns. Ready: the database takes writes, the schema fits, the server is not stopping. */
export function healthRoutes(router: Router, parts: HealthParts): void {
  const { clock, draining } = parts;
  let probe: { readonly at: number; readonly answer: Promise<void> } | undefined;
  const ready = (): Promise<void> => {
    const now = clock.now();
    if (probe === undefined || now - probe.at > KEPT_FOR || now < probe.at) probe = { at: now, answer: parts.ready() };
    return probe.answer;
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
