import type { Knex } from 'knex';
import type { LimitStore, LimitWrites } from '../../../limit/limit.ts';
import type { Executor } from '../connection.ts';
import { fill, template, type Template } from '../template.ts';

/** Statements that are built once. */
export interface LimitStatements {
  readonly find: string;
  readonly read: string;
  readonly clear: Template;
  readonly uncount: Template;
}

export function limitStatements(sql: Knex): LimitStatements {
  return {
    find: sql('limits').select('ends_at').where('key_hash', '').toSQL().toNative().sql,
    read: sql('limits').select('tries', 'ends_at').where('key_hash', '').toSQL().toNative().sql,
    uncount: template(
      sql('limits')
        .where('key_hash', 'key_hash')
        .where('ends_at', '>', 'now')
        .where('tries', '>', 'none')
        .update({ tries: sql.raw('tries - 1') }),
    ),
    clear: template(sql('limits').where('key_hash', 'key_hash').delete()),
  };
}

/** Each count is one atomic statement, so that no try is lost however many come at once (reliability R-23). */
export function limitStore(executor: Executor, { find, read, uncount }: LimitStatements): LimitStore {
  const { countTry: text } = executor.dialect;
  return {
    async count(keyHash, windowMs, now, by = 1) {
      const values = [keyHash, by, now + windowMs, now, now];
      const count = await executor.writeForNumber({ text, values, hot: true, relaxed: true });
      if (count === by) return { count, endsAt: now + windowMs };
      const row = await executor.first<{ readonly ends_at: number }>({ text: find, values: [keyHash], hot: true });
      return { count, endsAt: row?.ends_at ?? now + windowMs };
    },
    async uncount(keyHash, now) {
      await executor.write(fill(uncount, { key_hash: keyHash, now, none: 0 }));
    },
    async read(keyHash, now) {
      const row = await executor.first<{ readonly tries: number; readonly ends_at: number }>({
        text: read,
        values: [keyHash],
        hot: true,
      });
      return row === undefined || row.ends_at <= now
        ? { count: 0, endsAt: now }
        : { count: row.tries, endsAt: row.ends_at };
    },
  };
}

/** Forgets the tries of a key, inside the transaction that the tries led to. */
export function limitWrites(executor: Executor, { clear }: LimitStatements): LimitWrites {
  return {
    async clear(keyHash) {
      await executor.write(fill(clear, { key_hash: keyHash }));
    },
  };
}
