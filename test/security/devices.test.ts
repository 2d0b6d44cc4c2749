import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { type Person, valueOf } from '../support/self-service.ts';
import { browserFrom, DEVICE, type BrowserFrom } from './browser-from.ts';

const PROXY = 'serve: { public: { trusted_proxies: { count: 1 } } }\n';
const SECRETS = 'secrets: { cookie: [a-cookie-secret-that-only-these-tests-know-1] }\n';
const password = 'clouds over the harbour';
const DAY = 24 * 60 * 60_000;

const config = (more = '', use: 'code' | 'link' = 'code'): string =>
  `${SECRETS}${PROXY}${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true, use })}${more}`;

let server: EmbeddedServer;
let networks = 0;
beforeAll(async () => {
  server = await startEmbedded({ config: config(), files: MAIL_FILES });
});
afterAll(() => server.stop());

/** Each in a network of its own, so that no budget of a network is used up here. */
function browser(at: EmbeddedServer = server): BrowserFrom {
  networks += 1;
  const opened = browserFrom(at, `198.51.${networks >> 8}.${networks & 255}`);
  onTestFinished(() => opened.close());
  return opened;
}

async function person(name: string, at: EmbeddedServer = server): Promise<Person & { readonly id: string }> {
  const email = `${name}@sallyport.test`;
  return { email, password, id: await createPerson(at.adminUrl, { email, password }) };
}

/** How the server tells a wrong password for the account from this cookie, from a network that nobody was in. */
async function deviceOf(cookie: string | undefined, email: string, at: EmbeddedServer = server): Promise<unknown> {
  const visitor = browser(at);
  if (cookie !== undefined) visitor.http.cookies.set(DEVICE, cookie);
  await visitor.signIn({ email, password: 'not the right one' });
  const told = at.events.findLast(({ event }) => event === 'login.failed');
  expect(told?.['reason']).toBe('credentials');
  return told?.['device'];
}

const cookieOf = ({ http }: BrowserFrom): string | undefined => http.cookies.get(DEVICE);

async function signedIn(who: Person, at: EmbeddedServer = server): Promise<BrowserFrom> {
  const visitor = browser(at);
  expect((await visitor.signIn(who)).status).toBe(200);
  return visitor;
}

describe('the cookie of a device', () => {
  test('is set at the sign-in, sealed, with the attributes of the session cookie, for 180 days', async () => {
    const who = await person('attributes');
    const visitor = browser();
    const { setCookies } = await visitor.signIn(who);
    const [session, device] = ['ory_kratos_session', DEVICE].map((name) =>
      setCookies.find((each) => each.name === name),
    );
    const kept = (of: typeof device) =>
      ['path', 'domain', 'samesite', 'secure', 'httponly'].map((name) => of?.attributes.get(name));
    expect(kept(device)).toEqual(kept(session));
    expect(device?.attributes.get('httponly')).toBe('');
    expect(device?.attributes.get('max-age')).toBe(String((180 * DAY) / 1_000));
    expect(Buffer.from(device?.value ?? '', 'base64url').toString('latin1')).not.toContain(who.id);
    expect(await deviceOf(device?.value, who.email)).toBe('known');
    expect(await deviceOf(undefined, who.email)).toBe('new');
  });

  test.each<[string, (visitor: BrowserFrom, email: string) => Promise<unknown>]>([
    ['a registration with a session', (visitor, email) => visitor.register({ email, password })],
    ['a sign-in by code', (visitor, email) => visitor.signInByCode(email)],
    ['a recovery by code', (visitor, email) => visitor.recover(email)],
  ])('is set by %s', async (way, act) => {
    const email = `${way.replaceAll(' ', '-')}@sallyport.test`;
    if (!way.includes('registration')) await createPerson(server.adminUrl, { email, password });
    const visitor = browser();
    await act(visitor, email);
    expect((await visitor.get('/sessions/whoami')).status).toBe(200);
    expect(await deviceOf(cookieOf(visitor), email)).toBe('known');
  });

  test('is renewed by a confirmed sign-in, and stays at the sign-out', async () => {
    const who = await person('again');
    const visitor = await signedIn(who);
    const before = cookieOf(visitor);
    const form = await visitor.begin('login', '?refresh=true');
    const confirmed = await visitor.send(form, { method: 'password', identifier: who.email, password });
    expect(confirmed.status).toBe(200);
    expect(cookieOf(visitor)).not.toBe(before);
    await visitor.signOut();
    expect(await deviceOf(cookieOf(visitor), who.email)).toBe('known');
  });

  test('is not set by a refused sign-in, nor by an app', async () => {
    const who = await person('refused');
    const visitor = browser();
    await visitor.signIn({ ...who, password: 'not the right one' });
    expect(cookieOf(visitor)).toBeUndefined();
    const app = createHttpClient();
    const flow = await app.get(`${server.publicUrl}/self-service/login/api`);
    const json = { method: 'password', identifier: who.email, password };
    const answer = await app.post(readText(flow.json, 'ui.action'), { json });
    expect([answer.status, answer.setCookies]).toEqual([200, []]);
    app.close();
  });

  test('knows the five accounts that signed in last', async () => {
    const people = [];
    for (let n = 1; n <= 6; n += 1) people.push(await person(`family${n}`));
    const visitor = browser();
    for (const who of people) {
      expect((await visitor.signIn(who)).status).toBe(200);
      visitor.forgetSession();
      server.pass(1);
    }
    const told = [];
    for (const { email } of people) told.push(await deviceOf(cookieOf(visitor), email));
    expect(told).toEqual(['new', 'known', 'known', 'known', 'known', 'known']);
  });
});

describe('a cookie that is none of the account', () => {
  test('another account’s, a changed one and one under another name', async () => {
    const [owner, other] = [await person('owner'), await person('other')];
    const theirs = cookieOf(await signedIn(other));
    const visitor = await signedIn(owner);
    const own = cookieOf(visitor) ?? '';
    const session = visitor.http.cookies.get('ory_kratos_session');
    const at = own.length >> 1;
    const flipped = `${own.slice(0, at)}${own[at] === 'A' ? 'B' : 'A'}${own.slice(at + 1)}`;
    for (const cookie of [theirs, flipped, session, own.slice(0, -4), 'x'.repeat(5_000), ''])
      expect(await deviceOf(cookie, owner.email), cookie).toBe('new');
    expect(await deviceOf(own, owner.email)).toBe('known');
  });

  test('of two cookies each is good for its own account, and a sign-in leaves one', async () => {
    const [owner, stranger] = [await person('two'), await person('planter')];
    const own = cookieOf(await signedIn(owner));
    const planted = cookieOf(await signedIn(stranger));
    for (const both of [`${planted}; ${DEVICE}=${own}`, `${own}; ${DEVICE}=${planted}`, `x; ${DEVICE}=${own}`])
      expect(await deviceOf(both, owner.email)).toBe('known');
    const visitor = browser();
    visitor.http.cookies.set(DEVICE, `${planted}; ${DEVICE}=${own}`);
    const { setCookies } = await visitor.signIn(owner);
    const sent = setCookies.filter(({ name }) => name === DEVICE);
    expect(sent.filter(({ value }) => value !== '')).toHaveLength(1);
    expect(sent.length).toBeGreaterThan(1);
    const [kept] = sent.filter(({ value }) => value !== '');
    expect(await deviceOf(kept?.value, owner.email)).toBe('known');
  });

  test('one that is older than 180 days', async () => {
    const late = await startEmbedded({ config: config(), files: MAIL_FILES });
    try {
      const who = await person('late', late);
      const own = cookieOf(await signedIn(who, late));
      late.pass(180 * DAY - 60_000);
      expect(await deviceOf(own, who.email, late)).toBe('known');
      late.pass(120_000);
      expect(await deviceOf(own, who.email, late)).toBe('new');
    } finally {
      await late.stop();
    }
  });
});

describe('the devices of an account end', () => {
  const admin = async (method: string, path: string, json?: unknown): Promise<void> => {
    const http = createHttpClient({ cookies: false });
    const answer = await http.request(
      method,
      `${server.adminUrl}/admin/identities/${path}`,
      json === undefined ? {} : { json },
    );
    http.close();
    expect(answer.status, answer.text).toBeLessThan(300);
  };

  test('with a new password, but for the browser that set it', async () => {
    const who = await person('changed');
    const [here, there] = [await signedIn(who), await signedIn(who)];
    server.pass(1);
    expect((await here.changePassword('bells of the old town')).status).toBe(200);
    expect(await deviceOf(cookieOf(there), who.email)).toBe('new');
    expect(await deviceOf(cookieOf(here), who.email)).toBe('known');
    // A session of before is signed in and no more: it is not told from a stranger at its next try.
    there.http.cookies.delete(DEVICE);
    const form = await there.begin('login', '?refresh=true');
    await there.send(form, { method: 'password', identifier: who.email, password });
    expect(server.events.findLast(({ event }) => event === 'login.failed')?.['device']).toBe('new');
  });

  test('with a password that is set after a recovery', async () => {
    const who = await person('recovered');
    const [here, there] = [browser(), await signedIn(who)];
    server.pass(1);
    const answer = await here.recover(who.email);
    const id = new URL(readText(answer.json, 'redirect_browser_to')).searchParams.get('flow') ?? '';
    expect(await deviceOf(cookieOf(there), who.email)).toBe('known');
    const { json } = await here.get(`/self-service/settings/flows?id=${id}`);
    const form = { action: readText(json, 'ui.action'), csrf: String(read(json, 'ui.nodes.0.attributes.value')) };
    expect((await here.send(form, { method: 'password', password: 'bells of the old town' })).status).toBe(200);
    expect(await deviceOf(cookieOf(there), who.email)).toBe('new');
    expect(await deviceOf(cookieOf(here), who.email)).toBe('known');
  });

  test.each<[string, (id: string) => Promise<void>]>([
    [
      'sets a password',
      (id) =>
        admin('PATCH', id, [
          {
            op: 'replace',
            path: '/credentials/password/config/hashed_password',
            value: '$2a$12$6Bvsy6dS5lqpJg7WeXGVaOJEYaY.KlFvhxvHJfFGRqz0yKc6SAzAq',
          },
        ]),
    ],
    ['takes a password away', (id) => admin('DELETE', `${id}/credentials/password`)],
    ['ends the sessions', (id) => admin('DELETE', `${id}/sessions`)],
  ])('when an administrator %s', async (what, act) => {
    const who = await person(what.replaceAll(' ', '-'));
    const visitor = await signedIn(who);
    server.pass(1);
    await act(who.id);
    expect(await deviceOf(cookieOf(visitor), who.email)).toBe('new');
  });

  test('with the first proof of an account that somebody else made', async () => {
    const email = 'claimed@sallyport.test';
    const stranger = browser();
    expect((await stranger.register({ email, password })).status).toBe(200);
    server.pass(1);
    const owner = browser();
    await owner.recover(email);
    expect(await deviceOf(cookieOf(stranger), email)).toBe('new');
    expect(await deviceOf(cookieOf(owner), email)).toBe('known');
  });

  test('by nothing else that an administrator or its person changes', async () => {
    const who = await person('named');
    const visitor = await signedIn(who);
    server.pass(1);
    await admin('PATCH', who.id, [{ op: 'add', path: '/metadata_admin', value: { note: 'x' } }]);
    expect(await deviceOf(cookieOf(visitor), who.email)).toBe('known');
  });
});

test('with `limits.devices: false` no cookie is set or read, and nobody is told apart', async () => {
  const own = cookieOf(await signedIn(await person('off')));
  const off = await startEmbedded({ config: config('limits: { devices: false }\n'), files: MAIL_FILES });
  try {
    const who = await person('off', off);
    const visitor = browser(off);
    visitor.http.cookies.set(DEVICE, own ?? '');
    const { status, setCookies } = await visitor.signIn(who);
    expect([status, setCookies.some(({ name }) => name === DEVICE)]).toEqual([200, false]);
    expect(await deviceOf(own, who.email, off)).toBeUndefined();
  } finally {
    await off.stop();
  }
});

describe('a mailed link', () => {
  let linked: EmbeddedServer;
  beforeAll(async () => {
    linked = await startEmbedded({ config: config('', 'link'), files: MAIL_FILES });
  });
  afterAll(() => linked.stop());

  /** Opens the newest link to somebody, and presses a button of its page. */
  async function press(visitor: BrowserFrom, email: string, button: Readonly<Record<string, string>>): Promise<void> {
    const { pathname, search, searchParams } = new URL(await newestLink(linked, email));
    const { json } = await visitor.get(`${pathname}${search}`);
    const form = { action: readText(json, 'ui.action'), csrf: valueOf(json, 'csrf_token') };
    const hidden = Object.fromEntries(['flow', 'token'].map((name) => [name, searchParams.get(name) ?? '']));
    await visitor.send(form, { ...hidden, ...button });
  }
  const asked = async (who: Person): Promise<BrowserFrom> => {
    const visitor = browser(linked);
    await visitor.send(await visitor.begin('recovery'), { method: 'link', email: who.email });
    return visitor;
  };

  test('that recovers sets the cookie, too', async () => {
    const who = await person('linked', linked);
    const visitor = await asked(who);
    await press(visitor, who.email, { method: 'link' });
    expect((await visitor.get('/sessions/whoami')).status).toBe(200);
    expect(await deviceOf(cookieOf(visitor), who.email, linked)).toBe('known');
  });

  test('that nobody asked for ends the devices, but for the one that says so', async () => {
    const who = await person('disowned', linked);
    const [here, there] = [await signedIn(who, linked), await signedIn(who, linked)];
    await asked(who);
    linked.pass(1);
    await press(here, who.email, { method: 'link', not_me: 'true' });
    expect(await deviceOf(cookieOf(there), who.email, linked)).toBe('new');
    expect(await deviceOf(cookieOf(here), who.email, linked)).toBe('known');
  });
});
