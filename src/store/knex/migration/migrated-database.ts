import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import type { Dsn } from '../../../config/config.ts';
import { databaseOf } from '../databases.ts';
import type { Dialect } from '../dialect.ts';
import { isAway } from '../fault.ts';
import { knexConfig } from '../knex-config.ts';
import { createLease, type Lease } from '../lease.ts';

/** A database that is being migrated. */
export interface MigratedDatabase {
  readonly sql: Knex;
  readonly dialect: Dialect;
}

/** A statement is run again for so many milliseconds while the database asks for that. */
const LONGEST_RETRY = 30_000;
const RETRY_EVERY = 20;

/** Opens a database, runs `work` and closes it. Throws `unavailable` when the database stays away. */
export async function withDatabase<T>(dsn: Dsn, work: (database: MigratedDatabase) => Promise<T>): Promise<T> {
  const { dialect, unavailable } = databaseOf(dsn);
  const sql = knex(knexConfig(dsn));
  try {
    return await work({ sql, dialect });
  } catch (error) {
    const fault = dialect.faultOf(error);
    throw isAway(fault) ? unavailable(error) : error;
  } finally {
    await sql.destroy();
  }
}

/** Runs the work again while another process holds the file, or won a deadlock. */
export async function patiently<T>({ dialect }: MigratedDatabase, work: () => PromiseLike<T>): Promise<T> {
  const limit = performance.now() + LONGEST_RETRY;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (dialect.faultOf(error) !== 'retry' || performance.now() > limit) throw error;
      await sleep(RETRY_EVERY);
    }
  }
}

/** The right to migrate; `length` is that of a lease, in milliseconds. */
export function migrationLease(database: MigratedDatabase, length: number): Lease {
  const write = async (statement: Knex.QueryBuilder | Knex.Raw): Promise<number> =>
    Number(await patiently(database, () => statement as PromiseLike<unknown>)); // an update answers with its rows
  return createLease({ ...database, write }, { name: 'migrations', length });
}
