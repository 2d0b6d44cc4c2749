import type { StatementSync } from 'node:sqlite';

/** What a statement is given here. */
export type Value = string | number;

export type Row = Readonly<Record<string, unknown>>;

export interface Prepared {
  first(values: readonly Value[]): Promise<Row | undefined> | Row | undefined;
  all(values: readonly Value[]): Promise<readonly Row[]> | readonly Row[];
  run(values: readonly Value[]): Promise<unknown>;
}

/** A statement that writes, and its values. */
export type Write = readonly [sql: string, values: readonly Value[]];

export interface Handle {
  prepare(sql: string): Prepared;
  /** In one transaction. */
  together(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

/** The tables of the hand-written handlers; made before their process starts. */
export const TABLES = [
  `CREATE TABLE bench_flows (id CHAR(36) PRIMARY KEY, kind VARCHAR(16) NOT NULL, request_url TEXT NOT NULL,
     state TEXT NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)`,
  `CREATE TABLE bench_people (id CHAR(36) PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password TEXT NOT NULL,
     created_at BIGINT NOT NULL)`,
  `CREATE TABLE bench_sessions (id CHAR(36) PRIMARY KEY, token_hash CHAR(64) NOT NULL UNIQUE, person_id CHAR(36) NOT NULL,
     issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)`,
];

/** Connections of the same number and with the same promises as Sallyport's: a commit is on disk. */
export const CONNECTIONS = 8;

/** Opens a file, or a `mysql://` address. */
export async function openHandle(address: string): Promise<Handle> {
  return address.startsWith('mysql://') ? openMysql(address) : openFile(address);
}

async function openFile(file: string): Promise<Handle> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 1_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const prepared = new Map<string, StatementSync>();
  const known = (sql: string): StatementSync => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    async together(writes) {
      database.exec('BEGIN IMMEDIATE');
      for (const [sql, values] of writes) known(sql).run(...values);
      database.exec('COMMIT');
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        first: (values) => statement.get(...values),
        all: (values) => statement.all(...values),
        run: async (values) => statement.run(...values),
      };
    },
    close: async () => database.close(),
  };
}

async function openMysql(address: string): Promise<Handle> {
  const { createPool } = await import('mysql2/promise');
  const pool = createPool({ uri: address, connectionLimit: CONNECTIONS, charset: 'utf8mb4', timezone: 'Z' });
  return {
    async together(writes) {
      const connection = await pool.getConnection();
      await connection.beginTransaction();
      for (const [sql, values] of writes) await connection.execute(sql, [...values]);
      await connection.commit();
      connection.release();
    },
    prepare(sql) {
      async function all(values: readonly Value[]): Promise<readonly Row[]> {
        const [rows] = await pool.execute(sql, [...values]);
        return Array.isArray(rows) ? (rows as readonly Row[]) : []; // a SELECT answers with rows
      }
      return {
        all,
        first: async (values) => (await all(values))[0],
        run: (values) => pool.execute(sql, [...values]),
      };
    },
    close: () => pool.end(),
  };
}
