import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { testsUndone } from '../undone/undone.ts';
import { createDatabase, dsnOf, type Database } from './mariadb.ts';
import { freePort } from './ports.ts';

export interface ServerOptions {
  /**
   * YAML. `<public>`, `<admin>`, `<port>` and `<folder>` are filled in; listeners, `dsn` and a cookie secret are added where the
   * text leaves them out.
   */
  readonly config: string;
  /** Files beside the configuration, by path: schemas, plugins. */
  readonly files?: Readonly<Record<string, string>>;
  /** More placeholders, without the angle brackets. */
  readonly names?: Readonly<Record<string, string>>;
  /** Default `['serve', '--dev', '--watch-courier']`; `-c` and the file follow. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder, with what is in it, of a server that was stopped. It is left in place. */
  readonly folder?: string;
  readonly ports?: { readonly public: number; readonly admin: number };
  /** The database has its tables already: begin at once. */
  readonly migrated?: boolean;
  /** Default `src/main.ts`. */
  readonly program?: string;
}

export interface TestServer {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly folder: string;
  readonly ports: { readonly public: number; readonly admin: number };
  readonly pid: number;
  /** What it wrote so far, both streams. */
  log(): string;
  /** Asks it to stop, waits, and gives the exit status. The folder goes, unless it was brought along. */
  stop(options?: { readonly keep?: boolean }): Promise<number | NodeJS.Signals>;
  /** Ends it at once, as a power cut would; the folder stays. */
  kill9(): Promise<void>;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Whoever names no database gets one of MySQL or MariaDB. */
export const testsOnMysql = (): boolean => process.env['SALLYPORT_TEST_STORE'] === 'mysql';

/** Migrates and starts the program under this Node with a folder of its own, and waits until both listeners are ready. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  return testsOnMysql() && !/^dsn:/m.test(options.config) ? await startOnMysql(options) : await startSomewhere(options);
}

/** Databases of servers that were stopped and may be started again, by folder. */
const kept = new Map<string, Database>();

/** A configuration that names no database gets one of its own, as others get a file. */
async function startOnMysql(options: ServerOptions): Promise<TestServer> {
  const database = kept.get(options.folder ?? '') ?? (await createDatabase());
  const server = await startSomewhere({ ...options, config: `dsn: ${dsnOf(database.url)}\n${options.config}` });
  kept.set(server.folder, database);
  return {
    ...server,
    async stop(how) {
      const status = await server.stop(how);
      if (existsSync(server.folder)) return status;
      kept.delete(server.folder);
      await database.drop();
      return status;
    },
  };
}

async function startSomewhere(options: ServerOptions): Promise<TestServer> {
  for (let again = 3; ; again -= 1) {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sallyport-server-'));
    const ports = options.ports ?? { public: await freePort(), admin: await freePort() };
    try {
      return await start({ ...options, folder, ports }, options.folder !== undefined);
    } catch (error) {
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      // A port that was free a moment ago may have been taken by a connection of another test.
      if (options.ports !== undefined || again === 0 || !/ is in use /.test(String(error))) throw error;
    }
  }
}

export type Placed = ServerOptions & Required<Pick<ServerOptions, 'folder' | 'ports'>>;

async function start(options: Placed, keepFolder: boolean): Promise<TestServer> {
  const { folder, ports } = options;
  const publicUrl = `http://127.0.0.1:${ports.public}`;
  const adminUrl = `http://127.0.0.1:${ports.admin}`;
  const file = writeConfig(options);
  if (options.migrated !== true) await migrate(file, options.env);
  const args = [...(options.args ?? ['serve', '--dev', '--watch-courier']), '-c', file];
  const child = spawnMain(args, options.env, options.program);
  const log = collect(child);
  const ended = endOf(child);
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  void ended.finally(() => process.off('exit', orphaned)).catch(() => undefined);
  try {
    await Promise.race([
      ready(log, publicUrl, adminUrl),
      ended.then((status) => Promise.reject(new Error(`the server ended with ${status}`))),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log()}`, { cause: error });
  }
  return {
    publicUrl,
    adminUrl,
    folder,
    ports,
    pid: child.pid ?? 0,
    log,
    ended,
    async stop({ keep = keepFolder } = {}) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const status = await ended;
      clearTimeout(timer);
      if (!keep) rmSync(folder, { recursive: true, force: true });
      return status;
    },
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Writes the configuration, completed, and the files beside it; gives its path. */
export function writeConfig({ config, files = {}, names = {}, folder, ports }: Placed): string {
  const known = {
    folder,
    public: `http://127.0.0.1:${ports.public}`,
    admin: `http://127.0.0.1:${ports.admin}`,
    port: String(ports.public),
    ...names,
  };
  const file = join(folder, 'config.yml');
  writeFileSync(file, complete(fill(config, known), { folder, ports }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), fill(text, known));
  }
  return file;
}

async function migrate(file: string, env: ServerOptions['env']): Promise<void> {
  const { status, output } = await runCommand(['migrate', 'sql', '-e', '--yes', '-c', file], env);
  if (status !== 0) throw new Error(`migrate ended with ${status}\n${output}`);
}

/** Runs one command of the program to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | NodeJS.Signals; readonly output: string }> {
  const child = spawnMain(args, env);
  const output = collect(child);
  const status = await endOf(child);
  return { status, output: output() };
}

/** Replaces `<name>` by its value; what has no value stays. */
export function fill(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/<([a-z]+)>/g, (whole, name: string) => names[name] ?? whole);
}

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const UNDONE = new URL('../undone/preload.ts', import.meta.url).href;

/** Settings of the machine that runs the tests are none of the server's business. */
export function spawnMain(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = MAIN,
): ChildProcess {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, SALLYPORT_TEST_TALLY } = process.env;
  // Kept for sources, as the launcher does.
  const cache = program === MAIN ? { NODE_COMPILE_CACHE } : {};
  const again = program === MAIN && testsUndone();
  const tally = again ? { SALLYPORT_TEST_TALLY } : {};
  const preloaded = again ? [`--import=${UNDONE}`] : [];
  const inherited = Object.entries({ PATH, HOME, TMPDIR, ...cache, ...tally }).filter(
    ([, value]) => value !== undefined,
  );
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...preloaded, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...env },
  });
}

function complete(
  config: string,
  at: { readonly folder: string; readonly ports: { readonly public: number; readonly admin: number } },
): string {
  const given = parseConfig(config);
  const serve = section(given['serve']);
  const listener = (name: 'public' | 'admin') => ({
    host: '127.0.0.1',
    base_url: `http://127.0.0.1:${at.ports[name]}/`,
    ...section(serve[name]),
    port: at.ports[name],
  });
  const secrets = given['secrets'] ?? { cookie: ['a-cookie-secret-made-up-for-tests'] };
  return stringify({
    dsn: `sqlite://${join(at.folder, 'sallyport.sqlite')}?_fk=true`,
    ...given,
    secrets,
    serve: { ...serve, public: listener('public'), admin: listener('admin') },
  });
}

function parseConfig(config: string): Readonly<Record<string, unknown>> {
  return section(parse(config));
}

function section(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => {
    text += chunk.toString('utf8');
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
}

/** It says where it listens; before that, somebody else might answer at its address. */
async function ready(log: () => string, publicUrl: string, adminUrl: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!log().includes(adminUrl)) {
    if (/ is in use /.test(log()) || Date.now() > end) throw new Error('the server does not listen');
    await delay(20);
  }
  for (const url of [`${publicUrl}/health/ready`, `${adminUrl}/health/ready`]) {
    while (!(await answers(url))) {
      if (Date.now() > end) throw new Error(`${url} is not ready`);
      await delay(40);
    }
  }
}

/** Whether it says 200. */
export async function answers(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(url);
    return status === 200;
  } catch {
    return false;
  }
}
