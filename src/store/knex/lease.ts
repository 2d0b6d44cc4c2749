import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Dialect } from './dialect.ts';

/**
 * The right to do something alone over all processes: a row with a holder and an end in milliseconds of the database's
 * own clock. The holder moves the end on while it lives.
 */
export interface Lease {
  /** True when this process holds the lease now. */
  take(): Promise<boolean>;
  /** Moves the end on. False when another process holds the lease. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** Where the row of a lease is kept. */
export interface LeaseDatabase {
  readonly dialect: Dialect;
  /** Builds statements; `write` runs them. */
  readonly sql: Knex;
  /** Runs a statement and returns the number of rows it changed. */
  write(statement: Knex.QueryBuilder | Knex.Raw): Promise<number>;
}

/** The table is as old as the first migration that had to be run alone, hence its name. */
const TABLE = 'migration_lease';
const COLUMNS = 'name VARCHAR(32) NOT NULL PRIMARY KEY, holder VARCHAR(36) NULL, ends_at BIGINT NOT NULL';
/** The end is moved on so many times in the length of a lease. */
const BEATS = 4;

/** A lease by its `name`, at most 32 characters. A holder that is not heard of for `length` milliseconds loses it. */
export function createLease(
  { dialect, sql, write }: LeaseDatabase,
  { name, length }: { readonly name: string; readonly length: number },
): Lease {
  const { now } = dialect;
  const holder = randomUUID();
  let beating: NodeJS.Timeout | undefined;
  let prepared = false;

  return {
    async take() {
      await prepare();
      const taken = await moveEnd((row) =>
        row.where((either) => void either.whereRaw(`ends_at < ${now}`).orWhere({ holder })),
      );
      if (taken) {
        beating ??= setInterval(() => {
          // A beat that fails is made up for by the next one, or by `renew`.
          moveEnd((row) => row.where({ holder })).catch(() => undefined);
        }, length / BEATS).unref();
      }
      return taken;
    },

    renew: () => moveEnd((row) => row.where({ holder })),

    async release() {
      clearInterval(beating);
      beating = undefined;
      await write(sql(TABLE).where({ name, holder }).update({ holder: null, ends_at: 0 }));
    },
  };

  /** Makes the row, and the table where it is missing: migrations run by Knex's command line do not make it. */
  async function prepare(): Promise<void> {
    if (prepared) return;
    const insert = (): Promise<number> =>
      write(sql(TABLE).insert({ name, holder: null, ends_at: 0 }).onConflict('name').ignore());
    try {
      await insert();
    } catch {
      // Tried only now, because it needs a right that a server may lack where the table is there.
      await write(sql.raw(`CREATE TABLE IF NOT EXISTS ${TABLE} (${COLUMNS})${dialect.tableOptions}`));
      await insert();
    }
    prepared = true;
  }

  async function moveEnd(which: (row: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<boolean> {
    const ends_at = sql.raw(`${now} + ?`, [length]);
    return (await write(which(sql(TABLE).where({ name })).update({ holder, ends_at }))) > 0;
  }
}
