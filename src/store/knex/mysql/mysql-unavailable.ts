import type { Dsn } from '../../../config/config.ts';
import { adviceOnCertificate, failureOf, type FailureKind } from '../../../kernel/failure.ts';
import { isObject } from '../../../kernel/json.ts';
import { isPoolTimeout } from '../fault.ts';
import { unavailable, type Unavailable } from '../unavailable.ts';

type MysqlDsn = Extract<Dsn, { readonly kind: 'mysql' }>;

/** What is wrong, and what to do. */
type Explanation = readonly [words: string, advice: string];

/** Explains why the server of a DSN stays away. Names host, port, schema and user, which the password is not part of. */
export function mysqlUnavailable(dsn: MysqlDsn): Unavailable {
  const at = dsn.socket ?? `${dsn.host}:${dsn.port}`;
  return (cause) => {
    const [words, advice] = explain(cause);
    return unavailable(
      cause,
      `The database is not available: ${at}, schema ${dsn.database}, user ${dsn.user}: ${words}. ${advice}.`,
    );
  };
}

/** The code of an error of the server, the driver, the pool, TLS or the network: `ER_BAD_DB_ERROR`, `ECONNREFUSED`. */
export function mysqlCode(error: unknown): string {
  if (!isObject(error)) return 'no code';
  if (isPoolTimeout(error)) return 'no connection';
  const { errno, code } = error;
  // The driver has no name for numbers that one of the two servers alone has.
  if (typeof errno === 'number' && errno > 0)
    return typeof code === 'string' && code.startsWith('ER_') ? code : `error ${errno}`;
  return failureOf(error)?.code ?? 'no code';
}

function explain(error: unknown): Explanation {
  const code = mysqlCode(error);
  const said = isObject(error) && isPoolTimeout(error) ? NO_CONNECTION : SERVER.get(code);
  if (said !== undefined) return [`${said[0]} (${code})`, said[1]];
  const meaning = failureOf(error)?.meaning;
  if (meaning !== undefined) return [`${meaning.words} (${code})`, adviceOn(meaning.kind, code)];
  return code.startsWith('PROTOCOL_') || code.startsWith('HANDSHAKE_') || code === 'no code'
    ? [`what answers there does not speak the protocol of MySQL (${code})`, ADDRESS]
    : [`it refuses (${code})`, LOOK];
}

function adviceOn(kind: FailureKind, code: string): string {
  if (kind !== 'certificate') return NETWORK[kind] ?? LOOK;
  const advice = adviceOnCertificate(code);
  return advice.charAt(0).toUpperCase() + advice.slice(1);
}

const ADDRESS = 'Check host and port in dsn';
const LOOK = 'See the log of the server';
const READ_ONLY: Explanation = ['it takes no writes now', 'Point dsn at the server that does'];
const RIGHTS: Explanation = [
  'the user lacks a right there',
  'Grant SELECT, INSERT, UPDATE and DELETE on the schema to serve, and CREATE, ALTER, DROP, INDEX and REFERENCES to migrate',
];
const LOGIN: Explanation = ['the server refuses user or password', 'Correct them in dsn, or create the user'];
const FULL: Explanation = ['the server has no room left', 'Free disk space there'];
const CROWDED: Explanation = [
  'it has too many connections',
  'Lower max_conns in dsn, or raise the limit of the server',
];
const METHOD: Explanation = [
  'it wants a way to sign in that is not known here',
  'Give the user mysql_native_password, caching_sha2_password or ed25519',
];
const NO_CONNECTION: Explanation = [
  'none came free in time: all are busy, or the server does not answer',
  'Raise max_conns in dsn, or look at the server',
];

const NETWORK: Readonly<Partial<Record<FailureKind, string>>> = {
  refused: 'Start the server, or correct host and port in dsn',
  name: 'Correct the host in dsn, or the name server of this machine',
  route: ADDRESS,
  silent:
    'Check that MySQL or MariaDB listens at host and port of dsn, the firewall, and the name server of this machine',
  cut: LOOK,
  'no-tls': 'Write tls=false in dsn, or set TLS up there',
  tls: 'Let the server speak TLS 1.2 or newer',
  file: 'Correct the socket in dsn, or its rights',
};

const SERVER: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  ['ER_ACCESS_DENIED_ERROR', LOGIN],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', LOGIN],
  ['ER_BAD_DB_ERROR', ['there is no such schema', 'Create it (CREATE DATABASE), or correct its name in dsn']],
  [
    'ER_DBACCESS_DENIED_ERROR',
    ['the user may not use that schema', 'Grant the rights, or correct user or schema in dsn'],
  ],
  [
    'ER_HOST_NOT_PRIVILEGED',
    ['it takes no connection from this machine', "Create the user for this host: 'user'@'host'"],
  ],
  ['ER_HOST_IS_BLOCKED', ['it blocks this machine after many errors', 'Run mariadb-admin flush-hosts there']],
  ['ER_ACCOUNT_HAS_BEEN_LOCKED', ['the account of the user is locked', 'Unlock it: ALTER USER … ACCOUNT UNLOCK']],
  ['ER_MUST_CHANGE_PASSWORD', ['the password of the user has expired', 'Change it there and in dsn']],
  ['ER_MUST_CHANGE_PASSWORD_LOGIN', ['the password of the user has expired', 'Change it there and in dsn']],
  ['ER_SECURE_TRANSPORT_REQUIRED', ['it takes encrypted connections only', 'Write tls=true in dsn']],
  ['HANDSHAKE_NO_SSL_SUPPORT', ['it offers no TLS', 'Write tls=false in dsn, or set TLS up there']],
  ['ER_CON_COUNT_ERROR', CROWDED],
  ['ER_TOO_MANY_USER_CONNECTIONS', CROWDED],
  ['ER_USER_LIMIT_REACHED', CROWDED],
  ['ER_NOT_SUPPORTED_AUTH_MODE', METHOD],
  ['ER_PLUGIN_IS_NOT_LOADED', METHOD],
  ['AUTH_SWITCH_PLUGIN_ERROR', METHOD],
  ['ER_TABLEACCESS_DENIED_ERROR', RIGHTS],
  ['ER_COLUMNACCESS_DENIED_ERROR', RIGHTS],
  ['ER_SPECIFIC_ACCESS_DENIED_ERROR', RIGHTS],
  ['ER_OPTION_PREVENTS_STATEMENT', READ_ONLY],
  ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', READ_ONLY],
  ['ER_READ_ONLY_MODE', READ_ONLY],
  ['ER_DISK_FULL', FULL],
  ['ER_RECORD_FILE_FULL', FULL],
  [
    'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE',
    ['its binary log is kept by statement, which READ COMMITTED cannot be', 'Set binlog_format to ROW or MIXED there'],
  ],
]);
