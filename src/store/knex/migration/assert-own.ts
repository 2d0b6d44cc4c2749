import type { Knex } from 'knex';
import { SallyportError } from '../../../kernel/error.ts';
import { MIGRATIONS } from './migration-table.ts';

/** The tables of the first migrations, and the list of migrations that the reference keeps. */
const TELLING = ['identities', 'sessions', 'flows', 'schema_migration'];

/**
 * Throws `conflict` for a database that another program uses: it has no list of our migrations, and tables that have our
 * names, or those of the reference. Ours are never there without the list, which is made first.
 */
export async function assertOwn(sql: Knex): Promise<void> {
  if (await sql.schema.hasTable(MIGRATIONS)) return;
  const found: string[] = [];
  for (const table of TELLING) if (await sql.schema.hasTable(table)) found.push(table);
  if (found.length === 0) return;
  throw new SallyportError(
    'conflict',
    `The database belongs to another program: it has ${found.join(', ')} and no ${MIGRATIONS}. Name one of its own in dsn; nothing was changed.`,
  );
}
