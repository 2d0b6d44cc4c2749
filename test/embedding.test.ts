import { expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from './support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from './support/embedded.ts';
import { createHttpClient, readText } from './support/http-client.ts';
import { register } from './support/self-service.ts';

/* Sallyport as a library: more than one in a process that belongs to somebody else. */

const ada = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

/** How many listeners the process has, by event; and its own ways out. */
const ofProcess = () => ({
  listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
  exit: Reflect.get(process, 'exit') as unknown,
  abort: Reflect.get(process, 'abort') as unknown,
});

const start = (): Promise<EmbeddedServer> => startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES });

/** Registers somebody there and gives their session token. */
async function arrive({ publicUrl }: EmbeddedServer): Promise<string> {
  const http = createHttpClient({ cookies: false });
  const answer = await register(http, publicUrl, ada);
  http.close();
  return readText(answer.json, 'session_token');
}

async function whoami({ publicUrl }: EmbeddedServer, token: string): Promise<number> {
  const http = createHttpClient({ cookies: false });
  const asked = http.get(`${publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } });
  return asked.then(({ status }) => status).finally(() => http.close());
}

test('Two in one process know nothing of each other, close one after the other, and leave the process as it was.', async () => {
  const before = ofProcess();
  const [one, other] = [await start(), await start()];
  expect(ofProcess()).toEqual(before);

  const [mine, theirs] = [await arrive(one), await arrive(other)];
  expect(await Promise.all([whoami(one, mine), whoami(other, theirs)])).toEqual([200, 200]);
  expect(await Promise.all([whoami(one, theirs), whoami(other, mine)])).toEqual([401, 401]);

  await one.stop();
  await expect(whoami(one, mine)).rejects.toThrow(/ECONNREFUSED/);
  expect(await whoami(other, theirs)).toBe(200);
  await other.stop();
  await expect(whoami(other, theirs)).rejects.toThrow(/ECONNREFUSED/);
  expect(ofProcess()).toEqual(before);
});

test('A log that the program brings along gets the security events among its lines, each with its logger.', async () => {
  const lines: (readonly [string, unknown])[] = [];
  const take = (message: string, facts?: unknown): void => void lines.push([message, facts]);
  const log = { trace: take, debug: take, info: take, warn: take, error: take, fatal: take, with: () => log };
  const server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES, log });
  await arrive(server);
  await server.stop();
  expect(lines).toContainEqual([
    'registration.succeeded',
    expect.objectContaining({ logger: 'security', event: 'registration.succeeded', method: 'password' }),
  ]);
});

test('Closing twice, at once or again, closes once.', async () => {
  const { app, stop } = await start();
  await Promise.all([app.close(), app.close()]);
  await expect(stop()).resolves.toBeUndefined();
});

test('Who owns the process may guard it, and take the guard away again.', async () => {
  const before = ofProcess();
  const { app, stop } = await start();
  const undo = app.guardProcess(() => undefined);
  const guarded = ofProcess();
  expect(guarded.listeners['uncaughtException']).toBe((before.listeners['uncaughtException'] ?? 0) + 1);
  expect(guarded.exit).not.toBe(before.exit);
  undo();
  expect(ofProcess()).toEqual(before);
  await stop();
});
