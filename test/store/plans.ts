import type { Knex } from 'knex';
import type { Dsn } from '../../src/config/config.ts';
import type { PreparedStatement } from '../../src/store/knex/connection.ts';

/** Ask for a count of everything, on purpose: the totals that the wire wants. */
const COUNTS_ALL = /^select count\(\*\) as `total` from `\w+`$/;

/** The readiness probe reads these whole: they have a row for each table or migration, however many people there are. */
const OF_THE_SCHEMA = /from `(?:sqlite_master|knex_migrations|information_schema`\.`tables)`/i;

/** What reads, changes or deletes; the rest has no plan. */
export const hasPlan = ({ text }: PreparedStatement): boolean =>
  /^\s*(select|update|delete|with)/i.test(text) && !COUNTS_ALL.test(text) && !OF_THE_SCHEMA.test(text);

/** The plan of a statement that walks a whole table, or an index from end to end without an order asked for. */
export async function scanOf(sql: Knex, dsn: Dsn, statement: PreparedStatement): Promise<string | undefined> {
  return dsn.kind === 'mysql' ? await mysqlScan(sql, statement) : await sqliteScan(sql, statement);
}

const isPaged = (text: string): boolean => /order by/i.test(text) && /limit/i.test(text);

async function sqliteScan(sql: Knex, { text, values }: PreparedStatement): Promise<string | undefined> {
  const plan: readonly { detail: string }[] = await sql.raw(`EXPLAIN QUERY PLAN ${text}`, [...values] as string[]);
  const details = plan.map(({ detail }) => detail);
  const ordered = isPaged(text);
  const bad = details.filter((detail) => {
    if (/USE TEMP B-TREE FOR ORDER BY/.test(detail)) return ordered && !/distinct|identity_id/i.test(text);
    if (!detail.startsWith('SCAN ')) return false;
    return (
      !(ordered && / USING (COVERING )?INDEX /.test(detail)) && !/SCAN (found|\(subquery|CONSTANT|\d)/.test(detail)
    );
  });
  return bad.length > 0 ? details.join('; ') : undefined;
}

interface MysqlPlan {
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly rows: number | null;
  readonly Extra: string | null;
}

async function mysqlScan(sql: Knex, { text, values }: PreparedStatement): Promise<string | undefined> {
  const [plan = []]: readonly (readonly MysqlPlan[])[] = await sql.raw(`EXPLAIN ${text}`, [...values] as string[]);
  const ordered = isPaged(text);
  const bad = plan.filter(({ table, type, key }) => {
    if (table === null || /^<(derived|union)/.test(table)) return false;
    if (type === 'ALL') return true;
    return type === 'index' && !(ordered && key !== null);
  });
  return bad.length > 0 ? JSON.stringify(plan) : undefined;
}
