import { describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const WITHOUT_MAIL_SERVER = { uri: 'smtp://127.0.0.1:1/' };
const PERSON = { email: 'canary-address@sallyport.test', password: 'canary clouds over the harbour' };
const STRANGER = { email: 'canary-stranger@sallyport.test', password: 'canary fog over the harbour' };

const startLogging = (log: string): Promise<TestServer> =>
  startServer({
    config: mailConfig(WITHOUT_MAIL_SERVER, { passwordless: true }).replace('log: { level: warning }', `log: ${log}`),
    files: MAIL_FILES,
    args: ['serve', '--dev'],
  });

const linesOf = (server: TestServer): readonly Readonly<Record<string, unknown>>[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

describe('the line of an event', () => {
  test('is among the lines of the log at every level, and names its logger', async () => {
    const server = await startLogging('{ level: warn, format: json }');
    const http = createHttpClient({ cookies: false });
    await signIn(http, server.publicUrl, STRANGER);
    http.close();
    await server.stop();
    // What the start says of the configuration stands before it, as lines of JSON too.
    const events = linesOf(server).filter(({ event }) => event !== undefined && event !== 'configuration.weak');
    expect(events).toEqual([
      expect.objectContaining({ level: 'info', logger: 'security', event: 'login.failed', msg: 'login.failed' }),
    ]);
  });

  test('is not written where the events are off, at any level', async () => {
    const server = await startLogging('{ level: trace, format: json, events: false }');
    const http = createHttpClient({ cookies: false });
    await signIn(http, server.publicUrl, STRANGER);
    http.close();
    await server.stop();
    expect(linesOf(server).length).toBeGreaterThan(0);
    expect(linesOf(server).filter((line) => 'event' in line)).toEqual([]);
  });
});

test('no line holds a secret or an identifier, whatever somebody does and at any level', async () => {
  const server = await startLogging('{ level: trace, format: json }');
  const { publicUrl, adminUrl } = server;
  const app = createHttpClient({ cookies: false });
  const secrets: string[] = [PERSON.password, STRANGER.password];
  await createPerson(adminUrl, PERSON);
  const registered = await register(app, publicUrl, STRANGER);
  secrets.push(readText(registered.json, 'session_token'));
  const signedIn = await signIn(app, publicUrl, PERSON);
  secrets.push(readText(signedIn.json, 'session_token'));
  await signIn(app, publicUrl, { ...PERSON, password: STRANGER.password });
  await app.get(`${publicUrl}/self-service/login/api?return_to=https%3A%2F%2Fevil.example%2Fcanary-query`);
  for (const kind of ['recovery', 'verification', 'login'] as const) {
    const { action } = await begin(app, publicUrl, kind, 'api');
    const typed = kind === 'login' ? { identifier: PERSON.email } : { email: PERSON.email };
    await app.post(action, { json: { method: 'code', ...typed } });
    const code = await newestCode(server, PERSON.email);
    secrets.push(code, wrong(code));
    for (const given of [wrong(code), code])
      await app.post(action, { json: { method: 'code', ...typed, code: given } });
  }
  const browser = createHttpClient();
  const form = await begin(browser, publicUrl, 'login', 'browser');
  secrets.push(form.csrf);
  const forged = {
    method: 'password',
    identifier: PERSON.email,
    password: PERSON.password,
    csrf_token: 'canary-forged',
  };
  await browser.post(form.action, { json: forged });
  secrets.push('canary-', ...browser.cookies.names().map((name) => browser.cookies.get(name) ?? ''));
  app.close();
  browser.close();
  await server.stop();

  const told = new Set(linesOf(server).map(({ event }) => event));
  for (const name of ['login.failed', 'recovery.succeeded', 'verification.failed', 'csrf.refused', 'return_to.refused'])
    expect(told, name).toContain(name);
  const log = server.log();
  for (const secret of secrets)
    for (const written of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
      expect(log.includes(written), written).toBe(false);
}, 60_000);
