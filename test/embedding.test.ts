import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSallyport, type Sallyport } from '../src/app.ts';
import { BASIC_CONFIG, BASIC_FILES } from './support/basic-config.ts';
import { createHttpClient, read } from './support/http-client.ts';
import { freePort } from './support/ports.ts';
import { fill } from './support/server.ts';

/** Sallyport as a library: more than one in a process that belongs to somebody else. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-embedding-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORD = 'clouds over the harbour';

/** How many listeners the process has, by event; and its own way out. */
const ofProcess = () => ({
  listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
  exit: Reflect.get(process, 'exit') as unknown,
  abort: Reflect.get(process, 'abort') as unknown,
});

async function start(name: string): Promise<Sallyport> {
  const [port, admin] = [await freePort(), await freePort()];
  const own = `
dsn: memory
secrets: { cookie: [${name} of the tests, long enough for anybody] }
serve:
  public: { base_url: 'http://127.0.0.1:${port}/', host: 127.0.0.1, port: ${port} }
  admin: { base_url: 'http://127.0.0.1:${admin}/', host: 127.0.0.1, port: ${admin} }
`;
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, fill(BASIC_CONFIG, { folder }) + own);
  for (const [path, text] of Object.entries(BASIC_FILES)) writeFileSync(join(folder, path), text);
  const app = await createSallyport({ files: [file], dev: true, cwd: folder });
  await app.listen();
  return app;
}

/** Registers somebody there and gives their session token. */
async function register({ publicUrl }: Sallyport, email: string): Promise<string> {
  const http = createHttpClient({ cookies: false });
  const flow = await http.get(`${publicUrl}/self-service/registration/api`);
  const json = { method: 'password', traits: { email }, password: PASSWORD };
  const answer = await http.post(String(read(flow.json, 'ui.action')), { json });
  http.close();
  expect(answer.status, answer.text).toBe(200);
  return String(read(answer.json, 'session_token'));
}

async function whoami({ publicUrl }: Sallyport, token: string): Promise<number> {
  const http = createHttpClient({ cookies: false });
  const { status } = await http.get(`${publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } });
  http.close();
  return status;
}

test('Two in one process know nothing of each other, close one after the other, and leave the process as it was.', async () => {
  const before = ofProcess();
  const [one, other] = [await start('one'), await start('other')];
  expect(ofProcess()).toEqual(before);

  const [mine, theirs] = [await register(one, 'ada@sallyport.test'), await register(other, 'ada@sallyport.test')];
  expect(await Promise.all([whoami(one, mine), whoami(other, theirs)])).toEqual([200, 200]);
  expect(await Promise.all([whoami(one, theirs), whoami(other, mine)])).toEqual([401, 401]);

  await one.close();
  await expect(whoami(one, mine)).rejects.toThrow(/ECONNREFUSED/);
  expect(await whoami(other, theirs)).toBe(200);
  await other.close();
  await expect(whoami(other, theirs)).rejects.toThrow(/ECONNREFUSED/);
  expect(ofProcess()).toEqual(before);
});

test('Closing twice, at once or again, closes once.', async () => {
  const app = await start('twice');
  await Promise.all([app.close(), app.close()]);
  await app.close();
});

test('Who owns the process may guard it, and take the guard away again.', async () => {
  const before = ofProcess();
  const app = await start('guarded');
  const undo = app.guardProcess(() => undefined);
  const guarded = ofProcess();
  expect(guarded.listeners['uncaughtException']).toBe((before.listeners['uncaughtException'] ?? 0) + 1);
  expect(guarded.exit).not.toBe(before.exit);
  undo();
  expect(ofProcess()).toEqual(before);
  await app.close();
});
