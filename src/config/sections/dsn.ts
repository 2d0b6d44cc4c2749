import { resolve } from 'node:path';
import type { Dsn } from '../config.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import type { Problems } from '../source/problems.ts';
import type { At } from '../source/yaml-tree.ts';

/** What a DSN means, or `undefined` after an error was reported. No message ever quotes it. */
export function parseDsn(text: string, { cwd, cores, at, problems }: DsnContext): Dsn | undefined {
  const fail = (found: string, allowed: string): undefined => void problems.error(at, 'wrong-value', found, allowed);
  if (text === 'memory') return { kind: 'memory' };
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return fail('is ‹hidden›, which has no scheme', FORMS);
  if (['postgres', 'postgresql', 'cockroach', 'cockroachdb', 'crdb'].includes(scheme)) {
    return fail(`begins with ${scheme}://, a database that is not offered`, OFFERED);
  }
  const rest = text.slice(scheme.length + 3);
  if (scheme === 'sqlite') return sqlite(rest, { cwd, cores, at, problems });
  if (scheme === 'mysql' || scheme === 'mariadb') return mysql(rest, { cwd, cores, at, problems });
  return fail('is ‹hidden›, which has an unknown scheme', FORMS);
}

export interface DsnContext {
  /** Where a relative file starts. */
  readonly cwd: string;
  readonly cores: number;
  readonly at: At;
  readonly problems: Problems;
}

const OFFERED =
  'SQLite (sqlite://…, one machine), MySQL and MariaDB (mysql://…, several) are: every promise is tested on them, and only there (README, Databases)';
const FORMS = 'write sqlite://…, mysql://… or memory';
const POOL = ['max_conns', 'max_idle_conns', 'max_conn_lifetime', 'max_conn_idle_time'];

function sqlite(rest: string, { cwd, at, problems }: DsnContext): Dsn | undefined {
  const { body, query } = split(rest);
  const known = [...POOL, '_fk', '_busy_timeout', '_journal_mode', '_synchronous', 'mode', 'cache'];
  if (!options(query, known, at, problems)) return undefined;
  if (query.has('_fk') && !['true', '1', 'on'].includes(query.get('_fk') ?? '')) {
    problems.warn(at, 'no-effect', 'switches _fk off', 'foreign keys are always on: remove the option');
  }
  const inert = [...POOL, '_busy_timeout', '_journal_mode', '_synchronous'].filter((name) => query.has(name));
  if (inert.length > 0) {
    problems.warn(
      at,
      'no-effect',
      `sets ${inert.join(', ')}`,
      'one writer, one reader, WAL and full sync are fixed here: remove it',
    );
  }
  const mode = query.get('mode') ?? 'rwc';
  if (mode === 'memory' || body === ':memory:' || body === 'file::memory:') return { kind: 'memory' };
  if (mode !== 'rwc' && mode !== 'rw') {
    problems.error(at, 'wrong-value', 'has a mode in which nothing can be written', 'write mode=rwc or remove it');
    return undefined;
  }
  const file = body.replace(/^file:/, '');
  if (file === '' || file === '/' || /[\0]/.test(file)) {
    problems.error(at, 'wrong-value', 'names no file', 'write sqlite:///absolute/path or sqlite://relative/path');
    return undefined;
  }
  return { kind: 'sqlite', file: resolve(cwd, file) };
}

const MYSQL_INERT = [
  'max_idle_conns',
  'max_conn_lifetime',
  'max_conn_idle_time',
  'readTimeout',
  'writeTimeout',
  'timeout',
  'collation',
  'charset',
  'loc',
  'interpolateParams',
  'allowNativePasswords',
];

function mysql(rest: string, { cores, at, problems }: DsnContext): Dsn | undefined {
  const fail = (found: string, allowed: string): undefined => void problems.error(at, 'wrong-value', found, allowed);
  const { body, query } = split(rest);
  const known = [
    'max_conns',
    ...MYSQL_INERT,
    'parseTime',
    'multiStatements',
    'clientFoundRows',
    'tls',
    'pool_min_conns',
  ];
  if (!options(query, known, at, problems)) return undefined;
  if (query.has('pool_min_conns')) return fail('sets pool_min_conns', 'remove the option');
  const inert = MYSQL_INERT.filter((name) => query.has(name));
  if (inert.length > 0) problems.warn(at, 'no-effect', `sets ${inert.join(', ')}`, 'it has no effect here: remove it');
  const driver = driverForm(body);
  if (driver !== undefined && /%[0-9a-fA-F]{2}/.test(`${driver.user}${driver.password}`))
    return fail(
      'is ‹hidden›, with a percent-encoded character before tcp(…) or unix(…), where nothing is decoded',
      'write the plain character there, or mysql://user:password@host:3306/database, encoded as URLs are',
    );
  const where = driver ?? urlForm(body);
  if (where === undefined)
    return fail('is ‹hidden›, which is not a MySQL address', 'write mysql://user:password@tcp(host:3306)/database');
  if (where.database === '' || where.database.includes('/'))
    return fail('names no database', 'write …/database at its end');
  const tls = query.get('tls') ?? 'false';
  if (tls !== 'true' && tls !== 'false')
    return fail('has a value for tls that is not known', 'write tls=true or tls=false');
  return { kind: 'mysql', ...where, maxConnections: connections(query, cores, at, problems), tls: tls === 'true' };
}

type Where = Pick<Dsn & { kind: 'mysql' }, 'host' | 'port' | 'socket' | 'user' | 'password' | 'database'>;

/** `user:pass@tcp(host:3306)/db`, `user:pass@unix(/path)/db`: nothing is percent-decoded. */
function driverForm(body: string): Where | undefined {
  const match = /^(?:(.*)@)?(tcp6?|tcp4|unix)\(([^)]*)\)\/(.*)$/s.exec(body);
  if (!match) return undefined;
  const [, account = '', network, address = '', database = ''] = match;
  const colon = account.indexOf(':');
  const user = colon === -1 ? account : account.slice(0, colon);
  const password = colon === -1 ? '' : account.slice(colon + 1);
  if (network === 'unix') {
    return address === '' ? undefined : { host: 'localhost', port: 3306, socket: address, user, password, database };
  }
  const place = hostAndPort(address);
  return place && { ...place, socket: undefined, user, password, database };
}

/** `user:pass@host:3306/db`: a URL, percent-decoded. */
function urlForm(body: string): Where | undefined {
  const match = /^(?:(.*)@)?([^@/()]+)\/(.*)$/s.exec(body);
  if (!match) return undefined;
  const [, account = '', address = '', database = ''] = match;
  const colon = account.indexOf(':');
  const user = decoded(colon === -1 ? account : account.slice(0, colon));
  const password = decoded(colon === -1 ? '' : account.slice(colon + 1));
  const name = decoded(database);
  const place = hostAndPort(address);
  if (place === undefined || user === undefined || password === undefined || name === undefined) return undefined;
  return { ...place, socket: undefined, user, password, database: name };
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(address);
  const port = Number(match?.[2] ?? 3306);
  if (match?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken percent escape: the caller reports it, without quoting a password.
    return undefined;
  }
}

function connections(query: URLSearchParams, cores: number, at: At, problems: Problems): number {
  const text = query.get('max_conns');
  if (text === null) return 2 * cores;
  const count = Number(text);
  if (/^\d{1,5}$/.test(text) && count > 0) return count;
  problems.warn(
    at,
    'safe-reading',
    'has a value for max_conns that is not a number',
    `${2 * cores} connections are used`,
  );
  return 2 * cores;
}

function split(rest: string): { readonly body: string; readonly query: URLSearchParams } {
  const mark = rest.lastIndexOf('?');
  // A password may hold a question mark; options come after the last slash.
  if (mark === -1 || mark < rest.lastIndexOf('/')) return { body: rest, query: new URLSearchParams() };
  return { body: rest.slice(0, mark), query: new URLSearchParams(rest.slice(mark + 1)) };
}

function options(query: URLSearchParams, known: readonly string[], at: At, problems: Problems): boolean {
  let good = true;
  for (const name of new Set(query.keys())) {
    if (known.includes(name)) continue;
    const near = didYouMean(name, known);
    // A slip in one of these would take protection away, or write to another place.
    const harmless = near === undefined && !/tls|ssl|mode/i.test(name);
    good &&= harmless;
    // The name is not printed: it may be part of a password that holds `?`.
    problems.judge(
      at,
      harmless ? 'not-known' : 'unknown-key',
      'has an option that is not known',
      near ? `did you mean \`${near}\`?` : `${harmless ? 'it has no effect; ' : ''}known: ${known.join(', ')}`,
    );
  }
  return good;
}
