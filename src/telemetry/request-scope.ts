import { AsyncLocalStorage } from 'node:async_hooks';

/** The id of the request that is being answered, in asynchronous storage: for the log alone, never to carry anything else. */
export interface RequestScope {
  run<T>(id: string, work: () => T): T;
  current(): string | undefined;
}

export function createRequestScope(): RequestScope {
  const storage = new AsyncLocalStorage<string>();
  return {
    run: (id, work) => storage.run(id, work),
    current: () => storage.getStore(),
  };
}
