import { systemClock } from '../kernel/clock.ts';
import { createTokenOpener } from '../move-in/provider-tokens.ts';
import type { Receiving } from '../move-in/newcomer.ts';
import type { Moving } from '../move-in/move-in.ts';
import { systemRandom } from '../secret/random.ts';
import { hashToken } from '../secret/token.ts';
import { createStore } from '../store/knex/create-store.ts';
import { tokenSealing } from '../strategy/oidc/token-sealing.ts';
import { readHash } from '../strategy/password/stored-hash.ts';
import { configured } from '../strategy/registry.ts';
import type { Configuration } from './configuration.ts';

/** The database that people are moved into, and what makes them people of this server. */
export interface MoveInTarget extends Pick<Moving, 'store' | 'clock' | 'receiving'> {
  close(): Promise<void>;
}

/**
 * Opens the database of a configuration. `cipherSecrets`: those under which the other server sealed tokens of providers. Throws
 * `unavailable` when it is not there, or a migration is missing.
 */
export async function openMoveIn(
  configuration: Configuration,
  {
    cipherSecrets,
    log,
  }: { readonly cipherSecrets: readonly string[]; readonly log: Parameters<typeof createStore>[1]['log'] },
): Promise<MoveInTarget> {
  const store = await createStore(configuration.config.dsn, { clock: systemClock, random: systemRandom, log });
  try {
    await store.ready();
  } catch (error) {
    await store.close();
    throw error;
  }
  return {
    store,
    clock: systemClock,
    receiving: receivingOf(configuration, cipherSecrets),
    close: () => store.close(),
  };
}

function receivingOf({ config, schemas, methods }: Configuration, cipherSecrets: readonly string[]): Receiving {
  const tokens = tokenSealing(config.secrets);
  return {
    schemas,
    factors: methods.factors,
    wires: methods.all.flatMap((method) => method.wire?.(configured(method, config)) ?? []),
    random: systemRandom,
    acceptsHash: (hash) => readHash(hash) !== undefined,
    sealToken: (token, about) => tokens.seal(token, about),
    hashToken,
    openToken: createTokenOpener(cipherSecrets),
  };
}
