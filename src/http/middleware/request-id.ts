import type { Middleware } from 'koa';
import type { Random } from '../../kernel/random.ts';

export interface RequestIdDependencies {
  readonly random: Pick<Random, 'uuid'>;
  readonly scope: { run<T>(id: string, work: () => T): T };
}

/** Gives every request an id, the client's own if it is plain; each line logged during the request carries it. */
export function createRequestId({ random, scope }: RequestIdDependencies): Middleware {
  return (ctx, next) => {
    const brought = ctx.get('X-Request-Id');
    if (PLAIN.test(brought)) return scope.run(brought, next);
    // An id that cannot be logged safely is not echoed either.
    if (brought !== '') delete ctx.req.headers['x-request-id'];
    return scope.run(random.uuid(), next);
  };
}

const PLAIN = /^[A-Za-z0-9._:/+=-]{1,128}$/;
