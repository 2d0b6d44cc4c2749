import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored, createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { findMariadb, startMariadb, type DatabaseServer } from '../support/mariadb.ts';
import { begin, register, signIn } from '../support/self-service.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

describe('a database file that another process holds', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ config: `dsn: sqlite://<folder>/held.sqlite\n${BASIC_CONFIG}`, files: BASIC_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  test('is told as 503 with Retry-After; who is signed in stays so, and nothing is lost', async () => {
    const http = createHttpClient({ cookies: false });
    const token = String(read((await signIn(http, server.publicUrl, person)).json, 'session_token'));
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const holder = new DatabaseSync(join(server.folder, 'held.sqlite'));
    holder.exec('BEGIN IMMEDIATE');
    try {
      const whoami = await http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } });
      expect(whoami.status).toBe(200);
      const json = { method: 'password', identifier: person.email, password: person.password };
      const refused = await http.post(flow.action, { json });
      expect(refused.status, refused.text).toBe(503);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      holder.exec('ROLLBACK');
      holder.close();
    }
    const again = await signIn(http, server.publicUrl, person);
    expect(again.status, again.text).toBe(200);
    http.close();
  });
});

describe('a database server that goes away', () => {
  let database: DatabaseServer;
  let server: TestServer;
  beforeAll(async () => {
    const program = findMariadb();
    if (program === undefined) throw new Error('There is no mariadbd on this machine: run the tests by `npm test`.');
    database = await startMariadb(program);
    const { username, password, hostname, port } = new URL(database.url);
    const connection = await createConnection(database.url);
    await connection.query('CREATE DATABASE trouble');
    await connection.end();
    const dsn = `mysql://${username}:${password}@tcp(${hostname}:${port})/trouble`;
    server = await startServer({ config: `dsn: ${dsn}\n${BASIC_CONFIG}`, files: BASIC_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(async () => {
    await server.stop();
    await database.stop();
  });

  test('is told as 503 with Retry-After, alive but not ready; the process goes on', async () => {
    const http = createHttpClient({ cookies: false });
    const registered = await register(http, server.publicUrl, {
      email: 'bea@sallyport.test',
      password: person.password,
    });
    expect(registered.status, registered.text).toBe(200);
    expect(await countStored(server.adminUrl)).toMatchObject({ identities: 2 });
    await database.stop();
    const answer = await http.get(`${server.publicUrl}/self-service/login/api`);
    expect(answer.status, answer.text).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    // The log has where, who and why, and not the password.
    const { host, password } = new URL(database.url);
    expect(server.log()).toMatch(
      new RegExp(`${host}, schema trouble, user sallyport: .*\\((?:ECONN\\w+|PROTOCOL_\\w+)\\)`),
    );
    expect(server.log()).not.toContain(password);
    expect((await http.get(`${server.publicUrl}/health/alive`)).status).toBe(200);
    // The answer to probes is kept for a second.
    await expect
      .poll(async () => (await http.get(`${server.publicUrl}/health/ready`)).status, { timeout: 10_000 })
      .toBe(503);
    http.close();
  });
});

describe('an identity schema that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-schema-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['is not there', undefined],
    ['is no JSON', '{ "type": '],
    ['describes no traits', '{ "type": "object" }'],
    [
      'has a pattern that could run for ever or not be compiled',
      '{"type":"object","properties":{"traits":{"type":"object","properties":{"email":{"type":"string","pattern":"(?=a)b"}}}}}',
    ],
  ])('%s: the start is refused with the place, and no port is opened', async (_what, text) => {
    const schema = join(folder, 'person.schema.json');
    rmSync(schema, { force: true });
    if (text !== undefined) writeFileSync(schema, text);
    const file = join(folder, 'config.yml');
    const config = BASIC_CONFIG.replace('<folder>', folder);
    writeFileSync(file, `dsn: memory\nsecrets: { cookie: [a-secret-for-the-tests-of-trouble-1] }\n${config}`);
    const { status, output } = await runCommand(['serve', '--dev', '-c', file]);
    expect(status, output).not.toBe(0);
    expect(output).toContain('identity.schemas');
    expect(output).toContain('config.yml:');
  });
});
