import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a request comes from. */
export interface RequestOrigin {
  /** The id of the request. */
  readonly request: string;
  /** The address of its client. */
  readonly client: string;
  /** The address is a proxy's that nobody declared: it names no network. */
  readonly unknownNetwork?: boolean;
}

/** The request that is being answered, in asynchronous storage: for the log and its events alone, never to carry anything else. */
export interface RequestScope {
  run<T>(origin: RequestOrigin, work: () => T): T;
  /** The id of the request. */
  current(): string | undefined;
  origin(): RequestOrigin | undefined;
}

export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<RequestOrigin>();
  return {
    run: (origin, work) => storage.run(origin, work),
    current: () => storage.getStore()?.request,
    origin: () => storage.getStore(),
  };
}
