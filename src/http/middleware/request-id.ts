import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import type { Random } from '../../kernel/random.ts';

export interface RequestIdDependencies {
  readonly random: Pick<Random, 'uuid'>;
  readonly scope: { run<T>(origin: Origin, work: () => T): T };
  /** The address of a request's client. */
  clientIp(request: IncomingMessage): string;
  /** True where that address is a proxy's that nobody declared. */
  isUndeclared?(request: IncomingMessage): boolean;
}

/** Where a request comes from. */
interface Origin {
  readonly request: string;
  readonly client: string;
  readonly unknownNetwork?: boolean;
}

/** Gives every request an id, the client's own if it is plain; each line logged during the request carries it. */
export function createRequestId({ random, scope, clientIp, isUndeclared }: RequestIdDependencies): Middleware {
  return (ctx, next) => {
    const from = {
      client: clientIp(ctx.req),
      ...(isUndeclared?.(ctx.req) === true && { unknownNetwork: true }),
    };
    const brought = ctx.get('X-Request-Id');
    if (PLAIN.test(brought)) return scope.run({ request: brought, ...from }, next);
    // An id that cannot be logged safely is not echoed either.
    if (brought !== '') delete ctx.req.headers['x-request-id'];
    return scope.run({ request: random.uuid(), ...from }, next);
  };
}

const PLAIN = /^[A-Za-z0-9._:/+=-]{1,128}$/;
