import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import type { Random } from '../../kernel/random.ts';
import type { ClientRequest } from './client-ip.ts';

export interface RequestIdDependencies {
  readonly random: Pick<Random, 'uuid'>;
  readonly scope: { run<T>(origin: Origin, work: () => T): T };
  /** The address of a request's client. */
  clientIp(request: ClientRequest): string;
  /** True where that address is a proxy's that nobody declared. */
  isUndeclared?(request: ClientRequest): boolean;
}

/** Where a request comes from. */
interface Origin {
  readonly request: string;
  readonly client: string;
  readonly unknownNetwork?: boolean;
}

/** Gives every request an id, the client's own if it is plain; each line logged during the request carries it. */
export function createRequestId(dependencies: RequestIdDependencies): Middleware {
  const { random, scope } = dependencies;
  return (ctx, next) => {
    const brought = ctx.get('X-Request-Id');
    if (PLAIN.test(brought)) return scope.run(new RequestOrigin(brought, ctx.req, dependencies), next);
    // An id that cannot be logged safely is not echoed either.
    if (brought !== '') delete ctx.req.headers['x-request-id'];
    return scope.run(new RequestOrigin(random.uuid(), ctx.req, dependencies), next);
  };
}

/**
 * Few requests have anything to tell, so the address is read when it is asked for. The peer may have gone by then, so its
 * address is kept. A class, because accessors of an object that is written out are made anew for each.
 */
class RequestOrigin implements Origin {
  readonly request: string;
  readonly #from: ClientRequest;
  readonly #parts: Pick<RequestIdDependencies, 'clientIp' | 'isUndeclared'>;

  constructor(request: string, { headers, socket }: IncomingMessage, parts: RequestIdDependencies) {
    this.request = request;
    this.#from = { headers, socket: { remoteAddress: socket.remoteAddress } };
    this.#parts = parts;
  }

  get client(): string {
    return this.#parts.clientIp(this.#from);
  }

  get unknownNetwork(): boolean {
    return this.#parts.isUndeclared?.(this.#from) === true;
  }
}

const PLAIN = /^[A-Za-z0-9._:/+=-]{1,128}$/;
