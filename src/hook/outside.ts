import type { Config } from '../config/config.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import type { Log, Outside } from './define.ts';
import { createGuardedFetch } from './guarded-fetch.ts';

/** The fetch that all hooks share, by the rules of the configuration. */
export function hookFetch({ dev, clients }: Pick<Config, 'dev' | 'clients'>): typeof fetch {
  return createGuardedFetch({
    loopback: dev,
    disallowPrivate: clients.disallowPrivateRanges,
    exceptions: clients.privateExceptions,
  });
}

export interface OutsideParts {
  readonly fetch: typeof fetch;
  readonly log: Log;
  /** The flow's `return_to`, checked for the list that runs; undefined: none, or not honoured there. */
  readonly returnTo: ReturnUrl | undefined;
}

/** What a hook reaches in prepare and follow: the world outside, nothing to write. */
export function outside({ fetch, log, returnTo }: OutsideParts): Outside {
  return Object.freeze({ fetch, log, returnUrl: (fallback: ReturnUrl) => returnTo ?? fallback });
}
