import knex from 'knex';
import type { Dsn } from '../../config/config.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Random } from '../../kernel/random.ts';
import { databaseOf } from './databases.ts';
import { knexConfig } from './knex-config.ts';

/** A row of somebody else's database: every value as the text that it is cast to. */
export type TextRow = Readonly<Record<string, string | null>>;

/** The database of another server, from which people are moved in. It is only read. */
export interface SourceDatabase {
  /** Its name for messages, without a password. */
  readonly place: string;
  /** The type that `CAST` makes text of any column with. */
  readonly text: 'TEXT' | 'CHAR';
  rows(text: string, values: readonly string[]): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

/** Opens it for reading only. Throws `unavailable` when it is not there. */
export async function openSource(dsn: Dsn, random: Random): Promise<SourceDatabase> {
  const source = databaseOf(dsn);
  if (source.temporary || !source.exists())
    throw new SallyportError('unavailable', `There is no database at ${source.place}.`);
  const sql = knex(knexConfig(dsn));
  try {
    const parts = { random, log: { warn: () => undefined }, watch: undefined };
    const { outside, close } = await source.openToRead(sql, parts);
    return {
      place: source.place,
      text: dsn.kind === 'mysql' ? 'CHAR' : 'TEXT',
      rows: async (text, values) => await outside.rows<TextRow>({ text, values }),
      close,
    };
  } catch (error) {
    await sql.destroy();
    throw error;
  }
}
