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
  readonly log: {
    info(message: string): void;
    warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  };
}

/** The readiness of a process, for all its listeners: throws `not_ready`. */
export type Readiness = () => Promise<void>;

/** Milliseconds that an answer of the database is reused: a thousand probes a second cost nothing. */
const KEPT_FOR = 1_000;

/**
 * Ready: the database takes writes, the schema fits, the server is not stopping. Logs each change once, however often it is
 * asked.
 */
export function createReadiness({ ready, clock, draining, log }: HealthParts): Readiness {
  let probe: { readonly at: number; readonly answer: Promise<void> } | undefined;
  let told: string | undefined;
  const ask = (): Promise<void> => {
    const now = clock.now();
    if (probe === undefined || now - probe.at > KEPT_FOR || now < probe.at) probe = { at: now, answer: ready() };
    return probe.answer;
  };
  return async () => {
    if (draining()) {
      if (told !== 'draining') log.info('The readiness probe is answered 503: the server is stopping.');
      told = 'draining';
      throw new SallyportError('not_ready', 'The server is stopping.');
    }
    try {
      await ask();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (told !== why) log.warn('The readiness probe is answered 503.', { error });
      told = why;
      throw new SallyportError('not_ready', 'The server is not ready.', { cause: error });
    }
    if (told !== undefined) log.info('The server is ready again.');
    told = undefined;
  };
}

/** Alive: the event loop turns. */
export function healthRoutes(router: Router, ready: Readiness): void {
  router.get('/health/alive', (ctx) => writeJson(ctx, 200, { status: 'ok' }));
  router.get('/health/ready', async (ctx) => {
    await ready();
    writeJson(ctx, 200, { status: 'ok' });
  });
}
