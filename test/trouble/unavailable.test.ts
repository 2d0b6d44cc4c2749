import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type Database, dsnOf, serverUrl } from '../support/mariadb.ts';
import { freePort } from '../support/ports.ts';
import { runCommand } from '../support/server.ts';

/* What an operator reads when a database cannot be used. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-unavailable-'));
const PASSWORD = 'a-password-nobody-reads';
/** Greets as a mail server does, at once. */
let other: Server;
/** As the reference leaves one. */
const FOREIGN = ['CREATE TABLE schema_migration (version VARCHAR(14))', 'CREATE TABLE identities (id CHAR(36))'];
let foreign: Database;
beforeAll(async () => {
  mkdirSync(join(folder, 'is-a-folder'));
  writeFileSync(join(folder, 'text.sqlite'), 'This is not a database. '.repeat(100));
  writeFileSync(join(folder, 'file'), '');
  other = createServer((socket) => socket.on('error', () => undefined).write('220 mail.example ESMTP\r\n'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  foreign = await createDatabase();
  const connection = await createConnection(foreign.url);
  for (const table of FOREIGN) await connection.query(table);
  await connection.end();
  const file = new DatabaseSync(join(folder, 'foreign.sqlite'));
  for (const table of FOREIGN) file.exec(table);
  file.close();
});
afterAll(async () => {
  await foreign.drop();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

function otherPort(): number {
  const address = other.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Situation {
  readonly dsn: string;
  /** What is said: the place, the cause with its code, what to do. */
  readonly said: readonly (string | RegExp)[];
}

/** The parts of the DSN of the database that these tests have. */
function parts(): { readonly user: string; readonly password: string; readonly at: string } {
  const { username: user, password, host: at } = new URL(serverUrl());
  return { user, password, at };
}

const SITUATIONS: readonly (readonly [what: string, make: () => Promise<Situation> | Situation])[] = [
  [
    'a port where nothing listens',
    async () => {
      const port = await freePort();
      return {
        dsn: `mysql://sally:${PASSWORD}@tcp(127.0.0.1:${port})/port`,
        said: [`127.0.0.1:${port}`, 'schema port', 'user sally', 'refused (ECONNREFUSED)', 'Start the server'],
      };
    },
  ],
  [
    'a host that nobody knows',
    () => ({
      dsn: `mysql://sally:${PASSWORD}@tcp(no-such-host.invalid:3306)/port`,
      said: ['no-such-host.invalid:3306', /the host name .*\((?:ENOTFOUND|EAI_AGAIN)\)/, 'Correct the host'],
    }),
  ],
  [
    'a password that is wrong',
    () => ({
      dsn: `mysql://${parts().user}:${PASSWORD}@tcp(${parts().at})/port`,
      said: [parts().at, `user ${parts().user}`, 'ER_ACCESS_DENIED_ERROR', 'Correct them in dsn'],
    }),
  ],
  [
    'a schema that is not there',
    () => ({
      dsn: `mysql://${parts().user}:${parts().password}@tcp(${parts().at})/no_such_schema`,
      said: ['schema no_such_schema', 'ER_BAD_DB_ERROR', 'CREATE DATABASE'],
    }),
  ],
  [
    'TLS that cannot be had',
    () => ({
      dsn: `mysql://${parts().user}:${parts().password}@tcp(${parts().at})/mysql?tls=true`,
      // Newer servers make a certificate of their own.
      said: [/offers no TLS \(HANDSHAKE_NO_SSL_SUPPORT\)|certificate is not trusted.*\(\w*SELF_SIGNED\w*\)/],
    }),
  ],
  [
    'something that is no MySQL',
    () => ({
      dsn: `mysql://sally:${PASSWORD}@tcp(127.0.0.1:${otherPort()})/port`,
      said: [
        `127.0.0.1:${otherPort()}`,
        /no answer came in time|does not speak/,
        'Check that MySQL or MariaDB listens',
      ],
    }),
  ],
  [
    'a socket that is not there',
    () => ({
      dsn: `mysql://sally:${PASSWORD}@unix(${folder}/none.sock)/port`,
      said: [`${folder}/none.sock`, 'it is not there (ENOENT)', 'Correct the socket'],
    }),
  ],
  ['a folder', () => ({ dsn: `sqlite://${folder}/is-a-folder`, said: ['is-a-folder', 'it is a folder (EISDIR)'] })],
  [
    'a path through a file',
    () => ({ dsn: `sqlite://${folder}/file/db.sqlite`, said: ['file/db.sqlite', /\((?:ENOTDIR|EEXIST)\)/] }),
  ],
  [
    'a path where no file can be made',
    () => ({ dsn: 'sqlite:///proc/none.sqlite', said: ['/proc/none.sqlite', /\((?:ENOENT|EACCES)\)/] }),
  ],
  [
    'a file that is no database',
    () => ({ dsn: `sqlite://${folder}/text.sqlite`, said: ['text.sqlite', 'not a database (SQLITE_NOTADB'] }),
  ],
];

test.each(SITUATIONS)('%s is told in one sentence', async (_what, make) => {
  const { dsn, said } = await make();
  const { status, output } = await runCommand(['migrate', 'sql', 'up', dsn, '--yes']);
  expect(status, output).toBe(1);
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('pending '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^The database .*\.$/);
  const missing = said.filter((part) => (typeof part === 'string' ? !output.includes(part) : !part.test(output)));
  expect(missing, output).toEqual([]);
  expect(output).not.toContain(PASSWORD);
  expect(output).not.toContain(parts().password);
});

describe('every command that opens a database says the same', () => {
  const FLOW = '0198d6a2-5d5f-7c3a-9d3e-6d1b1f0e7a55';
  test.each([
    ['migrate', 'sql', 'status'],
    ['migrate', 'sql', 'up', '--yes'],
    ['migrate', 'sql', 'down', '--steps', '1', '--yes'],
    ['serve'],
    ['serve', '--dev'],
    ['dev'],
    ['courier', 'watch'],
    ['why', FLOW],
    ['replay', FLOW],
    ['simulate', 'session', '--point', 'registration.after'],
  ])('%s %s %s %s', async (...words) => {
    const port = await freePort();
    const file = join(folder, 'config.yml');
    const dsn = `mysql://sally:${PASSWORD}@tcp(127.0.0.1:${port})/port`;
    writeFileSync(file, `dsn: ${dsn}\nsecrets: { cookie: [a-secret-for-the-tests-of-trouble-1] }\n`);
    const { status, output } = await runCommand([...words, '-c', file]);
    expect(status, output).toBe(1);
    expect(output).toContain(`127.0.0.1:${port}, schema port, user sally: the connection is refused (ECONNREFUSED)`);
    expect(output).not.toMatch(/^ {4}at /m);
    expect(output).not.toContain(PASSWORD);
  });
});

describe('a database of another program', () => {
  test.each([
    ['SQLite', () => `sqlite://${folder}/foreign.sqlite`],
    ['MySQL or MariaDB', () => dsnOf(foreign.url)],
  ])('on %s is left alone', async (_engine, dsnOfIt) => {
    const dsn = dsnOfIt();
    for (const words of [
      ['migrate', 'sql', 'up', dsn, '--yes'],
      ['migrate', 'sql', 'status', dsn],
    ]) {
      const { status, output } = await runCommand(words);
      expect([status, output.trim().split('\n')]).toEqual([
        1,
        [expect.stringMatching(/another program: it has identities, schema_migration .*Name one of its own in dsn/)],
      ]);
    }
  });
});

test('a database that nobody has migrated is told to who wants to look in', async () => {
  const file = join(folder, 'config.yml');
  writeFileSync(join(folder, 'empty.sqlite'), '');
  writeFileSync(
    file,
    `dsn: sqlite://${folder}/empty.sqlite\nsecrets: { cookie: [a-secret-for-the-tests-of-trouble-1] }\n`,
  );
  const { status, output } = await runCommand(['why', '0198d6a2-5d5f-7c3a-9d3e-6d1b1f0e7a55', '-c', file]);
  expect([status, output.trim().split('\n')]).toEqual([1, [expect.stringContaining('sallyport migrate sql up')]]);
});
