import { SallyportError } from '../../../kernel/error.ts';
import type { Executor } from '../connection.ts';
import { migrationNames } from './migration-source.ts';
import { missing, MIGRATIONS } from './migration-table.ts';

/** One server of the version before may still run beside a migrated database (reliability R-53). */
const NEWER_TOLERATED = 1;

/** Throws `unavailable` while a migration is pending, or when the schema is newer than this build can use. */
export async function assertMigrated(executor: Executor): Promise<void> {
  const known = await migrationNames();
  const done = await namesIn(executor);
  const pending = missing(known, done);
  const unknown = missing(done, known);
  if (pending.length > 0) {
    throw new SallyportError(
      'unavailable',
      `Migrations are pending (${pending.join(', ')}); run: sallyport migrate sql up`,
    );
  }
  if (unknown.length > NEWER_TOLERATED) {
    throw new SallyportError('unavailable', `The database is newer than this build: it has ${unknown.join(', ')}.`);
  }
}

async function namesIn(executor: Executor): Promise<readonly string[]> {
  const { dialect, sql } = executor;
  const tables = await executor.rows(dialect.findTable(sql, MIGRATIONS));
  if (tables.length === 0) return [];
  const found = await executor.rows<{ readonly name: string }>(sql(MIGRATIONS).select('name').orderBy('id'));
  return found.map(({ name }) => name);
}
