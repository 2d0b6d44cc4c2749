import type { Middleware } from 'koa';
import type { Clock } from '../../kernel/clock.ts';

export interface RequestLogDependencies {
  readonly log: { debug(message: string, facts: Readonly<Record<string, unknown>>): void };
  readonly clock: Clock;
  /** Logs health checks, too, which come every few seconds. */
  readonly health: boolean;
}

/**
 * Logs one line for each answer, at level debug: method, path and status. Never the query, which may hold tokens. It is
 * outside of the error middleware, so that it sees the status that was sent.
 */
export function createRequestLog({ log, clock, health }: RequestLogDependencies): Middleware {
  return async (ctx, next) => {
    const began = clock.now();
    await next();
    if (!health && /^(?:\/admin)?\/health\//.test(ctx.path)) return;
    log.debug('answered a request', {
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      ms: clock.now() - began,
    });
  };
}
