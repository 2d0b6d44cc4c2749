import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient, read } from '../support/http-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { copyOfKratos, importFrom, KRATOS, MOVED_CONFIG, MOVED_FILES, oldConfiguration } from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-cookies-'));
const http = createHttpClient({ cookies: false });
const source = copyOfKratos(folder);
const NAME = KRATOS.session.cookie_name;
const sessions = KRATOS.people.flatMap((each) => each.sessions);
const cookies = sessions.flatMap((session) => (session.cookies ?? []).map(({ value }) => ({ session, value })));
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ config: MOVED_CONFIG, files: MOVED_FILES });
  await importFrom(source, join(server.folder, 'config.yml'));
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const whoami = (value: string) =>
  http.get(`${server.publicUrl}/sessions/whoami`, { headers: { Cookie: `${NAME}=${value}` } });

test('every cookie of a valid session goes on, and becomes one of ours; no other does', async () => {
  expect(cookies).toHaveLength(39);
  for (const { session, value } of cookies) {
    const answer = await whoami(value);
    expect([answer.status, read(answer.json, 'id')]).toEqual(session.valid ? [200, session.id] : [401, undefined]);
    const renewed = answer.setCookies.find(({ name }) => name === NAME)?.value ?? '';
    expect(renewed !== '' && !renewed.startsWith('MT')).toBe(session.valid);
    const next = await whoami(renewed);
    expect([next.status, next.setCookies]).toEqual([session.valid ? 200 : 401, []]);
  }
});

test('a cookie of another name, or with a changed character, signs nobody in', async () => {
  const { value } = cookies.find(({ session }) => session.valid) ?? { value: '' };
  const changed = `${value.slice(0, 40)}${value[40] === 'A' ? 'B' : 'A'}${value.slice(41)}`;
  expect((await whoami(changed)).status).toBe(401);
  const named = await http.get(`${server.publicUrl}/sessions/whoami`, { headers: { Cookie: `${NAME}2=${value}` } });
  expect(named.status).toBe(401);
});

test('a run says when browsers would be signed out: secrets or the name of the cookie are other ones', async () => {
  const old = ['--source-config', oldConfiguration(folder), '--dry-run'];
  const config = join(server.folder, 'config.yml');
  expect((await importFrom(source, config, ...old)).output).not.toContain('browsers are signed out');
  const other = await startServer({
    config: MOVED_CONFIG.replace(/^ {2}cookie: .*$/m, '  cookie: [a-secret-of-the-new-server-of-the-tests]').replace(
      `name: ${NAME}`,
      'name: shop_session',
    ),
    files: MOVED_FILES,
  });
  const { output } = await importFrom(source, join(other.folder, 'config.yml'), ...old);
  await other.stop();
  expect(output).toContain('browsers are signed out: secrets.cookie lacks 2 secrets');
  expect(output).toContain(`browsers are signed out: session.cookie.name is shop_session, and was ${NAME}`);
}, 60_000);
