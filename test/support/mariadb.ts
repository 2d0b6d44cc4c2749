import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Dsn } from '../../src/config/config.ts';
import { freePort } from './ports.ts';
import { findProgram } from './programs.ts';

export const MARIADB_PACKAGE = 'mariadb-server';
const START_MS = 60_000;
const STOP_MS = 20_000;

export interface DatabaseServer {
  /** Without a database: `mysql://user:password@127.0.0.1:port/` */
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

export interface Database {
  /** `mysql://user:password@host:port/name` */
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

/* For tests: a database of one's own on the server that `npm test` provides. */

/** Hands a fresh, empty database to `use`, and drops it afterwards. */
export async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const database = await createDatabase();
  try {
    return await use(database.url);
  } finally {
    await database.drop();
  }
}

/** The same for a whole file: `beforeAll` creates it, `afterAll` drops it. */
export async function createDatabase(): Promise<Database> {
  const server = new URL(serverUrl());
  const name = `sallyport_${randomBytes(6).toString('hex')}`;
  await run(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => run(server, `DROP DATABASE IF EXISTS ${name}`) };
}

/** A URL as a configuration spells it. */
export function dsnOf(url: string): string {
  const { username, password, host, pathname } = new URL(url);
  return `mysql://${username}:${password}@tcp(${host})${pathname}`;
}

export type MysqlDsn = Extract<Dsn, { readonly kind: 'mysql' }>;

export function mysqlDsn(url: string): MysqlDsn {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    kind: 'mysql',
    host: hostname,
    port: Number(port === '' ? 3306 : port),
    socket: undefined,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    maxConnections: 16,
    tls: false,
  };
}

export function serverUrl(): string {
  const url = process.env['SALLYPORT_TEST_MYSQL_URL'];
  if (url !== undefined && url !== '') return url;
  throw new Error(
    'SALLYPORT_TEST_MYSQL_URL is not set: run the tests with `npm test`, which starts a database server.',
  );
}

async function run(server: URL, statement: string): Promise<void> {
  const connection = await createConnection(server.href);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/* For test/run.ts: a private server. */

export function findMariadb(): string | undefined {
  return findProgram(['mariadbd', 'mysqld']);
}

export async function versionOf(url: string): Promise<string> {
  const connection = await createConnection(url);
  try {
    return await selectVersion(connection);
  } finally {
    await connection.end();
  }
}

/**
 * Starts the server on a free port and a socket, with everything it writes in a temporary folder.
 *
 * @param settings more options of the server, such as `--autocommit=0`
 */
export async function startMariadb(program: string, settings: readonly string[] = []): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mariadb-'));
  const data = join(folder, 'data');
  const log = join(folder, 'server.log');
  try {
    initialise(program, data);
    const password = randomBytes(12).toString('hex');
    const init = join(folder, 'init.sql');
    writeFileSync(init, initStatements(password), { mode: 0o644 });
    const port = await freePort();
    const server = spawn(program, [...serverArgs({ data, folder, init, port }), ...settings], {
      stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')],
      // A Ctrl-C is for the runner, which stops the server when the tests have let go of it.
      detached: true,
    });
    const url = `mysql://sallyport:${password}@127.0.0.1:${port}/`;
    const version = await ready(server, url, log);
    return { url, version, stop: () => stop(server, folder) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function initialise(program: string, data: string): void {
  const mysql = spawnSync(program, ['--no-defaults', '--version'], { encoding: 'utf8' });
  const command = /mariadb/i.test(mysql.stdout) ? mariadbInstall(data) : [program, ...mysqlInstall(data)];
  const [file = program, ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} could not make a data folder:\n${error?.message ?? stdout + stderr}`);
}

function mariadbInstall(data: string): readonly string[] {
  const install = findProgram(['mariadb-install-db', 'mysql_install_db']);
  if (install === undefined) throw new Error('mariadb-install-db is missing beside mariadbd: install mariadb-server.');
  return [
    install,
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asRoot(),
  ];
}

function mysqlInstall(data: string): readonly string[] {
  return ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...asRoot()];
}

function asRoot(): readonly string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

function initStatements(password: string): string {
  return [
    `CREATE USER IF NOT EXISTS 'sallyport'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'sallyport'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

function serverArgs(to: { data: string; folder: string; init: string; port: number }): readonly string[] {
  return [
    '--no-defaults',
    `--datadir=${to.data}`,
    `--socket=${join(to.folder, 'server.sock')}`,
    // Of its own: several servers that use one folder have been seen to miss their temporary tables.
    `--tmpdir=${to.folder}`,
    `--pid-file=${join(to.folder, 'server.pid')}`,
    `--init-file=${to.init}`,
    '--bind-address=127.0.0.1',
    `--port=${to.port}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--max-connections=400',
    '--innodb-buffer-pool-size=128M',
    // A commit is on disk when it is answered, as in production: the kill tests rely on it.
    '--innodb-flush-log-at-trx-commit=1',
    ...asRoot(),
  ];
}

async function ready(server: ChildProcess, url: string, log: string): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (server.exitCode === null && server.signalCode === null && Date.now() < deadline) {
    try {
      return await versionOf(url);
    } catch {
      await delay(50);
    }
  }
  server.kill('SIGKILL');
  throw new Error(`The database server did not start:\n${readFileSync(log, 'utf8')}`);
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
    server.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  }
  rmSync(folder, { recursive: true, force: true });
}

async function selectVersion(connection: Connection): Promise<string> {
  const [rows] = await connection.query('SELECT VERSION() AS version');
  const [row] = Array.isArray(rows) ? rows : [];
  return row !== undefined && 'version' in row ? String(row['version']) : 'unknown';
}
