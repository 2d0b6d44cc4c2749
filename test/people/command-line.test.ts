import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';
import { register, signIn } from '../support/self-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-people-'));
const http = createHttpClient({ cookies: false });
const PASSWORD = 'a marmot on the north face';
let server: TestServer;
let other: TestServer;
let config: string;
let ada: string;

beforeAll(async () => {
  server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  other = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  config = join(server.folder, 'config.yml');
  const answer = await register(http, server.publicUrl, { email: 'ada@example.org', password: PASSWORD });
  ada = readText(answer.json, 'session.identity.id');
  await register(http, server.publicUrl, { email: 'bob@example.org', password: PASSWORD });
}, 120_000);

afterAll(async () => {
  await Promise.all([server.stop(), other.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What a command prints. */
async function run(
  ...args: readonly string[]
): Promise<{ readonly status: unknown; readonly lines: readonly string[] }> {
  const { status, output } = await runCommand([...args, '--dev', '-c', config]);
  return { status, lines: output.split('\n').filter((line) => line !== '') };
}
const ids = async (): Promise<readonly string[]> => (await run('identities', 'list', '--format', 'ids')).lines;

test('people are listed as ids, as a table and as JSON', async () => {
  expect(await ids()).toHaveLength(2);
  const table = await run('identities', 'list');
  expect(table.lines.find((line) => line.startsWith(ada))).toMatch(/ {2}active {2}person {2}\d{4}-/);
  const json = (await run('identities', 'list', '--format', 'json')).lines.map((line) => JSON.parse(line));
  expect(json).toContainEqual(expect.objectContaining({ id: ada, traits: { email: 'ada@example.org' } }));
}, 60_000);

test('somebody is printed without secrets, unless they are asked for', async () => {
  const shown = await run('identities', 'get', ada);
  expect(JSON.parse(shown.lines.join('\n'))).toMatchObject({
    id: ada,
    credentials: { password: { type: 'password' } },
  });
  expect(shown.lines.join('')).not.toContain('argon2');
  expect((await run('identities', 'get', ada, '--include-credential', 'password')).lines.join('')).toContain(
    '$argon2id$',
  );
  expect(await run('identities', 'get', 'nobody')).toEqual({
    status: 1,
    lines: ['nobody: There is no such identity.'],
  });
}, 60_000);

test('people are exported, and imported into another server by its address, with their passwords', async () => {
  const { lines } = await run('identities', 'export', '--credentials');
  const file = join(folder, 'people.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n{"traits":{"email":"ada@example.org"}}\nno JSON\n`);
  const { status, output } = await runCommand(['identities', 'import', file, '--endpoint', other.adminUrl]);
  expect(status).toBe(1);
  expect(output).toContain(`${file}:3 There is another identity with this identifier.`);
  expect(output).toContain(`${file}:4 this is no JSON`);
  expect(output).toContain('2 were refused.');
  const answer = await signIn(http, other.publicUrl, { email: 'bob@example.org', password: PASSWORD });
  expect(answer.status).toBe(200);
  expect((await run('identities', 'export')).lines.join('')).not.toContain('argon2');
}, 60_000);

test('sessions are listed and ended', async () => {
  const list = ['sessions', 'list', '--identity', ada, '--active', '--format', 'ids'];
  const [one = ''] = (await run(...list)).lines;
  expect((await run('sessions', 'revoke', one)).status).toBe(0);
  expect((await run(...list)).lines).toEqual([]);
  expect((await run('sessions', 'list')).lines.find((line) => line.startsWith(one))).toContain('  ended  aal1');
  expect((await run('sessions', 'revoke')).status).toBe(1);
}, 60_000);

test('somebody is deleted, and the event is told', async () => {
  const { status, lines } = await run('identities', 'delete', ada, '--yes');
  expect(status).toBe(0);
  expect(lines.join('\n')).toContain('identity.delete');
  expect(await ids()).not.toContain(ada);
}, 60_000);
