import type { Knex } from 'knex';

/** Not ours, or rows that belong to nobody. */
const LEFT_ALONE = new Set(['knex_migrations', 'knex_migrations_lock', 'migration_lease', 'sqlite_sequence']);
/** Columns that name a row, or another one: each copy gets a name of its own, the same one everywhere. */
const NAMES_A_ROW = /(?:^|_)(?:id|hash|digest|identifier|value|recipient)$/;
const NAMES_NO_ROW = new Set(['schema_id']);

/** Adds so many copies of every row of every table, each with ids of its own; what belonged together still does. */
export async function multiply(sql: Knex, copies: number): Promise<void> {
  const mysql = sql.client.dialect === 'mysql';
  const copied = (column: string): string =>
    mysql
      ? `CONCAT(LPAD(LOWER(HEX(n.i)), 8, '0'), SUBSTR(\`${column}\`, 9))`
      : `printf('%08x', n.i) || substr(\`${column}\`, 9)`;
  const numbers = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${copies})`;
  for (const table of await tablesOf(sql)) {
    const columns = Object.keys(await sql(table).columnInfo());
    const values = columns.map((column) =>
      NAMES_A_ROW.test(column) && !NAMES_NO_ROW.has(column) ? copied(column) : `\`${column}\``,
    );
    const names = columns.map((column) => `\`${column}\``).join(', ');
    await sql.transaction(async (inside) => {
      // The children may come before their parents.
      await inside.raw(mysql ? 'SET foreign_key_checks = 0' : 'PRAGMA defer_foreign_keys = ON');
      await inside.raw(
        `INSERT INTO ${table} (${names}) ${numbers} SELECT ${values.join(', ')} FROM ${table} CROSS JOIN n`,
      );
    });
  }
}

/** Those that hold rows of ours, parents first. */
export async function tablesOf(sql: Knex): Promise<readonly string[]> {
  const rows: readonly { readonly name: string }[] =
    sql.client.dialect === 'mysql'
      ? await sql('information_schema.tables').select({ name: 'table_name' }).whereRaw('table_schema = DATABASE()')
      : await sql('sqlite_master').select('name').where('type', 'table');
  const order = ['identities', 'flows', 'outbox'];
  return rows
    .map(({ name }) => name)
    .filter((name) => !LEFT_ALONE.has(name))
    .toSorted((a, b) => Number(order.includes(b)) - Number(order.includes(a)));
}
