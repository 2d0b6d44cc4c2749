import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { importPerson, noticeNames, noticesTo } from '../support/owner-notices.ts';
import type { Person } from '../support/self-service.ts';
import { browserFrom, type BrowserFrom } from '../security/browser-from.ts';

const password = 'clouds over the harbour';
const NEW = 'notify_new_device';

const config = (notify: string, more = ''): string =>
  `serve: { public: { trusted_proxies: { count: 1 } } }\n${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true })}${more}`.replace(
    'courier: {',
    `courier: { notify: ${notify},`,
  );

let server: EmbeddedServer;
let networks = 0;
beforeAll(async () => {
  server = await startEmbedded({ config: config('{ new_device: true }'), files: MAIL_FILES });
});
afterAll(() => server.stop());

const network = (): string => `198.51.100.${(networks += 1)}`;
function browser(at: EmbeddedServer = server, from = network()): BrowserFrom {
  const opened = browserFrom(at, from);
  onTestFinished(() => opened.close());
  return opened;
}
async function person(name: string, at: EmbeddedServer = server): Promise<Person> {
  const who = { email: `${name}@sallyport.test`, password };
  await importPerson(at, who);
  return who;
}

describe('a browser', () => {
  test('that the account does not know is told of once, and known from then on', async () => {
    const who = await person('browser');
    const [one, other] = [browser(), browser()];
    expect((await one.signIn(who)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual([NEW]);
    await one.signOut();
    expect((await one.signIn(who)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual([NEW]);
    expect((await other.signIn(who)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual([NEW, NEW]);
  });

  test('that confirms a sign-in, or whose sign-in is refused, is not told of', async () => {
    const who = await person('confirms');
    const one = browser();
    await one.signIn(who);
    const form = await one.begin('login', '?refresh=true');
    expect((await one.send(form, { method: 'password', identifier: who.email, password })).status).toBe(200);
    expect((await browser().signIn({ ...who, password: 'not the right one' })).status).toBe(400);
    expect(await noticeNames(server, who.email)).toEqual([NEW]);
  });

  test('that signs in by a code is told of like any other', async () => {
    const who = await person('code');
    const one = browser();
    expect((await one.signInByCode(who.email)).status).toBe(200);
    await one.signOut();
    expect((await one.signInByCode(who.email)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual([NEW]);
  });

  test('that recovers the account is told of by that, and one that changes the password stays known', async () => {
    const who = await person('recovers');
    const one = browser();
    await one.recover(who.email);
    expect(await noticeNames(server, who.email)).toEqual(['notify_recovery_used']);
    const next = 'bells of the old town';
    expect((await one.changePassword(next)).status).toBe(200);
    await one.signOut();
    expect((await one.signIn({ ...who, password: next })).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual(['notify_recovery_used', 'notify_password_changed']);
  });

  test('that registers an account is its first device', async () => {
    const who = { email: 'registers@sallyport.test', password };
    const one = browser();
    expect((await one.register(who)).status).toBe(200);
    await one.signOut();
    expect((await one.signIn(who)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual([]);
  });

  test('whose sign-in by a code takes back what a stranger had set up is told of by that', async () => {
    const who = { email: 'claims@sallyport.test', password };
    await browser().register(who);
    expect((await browser().signInByCode(who.email)).status).toBe(200);
    expect(await noticeNames(server, who.email)).toEqual(['notify_password_changed']);
    expect((await noticesTo(server, who.email))[0]?.body).toContain('- Removed: the password\n');
  });

  test('is told of by what it says it is, where it comes from, and when', async () => {
    const who = await person('says');
    await browser(server, '203.0.113.9').signIn(who);
    const [notice] = await noticesTo(server, who.email);
    expect(notice?.subject).toMatch(/^A new device signed in to your account at /);
    expect(notice?.body).toMatch(/When: .* GMT\nNetwork: 203\.0\.113\.9\n/);
  });
});

test('an app is known in a network from which the account has signed in, by password and by code', async () => {
  const who = await person('app');
  const http = createHttpClient({ cookies: false });
  const begin = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    const flow = await http.get(`${server.publicUrl}/self-service/login/api`, { headers });
    const action = readText(flow.json, 'ui.action');
    return async (json: object) => (await http.post(action, { headers, json })).status;
  };
  const withPassword = async (address: string): Promise<number> =>
    (await begin(address))({ method: 'password', identifier: who.email, password });
  const withCode = async (address: string): Promise<number> => {
    const send = await begin(address);
    await send({ method: 'code', identifier: who.email });
    return send({ method: 'code', identifier: who.email, code: await newestCode(server, who.email) });
  };
  const [home, cafe] = [network(), network()];
  expect(await withPassword(home)).toBe(200);
  expect(await noticeNames(server, who.email)).toEqual([NEW]);
  expect([await withPassword(home), await withCode(home)]).toEqual([200, 200]);
  expect(await noticeNames(server, who.email)).toEqual([NEW]);
  expect(await withCode(cafe)).toBe(200);
  expect(await noticeNames(server, who.email)).toEqual([NEW, NEW]);
  http.close();
});

test.each([
  ['unless it is written', '{ password_changed: true }', ''],
  ['where devices are not told apart', '{ new_device: true }', 'limits: { devices: false }\n'],
])('nobody is told of new devices %s', async (_, notify, more) => {
  const own = await startEmbedded({ config: config(notify, more), files: MAIL_FILES });
  onTestFinished(() => own.stop());
  const who = await person('nobody', own);
  expect((await browser(own).signIn(who)).status).toBe(200);
  expect(await noticeNames(own, who.email)).toEqual([]);
});
