import knex from 'knex';
import type { Dsn } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { Store, Unit } from '../store.ts';
import type { Database, Executor, Watch } from './connection.ts';
import type { DatabaseParts } from './database-source.ts';
import { databaseOf } from './databases.ts';
import { isAway } from './fault.ts';
import { knexConfig } from './knex-config.ts';
import { createLease, type Lease, type LeaseDatabase } from './lease.ts';
import { assertMigrated } from './migration/assert-migrated.ts';
import { migrateTemporary } from './migration/migrate.ts';
import { savepoint } from './savepoint.ts';
import { createSweep } from './sweep.ts';
import { errorContainers } from './tables/errors.ts';
import { expiringRows } from './tables/expired-rows.ts';
import { flowReads, flowStarts, flowStatements, flowWrites } from './tables/flows.ts';
import { setNote } from './tables/hook-notes.ts';
import { identityReads, identityStatements } from './tables/identities.ts';
import { identityWrites } from './tables/identity-writes.ts';
import { limitStatements, limitStore, limitWrites } from './tables/limits.ts';
import { outboxReads, outboxWrites } from './tables/outbox.ts';
import { outboxQueue } from './tables/outbox-queue.ts';
import { secretReads, secretWrites } from './tables/secrets.ts';
import { sessionReads, sessionStatements, sessionWrites } from './tables/sessions.ts';
import { createUnchangedSessions } from './tables/session-with-identity.ts';
import { vaultReads, vaultWrites } from './tables/vault.ts';

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
 * Opens the database of a DSN. Creates a missing SQLite file; tables are made by migrations only, which run here for a
 * database in memory and by `sallyport migrate sql up` for every other. Throws `unavailable` when the database cannot
 * be opened.
 */
export async function createStore(dsn: Dsn, { clock, random, log, watch }: StoreDependencies): Promise<Store> {
  const database = await openDatabase(dsn, { random, log, watch });
  const { outside } = database;
  const statements = statementsOf(outside);
  return {
    identities: identityReads(outside, statements.identity),
    sessions: sessionReads(outside, statements.session, createUnchangedSessions()),
    flows: { ...flowReads(outside, statements.flow), ...flowStarts(outside, statements.flow) },
    secrets: secretReads(outside),
    vault: vaultReads(outside),
    outbox: { ...outboxReads(outside, clock), ...outboxQueue(database, clock) },
    limits: limitStore(outside, statements.limit),
    errors: errorContainers(outside),
    transaction: async (work) =>
      await telling(database, (inside, told) => work(unitOf(inside, told, statements, clock))),
    sweep: createSweep({ kinds: expiringRows(outside), lease: sweepLease(outside), log }),
    ready: async () => await database.probe(assertMigrated),
    close: async () => await database.close(),
  };
}

/** Statements that are built once. */
type Statements = ReturnType<typeof statementsOf>;

function statementsOf({ sql, dialect }: Executor) {
  return {
    identity: identityStatements(sql),
    session: sessionStatements(sql, dialect),
    flow: flowStatements(sql),
    limit: limitStatements(sql, dialect),
  };
}

/** What is called once a transaction has committed, in order. */
type ToldAfterwards = (() => void)[];

async function telling<T>(
  database: Database,
  work: (inside: Executor, told: ToldAfterwards) => Promise<T>,
): Promise<T> {
  let told: ToldAfterwards = [];
  const result = await database.transaction(async (inside) => {
    told = []; // a try before this one was undone
    return await work(inside, told);
  });
  for (const tell of told) tell();
  return result;
}

function unitOf(inside: Executor, told: ToldAfterwards, statements: Statements, clock: Clock): Unit {
  let savepoints = 0;
  return {
    identities: identityWrites(inside, statements.identity),
    sessions: sessionWrites(inside, statements.session),
    flows: flowWrites(inside, statements.flow),
    secrets: secretWrites(inside),
    vault: vaultWrites(inside),
    outbox: outboxWrites(inside, clock),
    limits: limitWrites(inside, statements.limit),
    setNote: setNote(inside),
    tentatively: async (work, undo) => {
      savepoints += 1;
      const before = told.length;
      return await savepoint(inside, `part${savepoints}`, work, undo, () => (told.length = before));
    },
    afterCommit: (tell) => void told.push(tell),
  };
}

function sweepLease(outside: Executor): Lease {
  const { sql, dialect } = outside;
  const write: LeaseDatabase['write'] = async (statement) => await outside.write(statement);
  return createLease({ sql, dialect, write }, { name: 'sweep', length: SWEEP_LEASE });
}

async function openDatabase(dsn: Dsn, parts: DatabaseParts): Promise<Database> {
  const source = databaseOf(dsn);
  const sql = knex(knexConfig(dsn));
  try {
    if (source.temporary) await migrateTemporary({ sql, dialect: source.dialect });
    return await source.open(sql, parts);
  } catch (error) {
    await sql.destroy();
    throw isAway(source.dialect.faultOf(error)) ? source.unavailable(error) : error;
  }
}
