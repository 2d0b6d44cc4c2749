import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '../test/support/mariadb.ts';
import { BASIC_FILES } from '../test/support/basic-config.ts';
import { freePort } from '../test/support/ports.ts';
import { runCommand, startServer, writeConfig, type TestServer } from '../test/support/server.ts';
import { CONNECTIONS, openHandle, TABLES, type Write } from './baseline-database.ts';
import type { Cores } from './core.ts';
import type { DatabaseKind } from './options.ts';
import { emailOf, hashOnce, PASSWORD } from './people.ts';

/** An empty database of one's own. */
export interface Place {
  /** For the configuration. */
  readonly dsn: string;
  /** For the hand-written handlers. */
  readonly address: string;
  drop(): Promise<void>;
}

export async function createPlace(kind: DatabaseKind): Promise<Place> {
  if (kind === 'MariaDB') {
    const database = await createDatabase();
    const { url } = database;
    const { username, password, host, pathname } = new URL(url);
    const dsn = `mysql://${username}:${decodeURIComponent(password)}@tcp(${host})${pathname}?max_conns=${CONNECTIONS}`;
    return { dsn, address: url, drop: () => database.drop() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const file = join(folder, 'sallyport.sqlite');
  return {
    dsn: `sqlite://${file}?_fk=true`,
    address: file,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * As in production, but that mails go nowhere: no `--dev`, the default hashes, warnings only; behind a proxy, so that the budgets
 * of a network are counted, which all of the load shares. They never end.
 */
const CONFIG = `
version: v26.2.0
dsn: '<dsn>'
log: { level: warning }
serve: { public: { base_url: 'https://id.bench.test/', trusted_proxies: { count: 1 } } }
limits: { flows: { tries: 1000000, per: 1m }, registrations: { tries: 1000000, per: 1m } }
secrets: { cookie: [a-cookie-secret-of-the-bench-that-no-one-needs] }
identity:
  default_schema_id: person
  schemas:
    - { id: person, url: 'file://<folder>/person.schema.json' }
selfservice:
  default_browser_return_url: https://app.bench.test/home
  methods:
    password: { config: { haveibeenpwned_enabled: false } }
  flows:
    error: { ui_url: https://app.bench.test/error }
    login: { ui_url: https://app.bench.test/login<login> }
    settings: { ui_url: https://app.bench.test/settings }
    registration:
      ui_url: https://app.bench.test/registration
      style: unified
      after: { password: { hooks: [{ hook: session }] } }
`;

export interface Variant {
  /** YAML, below \`selfservice.flows.login\`, in one line. */
  readonly login?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const fileHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What is measured: what `npm run build` makes, as it is published. */
export const PROGRAM = fileHere('../dist/src/main.js');

export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [fileHere('../tools/build.ts')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm run build failed.\n${stderr}`);
}

/** Sallyport on this database, migrated, on the measured core. */
export function startSallyport(cores: Cores, place: Place, variant: Variant = {}): Promise<TestServer> {
  const files = { ...BASIC_FILES, ...variant.files };
  return cores.onMeasured(() =>
    startServer({ config: configOf(place, variant), files, args: ['serve'], program: PROGRAM }),
  );
}

function configOf({ dsn }: Place, { login }: Variant): string {
  return CONFIG.replace(
    '{ ui_url: https://app.bench.test/login<login> }',
    `{ ui_url: https://app.bench.test/login${login === undefined ? '' : `, ${login}`} }`,
  ).replace('<dsn>', dsn);
}

export interface Recording extends Helper {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

/** Sallyport with a login of two pages, as a library, whose journal is written down or dropped. */
export async function startRecording(cores: Cores, place: Place, how: 'recorded' | 'dropped'): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const ports = { public: await freePort(), admin: await freePort() };
  const file = writeConfig({ config: configOf(place, { login: 'style: identifier_first' }), files: BASIC_FILES, folder, ports }); // prettier-ignore
  const { status, output } = await runCommand(['migrate', 'sql', '-e', '--yes', '-c', file]);
  if (status !== 0) throw new Error(`migrate ended with ${status}\n${output}`);
  const { child } = await cores.onMeasured(() => startChild('recording.ts', [file, how], 'listens'));
  const { pid, stop } = helperOf(child);
  return {
    pid,
    publicUrl: `http://127.0.0.1:${ports.public}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Helper {
  readonly pid: number;
  stop(): Promise<void>;
}

const INSERT_PERSON = 'INSERT INTO bench_people (id, email, password, created_at) VALUES (?, ?, ?, ?)';
/** Who can sign in where it is written by hand. */
const PEOPLE = 64;

/** The hand-written handlers on the same database and the same core. */
export async function startBaseline(cores: Cores, place: Place): Promise<Helper & { readonly url: string }> {
  const handle = await openHandle(place.address);
  for (const table of TABLES) await handle.prepare(table).run([]);
  const hashed = await hashOnce(PASSWORD);
  const people = Array.from({ length: PEOPLE }, (_, person): Write => [INSERT_PERSON, [`${person}`, emailOf(person), hashed, 0]]); // prettier-ignore
  await handle.together(people);
  await handle.close();
  const { child, said } = await cores.onMeasured(() => startChild('baseline.ts', [place.address], 'port'));
  return { ...helperOf(child), url: `http://127.0.0.1:${Number(said)}` };
}

/** Sallyport and the hand-written handlers on one database; `later` stops each when the line is done. */
export async function startBoth(
  cores: Cores,
  place: Place,
  later: (stop: () => Promise<unknown>) => void,
): Promise<{ readonly server: TestServer; readonly hand: Helper & { readonly url: string } }> {
  const server = await startSallyport(cores, place);
  later(() => server.stop());
  const hand = await startBaseline(cores, place);
  later(() => hand.stop());
  return { server, hand };
}

/** Bare password checks on the same core: how many in so many seconds. */
export async function startVerify(cores: Cores): Promise<Helper & { run(seconds: number): Promise<number> }> {
  const { child } = await cores.onMeasured(() => startChild('verify.ts', [], 'ready'));
  return {
    ...helperOf(child),
    async run(seconds) {
      const done = heard(child, 'done');
      child.send(seconds);
      return Number(await done);
    },
  };
}

async function startChild(
  file: string,
  args: readonly string[],
  key: string,
): Promise<{ readonly child: ChildProcess; readonly said: unknown }> {
  const child = fork(fileHere(file), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return { child, said: await heard(child, key) };
}

/** The member of the next message. */
function heard(child: ChildProcess, key: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`A helper of the bench ended with ${code}.`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(Object.entries(message).find(([name]) => name === key)?.[1]);
    });
  });
}

function helperOf(child: ChildProcess): Helper {
  return {
    pid: child.pid ?? 0,
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
