import type { Config } from '../config/config.ts';
import { createGuardedFetch } from './outbound-fetch.ts';

/** The fetch that all hooks share, by the rules of the configuration. */
export function hookFetch({ dev, clients }: Pick<Config, 'dev' | 'clients'>): typeof fetch {
  return createGuardedFetch({
    loopback: dev,
    disallowPrivate: clients.disallowPrivateRanges,
    exceptions: clients.privateExceptions,
  });
}
