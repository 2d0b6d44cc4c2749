import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from './support/basic-config.ts';
import { createHttpClient } from './support/http-client.ts';
import { createDatabase, dsnOf } from './support/mariadb.ts';
import { register, signIn } from './support/self-service.ts';
import { runCommand, startServer } from './support/server.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

test('several workers share the listeners; one that is killed is replaced, and all end together', async () => {
  const database = await createDatabase();
  const server = await startServer({
    config: `dsn: ${dsnOf(database.url)}\n${BASIC_CONFIG}`,
    files: BASIC_FILES,
    args: ['serve', '--dev', '--watch-courier', '--workers', '2'],
  });
  const workers = (): readonly number[] =>
    [...server.log().matchAll(/worker (\d+) is up/g)].map(([, pid]) => Number(pid));
  await expect.poll(() => new Set(workers()).size, { timeout: 30_000 }).toBe(2);
  const http = createHttpClient({ cookies: false });
  expect((await register(http, server.publicUrl, person)).status).toBe(200);
  http.close();

  const [victim = 0] = workers();
  process.kill(victim, 'SIGKILL');
  await expect.poll(() => new Set(workers()).size, { timeout: 30_000 }).toBe(3);
  expect(server.log()).toContain(`worker ${victim} ended (SIGKILL)`);
  for (let n = 0; n < 4; n += 1) {
    const client = createHttpClient({ cookies: false });
    expect((await signIn(client, server.publicUrl, person)).status).toBe(200);
    client.close();
  }

  expect(await server.stop()).toBe(0);
  expect([...new Set(workers())].filter(isAlive)).toEqual([]);
  await database.drop();
}, 120_000);

test.each([
  ['on SQLite', ['--workers', '2'], 'needs MySQL or MariaDB'],
  ['that are no number', ['--workers', 'many'], '1 to 64'],
])('workers %s are refused with a sentence', async (_what, options, sentence) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-workers-'));
  const file = join(folder, 'config.yml');
  writeFileSync(join(folder, 'person.schema.json'), BASIC_FILES['person.schema.json'] ?? '');
  const config = BASIC_CONFIG.replace('<folder>', folder);
  writeFileSync(file, `dsn: memory\nsecrets: { cookie: [a-secret-for-the-tests-of-workers-01] }\n${config}`);
  const { status, output } = await runCommand(['serve', '--dev', ...options, '-c', file]);
  expect(status).toBe(1);
  expect(output).toContain(sentence);
  rmSync(folder, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
