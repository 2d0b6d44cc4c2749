import type { Knex } from 'knex';
import type { LimitStore, LimitWrites } from '../../../limit/limit.ts';
import type { Executor } from '../connection.ts';
import { fill, template, type Template } from '../template.ts';

const UPSERT = `INSERT INTO limits (key_hash, tries, ends_at) VALUES (?, 1, ?)
  ON CONFLICT (key_hash) DO UPDATE SET
    tries = CASE WHEN limits.ends_at <= ? THEN 1 ELSE limits.tries + 1 END,
    ends_at = CASE WHEN limits.ends_at <= ? THEN excluded.ends_at ELSE limits.ends_at END
  RETURNING tries`;

/** MySQL has no RETURNING; LAST_INSERT_ID(expression) brings the count back. Assignments run from left to right. */
const UPSERT_MYSQL = `INSERT INTO limits (key_hash, tries, ends_at) VALUES (?, LAST_INSERT_ID(1), ?)
  ON DUPLICATE KEY UPDATE
    tries = LAST_INSERT_ID(IF(ends_at <= ?, 1, tries + 1)),
    ends_at = IF(ends_at <= ?, VALUES(ends_at), ends_at)`;

/** Built once. */
export interface LimitStatements {
  readonly find: string;
  readonly clear: Template;
}

export function limitStatements(sql: Knex): LimitStatements {
  return {
    find: sql('limits').select('ends_at').where('key_hash', '').toSQL().toNative().sql,
    clear: template(sql('limits').where('key_hash', 'key_hash').delete()),
  };
}

/** Each count is one atomic statement, so that no try is lost however many come at once (reliability R-23). */
export function limitStore(executor: Executor, { find }: LimitStatements): LimitStore {
  const text = executor.dialect === 'mysql' ? UPSERT_MYSQL : UPSERT;
  return {
    async count(keyHash, windowMs, now) {
      const values = [keyHash, now + windowMs, now, now];
      const count = await executor.writeForNumber({ text, values, hot: true, soon: true });
      if (count === 1) return { count, endsAt: now + windowMs };
      const row = await executor.first<{ readonly ends_at: number }>({ text: find, values: [keyHash], hot: true });
      return { count, endsAt: row?.ends_at ?? now + windowMs };
    },
  };
}

export function limitWrites(executor: Executor, { clear }: LimitStatements): LimitWrites {
  return {
    async clear(keyHash) {
      await executor.write(fill(clear, { key_hash: keyHash }));
    },
  };
}
