import type { Knex } from 'knex';
import type { Counted, LimitStore, LimitWrites } from '../../../limit/limit.ts';
import type { Executor } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { fill, template, type Template } from '../template.ts';

/** Statements that are built once. */
export interface LimitStatements {
  readonly find: string;
  /** By the number of keys; of the values the last two are for `countTries`. */
  readonly read: (keys: number) => string;
  readonly clear: (keys: number) => string;
  readonly count: (keys: number) => string | undefined;
  readonly uncount: Template;
}

export function limitStatements(sql: Knex, { countTries }: Pick<Dialect, 'countTries'>): LimitStatements {
  const keysOf = (keys: number): Knex.QueryBuilder => sql('limits').whereIn('key_hash', Array<string>(keys).fill(''));
  const text = (rows: Knex.QueryBuilder): string => rows.toSQL().toNative().sql;
  return {
    find: text(sql('limits').select('ends_at').where('key_hash', '')),
    read: onceEach((keys) => text(keysOf(keys).select('key_hash', 'tries', 'ends_at'))),
    clear: onceEach((keys) => text(keysOf(keys).delete())),
    count: onceEach((keys) => countTries?.(keys)),
    uncount: template(
      sql('limits')
        .where('key_hash', 'key_hash')
        .where('ends_at', '>', 'now')
        .where('tries', '>', 'none')
        .update({ tries: sql.raw('tries - 1') }),
    ),
  };
}

/** Makes what belongs to a number once; there are few of them. */
function onceEach<T>(make: (keys: number) => T): (keys: number) => T {
  const made: T[] = [];
  return (keys) => (made[keys] ??= make(keys));
}

interface LimitRow {
  readonly key_hash: string;
  readonly tries: number;
  readonly ends_at: number;
}

/** Each count is one atomic statement, so that no try is lost however many come at once (reliability R-23). */
export function limitStore(executor: Executor, statements: LimitStatements): LimitStore {
  const { find, uncount } = statements;
  const { countTry: text } = executor.dialect;

  const readAll: LimitStore['readAll'] = async (keyHashes, now) => {
    const found = await executor.rows<LimitRow>({
      text: statements.read(keyHashes.length),
      values: keyHashes,
      hot: true,
    });
    return keyHashes.map((keyHash) => countedIn(found, keyHash, now));
  };

  const count: LimitStore['count'] = async (keyHash, windowMs, now, by = 1) => {
    const values = [keyHash, by, now + windowMs, now, now];
    const counted = await executor.writeForNumber({ text, values, hot: true, relaxed: true });
    if (counted === by) return { count: counted, endsAt: now + windowMs };
    const row = await executor.first<{ readonly ends_at: number }>({ text: find, values: [keyHash], hot: true });
    return { count: counted, endsAt: row?.ends_at ?? now + windowMs };
  };

  return {
    count,
    readAll,

    async countAll(counters, now) {
      const together = counters.length > 1 ? statements.count(counters.length) : undefined;
      if (together === undefined) {
        const counted: Counted[] = [];
        for (const { keyHash, windowMs } of counters) counted.push(await count(keyHash, windowMs, now));
        return counted;
      }
      // In the order of the keys: two that write the same ones do not wait for each other.
      const ordered = counters.toSorted((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
      const values = [...ordered.flatMap(({ keyHash, windowMs }) => [keyHash, now + windowMs]), now, now];
      const rows = await executor.writeForRows<LimitRow>({ text: together, values, hot: true, relaxed: true });
      return counters.map(({ keyHash }) => countedIn(rows, keyHash, now));
    },

    async uncount(keyHash, now) {
      await executor.write(fill(uncount, { key_hash: keyHash, now, none: 0 }));
    },

    async read(keyHash, now) {
      const [row] = await readAll([keyHash], now);
      return row ?? { count: 0, endsAt: now };
    },
  };
}

/** A window that is over has counted nothing. */
function countedIn(rows: readonly LimitRow[], keyHash: string, now: number): Counted {
  const row = rows.find(({ key_hash }) => key_hash === keyHash);
  return row === undefined || row.ends_at <= now
    ? { count: 0, endsAt: now }
    : { count: row.tries, endsAt: row.ends_at };
}

/** Forgets the tries of keys, inside the transaction that the tries led to. */
export function limitWrites(executor: Executor, { clear }: LimitStatements): LimitWrites {
  return {
    async clear(keyHashes) {
      await executor.write({ text: clear(keyHashes.length), values: keyHashes.toSorted(), hot: true });
    },
  };
}
