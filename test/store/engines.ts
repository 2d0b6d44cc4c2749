import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dsn } from '../../src/config/config.ts';
import { systemRandom } from '../../src/secret/random.ts';
import type { Watch } from '../../src/store/knex/connection.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import { migrateUp } from '../../src/store/knex/migration/migrate.ts';
import type { Store } from '../../src/store/store.ts';
import { createDatabase, mysqlDsn } from '../support/mariadb.ts';

/** An empty database that nobody else has. */
export interface Place {
  readonly dsn: Dsn;
  remove(): Promise<void>;
}

export interface EngineUnderTest {
  readonly name: string;
  readonly place: () => Promise<Place>;
}

export const sqliteFile: EngineUnderTest = {
  name: 'SQLite in a file',
  place: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
    return await Promise.resolve({
      dsn: { kind: 'sqlite', file: join(folder, 'state', 'db.sqlite') },
      remove: async () => {
        await Promise.resolve(rmSync(folder, { recursive: true, force: true }));
      },
    });
  },
};

export const sqliteMemory: EngineUnderTest = {
  name: 'SQLite in memory',
  place: async () => await Promise.resolve({ dsn: { kind: 'memory' }, remove: async () => await Promise.resolve() }),
};

export const mysql: EngineUnderTest = {
  name: 'MySQL or MariaDB',
  place: async () => {
    const database = await createDatabase();
    return { dsn: mysqlDsn(database.url), remove: async () => await database.drop() };
  },
};

export const engines: readonly EngineUnderTest[] = [sqliteFile, sqliteMemory, mysql];
/** Those with something to migrate, and room for more than one process. */
export const durable: readonly EngineUnderTest[] = [sqliteFile, mysql];

/** What time a test says it is. */
export const NOW = 1_800_000_000_000;
export const clock = { now: () => NOW };
export const random = systemRandom;
export const quiet = { info: () => undefined, warn: () => undefined };

export interface OpenPlace {
  readonly store: Store;
  readonly dsn: Dsn;
  readonly close: () => Promise<void>;
}

/** A store on an empty database of its own; closing it removes both. */
export async function openPlace({ place }: EngineUnderTest, watch?: Watch): Promise<OpenPlace> {
  const { dsn, remove } = await place();
  const store = await openStore(dsn, watch);
  return {
    store,
    dsn,
    async close() {
      await store.close();
      await remove();
    },
  };
}

export async function openStore(dsn: Dsn, watch?: Watch): Promise<Store> {
  if (dsn.kind !== 'memory') await migrateUp(dsn, { log: () => undefined });
  return await createStore(dsn, { clock, random, log: quiet, ...(watch && { watch }) });
}
