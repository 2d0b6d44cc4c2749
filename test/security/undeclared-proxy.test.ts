import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { freePort } from '../support/ports.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import type { Log } from '../../src/telemetry/log.ts';

/* A server in a cluster, on default limits: everybody comes from the one address of a proxy that nobody wrote down. */

const PASSWORD = 'clouds over the harbour';
const warnings: string[] = [];
const events: unknown[] = [];
let server: EmbeddedServer;
let http: HttpClient;
/** Takes the connections of a peer that is not on this machine, as far as the server can tell. */
let front: Server;
let url: string;

beforeAll(async () => {
  const nothing = (): void => undefined;
  const log: Log = {
    trace: nothing,
    debug: nothing,
    info: (_message, facts) => void events.push(facts),
    warn: (message) => void warnings.push(message),
    error: nothing,
    fatal: nothing,
    with: () => log,
  };
  server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES, log });
  front = createServer(server.app.answer.public);
  front.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.7' }));
  const port = await freePort();
  await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${port}`;
  http = createHttpClient({ cookies: false });
});
afterAll(async () => {
  http.close();
  await new Promise((resolve) => front.close(resolve));
  await server.stop();
});

const begin = (kind: string, ip: string) =>
  http.get(`${url}/self-service/${kind}/api`, { headers: { 'x-forwarded-for': ip } });
async function submit(kind: 'login' | 'registration', ip: string, fields: object): Promise<Answer> {
  const flow = await begin(kind, ip);
  if (flow.status !== 200) return flow;
  const headers = { 'x-forwarded-for': ip };
  const action = readText(flow.json, 'ui.action').replace(server.publicUrl, url);
  return http.post(action, { json: { method: 'password', ...fields }, headers });
}
const email = (n: number): string => `person${n}@sallyport.test`;
const address = (n: number): string => `203.0.${n >> 8}.${n & 255}`;
const signIn = (n: number, password = PASSWORD) => submit('login', address(n), { identifier: email(n), password });

test('three hundred people register and sign in, and nobody is locked out', { timeout: 120_000 }, async () => {
  const found = new Map<string, number>();
  const count = (answer: Answer): void =>
    void found.set(String(answer.status), (found.get(String(answer.status)) ?? 0) + 1);
  for (let n = 0; n < 300; n += 4) {
    const four = [n, n + 1, n + 2, n + 3];
    const made = await Promise.all(
      four.map((each) => submit('registration', address(each), { traits: { email: email(each) }, password: PASSWORD })),
    );
    const signedIn = await Promise.all(four.map((each) => signIn(each)));
    for (const answer of [...made, ...signedIn]) count(answer);
  }
  expect([...found]).toEqual([['200', 600]]);
});

test('thirty wrong passwords of one person leave the others alone', async () => {
  const wrong = [];
  for (let n = 0; n < 30; n += 1) wrong.push((await signIn(1, 'bells of the old town')).status);
  expect(wrong).toContain(429);
  expect((await signIn(2)).status).toBe(200);
});

test('an event names the address that sent it, and no network', () => {
  const refused = events.filter((event) => read(event, 'event') === 'login.failed');
  expect(new Set(refused.map((event) => [read(event, 'client'), read(event, 'network')].join(' ')))).toEqual(
    new Set(['10.0.0.7 ']),
  );
});

test('one warning says what to write', () => {
  const told = warnings.filter((message) => message.includes('serve.public.trusted_proxies.count'));
  expect(told).toHaveLength(1);
});

test('without a header of a proxy the same peer is one network', async () => {
  const answers = [];
  for (let n = 0; n < 70; n += 1) answers.push((await http.get(`${url}/self-service/login/api`)).status);
  expect(answers.slice(0, 60).every((status) => status === 200)).toBe(true);
  expect(answers.slice(60)).toEqual(Array.from({ length: 10 }, () => 429));
});
