import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';

/** The right to migrate: a row with an end, by the database's own clock, moved on while its holder lives. */
export interface Lease {
  /** True when it is ours now. */
  take(): Promise<boolean>;
  /** False when somebody else has it. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

const NAME = 'migrations';
const BEATS = 4;

export async function createLease(
  sql: Knex,
  length: number,
  patiently: <T>(work: () => PromiseLike<T>) => Promise<T>,
): Promise<Lease> {
  const mysql = sql.client.dialect === 'mysql';
  const now = mysql ? 'FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)' : "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
  const holder = randomUUID();
  let beating: NodeJS.Timeout | undefined;

  await patiently(() =>
    sql.raw(
      'CREATE TABLE IF NOT EXISTS migration_lease (name VARCHAR(32) NOT NULL PRIMARY KEY, holder VARCHAR(36) NULL, ends_at BIGINT NOT NULL)' +
        (mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4' : ''),
    ),
  );
  await patiently(() =>
    sql('migration_lease').insert({ name: NAME, holder: null, ends_at: 0 }).onConflict('name').ignore(),
  );

  return {
    async take() {
      const taken = await moveOn((row) =>
        row.where((either) => void either.whereRaw(`ends_at < ${now}`).orWhere({ holder })),
      );
      if (taken) {
        beating ??= setInterval(() => {
          // A beat that fails is made up for by the next, or by `renew`.
          moveOn((row) => row.where({ holder })).catch(() => undefined);
        }, length / BEATS).unref();
      }
      return taken;
    },

    renew: () => moveOn((row) => row.where({ holder })),

    async release() {
      clearInterval(beating);
      beating = undefined;
      await patiently(() => sql('migration_lease').where({ name: NAME, holder }).update({ holder: null, ends_at: 0 }));
    },
  };

  async function moveOn(which: (row: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<boolean> {
    const row = sql('migration_lease').where({ name: NAME });
    const ends_at = sql.raw(`${now} + ?`, [length]);
    const moved: unknown = await patiently(() => which(row.clone()).update({ holder, ends_at }));
    return Number(moved) > 0;
  }
}
