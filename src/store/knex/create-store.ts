import knex, { type Knex } from 'knex';
import type { Dsn } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { Store, Unit } from '../store.ts';
import type { Database, Executor, Watch } from './connection.ts';
import { errorContainers } from './tables/errors.ts';
import { flowReads, flowStarts, flowStatements, flowWrites } from './tables/flows.ts';
import { identityReads, identityStatements, identityWrites } from './tables/identities.ts';
import { knexConfig } from './knex-config.ts';
import { limitStatements, limitStore, limitWrites } from './tables/limits.ts';
import { assertMigrated, migrateMemory } from './migration/migrate.ts';
import { createMysqlDatabase } from './mysql/mysql-database.ts';
import { setNote } from './tables/hook-notes.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import { outboxQueue, outboxReads, outboxWrites } from './tables/outbox.ts';
import { savepoint } from './savepoint.ts';
import { secretReads, secretWrites, vaultReads, vaultWrites } from './tables/secrets.ts';
import { sessionReads, sessionStatements, sessionWrites } from './tables/sessions.ts';
import { createSqliteDatabase } from './sqlite/sqlite-database.ts';
import { expiringRows } from './tables/expired-rows.ts';
import { createLease, type Lease } from './lease.ts';
import { createSweep } from './sweep.ts';

export interface StoreLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface StoreDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: StoreLog;
  /** Sees every statement and both sides of every commit; for tests. */
  readonly watch?: Watch;
}

/** A server that dies while it sweeps leaves the sweep to another after so many milliseconds. */
const SWEEP_LEASE = 60_000;

/**
 * Opens the database. A file is made if there is none, but its tables are not: that is what migrations are for; only
 * in memory they run at once.
 */
export async function createStore(dsn: Dsn, { clock, random, log, watch }: StoreDependencies): Promise<Store> {
  const database = await openDatabase(dsn, { random, log, watch });
  const { outside } = database;
  const { sql } = outside;
  const statements = {
    ...identityStatements(sql),
    session: sessionStatements(sql, outside.dialect),
    flow: flowStatements(sql),
    limit: limitStatements(sql),
  };

  return {
    identities: identityReads(outside, statements),
    sessions: sessionReads(outside, statements.session),
    flows: { ...flowReads(outside, statements.flow), ...flowStarts(outside, statements.flow) },
    secrets: secretReads(outside),
    vault: vaultReads(outside),
    outbox: { ...outboxReads(outside, clock), ...outboxQueue(database, clock) },
    limits: limitStore(outside, statements.limit),
    errors: errorContainers(outside),
    transaction: async (work) => await database.transaction(async (inside) => await work(unitOf(inside))),
    sweep: createSweep({ kinds: expiringRows(outside), lease: sweepLease(outside), log }),
    async ready() {
      await database.probe(assertMigrated);
    },
    close: async () => {
      await database.close();
    },
  };

  function unitOf(inside: Executor): Unit {
    let parts = 0;
    return {
      identities: identityWrites(inside, statements),
      sessions: sessionWrites(inside, statements.session),
      flows: flowWrites(inside, statements.flow),
      secrets: secretWrites(inside),
      vault: vaultWrites(inside),
      outbox: outboxWrites(inside, clock),
      limits: limitWrites(inside, statements.limit),
      setNote: setNote(inside),
      tentatively: async (work, undo) => {
        parts += 1;
        return await savepoint(inside, `part${parts}`, work, undo);
      },
    };
  }
}

function sweepLease(outside: Executor): Lease {
  const { sql } = outside;
  return createLease(
    { sql, write: async (statement) => await outside.write(statement) },
    { name: 'sweep', length: SWEEP_LEASE },
  );
}

async function openDatabase(
  dsn: Dsn,
  { random, log, watch }: { readonly random: Random; readonly log: StoreLog; readonly watch: Watch | undefined },
): Promise<Database> {
  const sql: Knex = knex(knexConfig(dsn));
  try {
    if (dsn.kind === 'mysql') return await createMysqlDatabase({ sql, random, log, watch });
    if (dsn.kind === 'memory') await migrateMemory(sql);
    // The pool holds one connection; from here on it is the database's.
    const writer = await sql.client.acquireConnection();
    const reader = dsn.kind === 'memory' ? writer : await openSqlite(dsn.file, 'reader');
    const damaged = (error: unknown): void => {
      log.warn('The database file is damaged; nothing is written any more. Restore a backup.', { error });
    };
    return createSqliteDatabase({ sql, writer, reader, random, watch, damaged });
  } catch (error) {
    await sql.destroy();
    throw error;
  }
}
