import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../src/event/catalogue.ts';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { expectInCatalogue } from '../support/event-schema.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { isVerified, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, register, signIn, type Kind } from '../support/self-service.ts';

/*
 * Whoever registers an address first is not who reads its messages. What becomes of an account that nobody had proved, when
 * somebody proves it (docs/decisions/0042).
 */

const password = 'clouds over the harbour';
const JSON_TYPE = { accept: 'application/json' };

let server: EmbeddedServer;
beforeAll(async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true });
  server = await startEmbedded({ config, files: MAIL_FILES });
});
afterAll(() => server.stop());

/** Runs a scene on a server of another configuration. */
async function onServer(config: string, scene: () => Promise<void>): Promise<void> {
  const before = server;
  server = await startEmbedded({ config, files: MAIL_FILES });
  try {
    await scene();
  } finally {
    await server.stop();
    server = before;
  }
}

let people = 0;
const someone = (): string => `first-${(people += 1)}@sallyport.test`;

/** Registers the address in a browser of its own, which is signed in then. */
async function registeredBrowser(email: string): Promise<HttpClient> {
  const browser = createHttpClient();
  const { status, text } = await register(browser, server.publicUrl, { email, password }, 'browser');
  expect(status, text).toBe(200);
  return browser;
}

/** Asks for a code as a single-page app does, and sends the one that came. */
async function prove(
  http: HttpClient,
  kind: Extract<Kind, 'login' | 'recovery' | 'verification'>,
  email: string,
  more: object = {},
): Promise<Answer> {
  const flow = await begin(http, server.publicUrl, kind, 'browser');
  const named = kind === 'login' ? { identifier: email } : { email };
  await http.post(flow.action, { json: { method: 'code', ...named, csrf_token: flow.csrf } });
  const code = await newestCode(server, email);
  const carried = kind === 'login' ? named : {};
  return http.post(flow.action, { json: { method: 'code', ...carried, code, csrf_token: flow.csrf, ...more } });
}

const isSignedIn = async (http: HttpClient): Promise<boolean> =>
  (await http.get(`${server.publicUrl}/sessions/whoami`, JSON_TYPE)).status === 200;

async function takesPassword(email: string): Promise<boolean> {
  const http = createHttpClient({ cookies: false });
  const { status } = await signIn(http, server.publicUrl, { email, password });
  http.close();
  return status === 200;
}

const claims = (from: number): readonly SecurityEvent[] =>
  server.events.slice(from).filter(({ event }) => event === 'account.claimed');

/** The settings flow that an answer leads to. */
async function settingsOf(http: HttpClient, { json }: Answer): Promise<unknown> {
  const offers = readList(json, 'continue_with');
  const offer = offers.find((each) => read(each, 'action') === 'show_settings_ui');
  const to = offer === undefined ? readText(json, 'redirect_browser_to') : readText(offer, 'flow.url');
  const id = new URL(to).searchParams.get('flow') ?? '';
  return (await http.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`, JSON_TYPE)).json;
}

const voidedIn = (settings: unknown): unknown =>
  read(
    readList(settings, 'ui.messages').find((message) => read(message, 'id') === 1900003),
    'context.voided',
  );

describe('what a stranger set up gives no access after the owner’s first', () => {
  test.each(['recovery', 'login'] as const)('%s by a code, who is told and led to the settings', async (kind) => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const app = createHttpClient({ cookies: false });
    const token = readText((await signIn(app, server.publicUrl, { email, password })).json, 'session_token');
    const from = server.events.length;
    const owner = createHttpClient();
    const answer = await prove(owner, kind, email);
    expect(answer.status, answer.text).toBe(kind === 'login' ? 200 : 422);

    expect(await isSignedIn(owner)).toBe(true);
    expect(await isSignedIn(stranger)).toBe(false);
    const whoami = await app.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } });
    expect(whoami.status).toBe(401);
    expect(await takesPassword(email)).toBe(false);
    expect(await isVerified(server, email)).toBe(true);

    const settings = await settingsOf(owner, answer);
    expect(messagesOf(settings)).toEqual(kind === 'login' ? [1900003] : [1060001, 1900003]);
    expect(voidedIn(settings)).toEqual(['password', 'session']);
    const told = claims(from);
    for (const event of told) expectInCatalogue(event);
    expect(told).toEqual([
      expect.objectContaining({ voided: ['password', 'session'], identity: read(settings, 'identity.id') }),
    ]);
    expect(server.events.slice(from)).toContainEqual(
      expect.objectContaining({ event: 'session.revoked', cause: 'claimed', count: 2 }),
    );
    for (const http of [stranger, app, owner]) http.close();
  });

  test('login by a code, whose browser is sent to the settings and from there to where it wanted to go', async () => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const owner = createHttpClient();
    const back = `${server.publicUrl}/self-service/settings/browser`;
    const flow = await begin(owner, server.publicUrl, 'login', 'browser', `?return_to=${encodeURIComponent(back)}`);
    await owner.post(flow.action, { json: { method: 'code', identifier: email, csrf_token: flow.csrf } });
    const form = { method: 'code', identifier: email, code: await newestCode(server, email), csrf_token: flow.csrf };
    const { status, location } = await owner.post(flow.action, { form, accept: 'text/html' });
    expect([status, location]).toEqual([303, expect.stringMatching(/^http:\/\/127\.0\.0\.1:4455\/settings\?flow=/)]);
    const id = new URL(location ?? '').searchParams.get('flow') ?? '';
    const { json } = await owner.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`, JSON_TYPE);
    expect([voidedIn(json), read(json, 'return_to')]).toEqual([['password', 'session'], back]);
    stranger.close();
    owner.close();
  });

  test('proof alone: a second one voids nothing', async () => {
    const email = someone();
    (await registeredBrowser(email)).close();
    const owner = createHttpClient();
    const settings = await settingsOf(owner, await prove(owner, 'recovery', email));
    const mine = 'stars over the harbour';
    const csrf = readList(settings, 'ui.nodes').find((node) => read(node, 'attributes.name') === 'csrf_token');
    const saved = await owner.post(readText(settings, 'ui.action'), {
      json: { method: 'password', password: mine, csrf_token: read(csrf, 'attributes.value') },
    });
    expect(saved.status, saved.text).toBe(200);
    const from = server.events.length;
    const phone = createHttpClient();
    const again = await prove(phone, 'recovery', email);
    expect(voidedIn(await settingsOf(phone, again))).toBeUndefined();
    expect(await isSignedIn(owner)).toBe(true);
    expect((await signIn(createHttpClient(), server.publicUrl, { email, password: mine })).status).toBe(200);
    expect(claims(from)).toEqual([]);
    owner.close();
    phone.close();
  });

  test('recovery, though the stranger signs in at the same time', async () => {
    for (let round = 0; round < 6; round += 1) {
      const email = someone();
      (await registeredBrowser(email)).close();
      const owner = createHttpClient();
      const app = createHttpClient({ cookies: false });
      const flow = await begin(owner, server.publicUrl, 'recovery', 'browser');
      await owner.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
      const json = { method: 'code', code: await newestCode(server, email), csrf_token: flow.csrf };
      const [, ...strangers] = await Promise.all([
        owner.post(flow.action, { json }),
        ...[1, 2, 3].map(() => signIn(app, server.publicUrl, { email, password })),
      ]);
      expect(await isSignedIn(owner)).toBe(true);
      const tokens = strangers.map((answer) => read(answer.json, 'session_token')).filter((each) => each !== undefined);
      for (const token of tokens) {
        const headers = { 'x-session-token': String(token) };
        expect((await app.get(`${server.publicUrl}/sessions/whoami`, { headers })).status).toBe(401);
      }
      owner.close();
      app.close();
    }
  });

  test('by an administrator’s code as by a mailed one', async () => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const owner = createHttpClient();
    const found = await owner.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    const handed = await owner.post(`${server.adminUrl}/admin/recovery/code`, {
      json: { identity_id: read(found.json, '0.id') },
    });
    const id = new URL(readText(handed.json, 'recovery_link')).searchParams.get('flow') ?? '';
    const answer = await owner.post(`${server.publicUrl}/self-service/recovery?flow=${id}`, {
      json: { method: 'code', code: read(handed.json, 'recovery_code') },
    });
    expect(voidedIn(await settingsOf(owner, answer))).toEqual(['password', 'session']);
    expect([await isSignedIn(stranger), await takesPassword(email)]).toEqual([false, false]);
    stranger.close();
    owner.close();
  });
});

/** Asks for a code in a browser of its own; the form that takes it. */
async function askedIn(http: HttpClient, email: string) {
  const flow = await begin(http, server.publicUrl, 'verification', 'browser');
  await http.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
  const code = await newestCode(server, email);
  const send = (more: object = {}): Promise<Answer> =>
    http.post(flow.action, { json: { method: 'code', code, csrf_token: flow.csrf, ...more } });
  return { send, flow };
}

const namesIn = ({ json }: Answer): readonly string[] =>
  readList(json, 'ui.nodes').map((node) => String(read(node, 'attributes.name')));

describe('a verification in another browser than the one that made the account', () => {
  const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  test('says when and from which device it was made, and asks for its password', async () => {
    const email = someone();
    const laptop = createHttpClient();
    const made = await begin(laptop, server.publicUrl, 'registration', 'browser');
    const json = { method: 'password', traits: { email }, password, csrf_token: made.csrf };
    expect((await laptop.post(made.action, { json, headers: { 'user-agent': AGENT } })).status).toBe(200);
    const from = server.events.length;
    const phone = createHttpClient();
    const { send } = await askedIn(phone, email);
    const asked = await send();
    expect([asked.status, read(asked.json, 'state'), messagesOf(asked.json)]).toEqual([200, 'sent_email', [1900002]]);
    const {
      created_at: at,
      created_at_unix: unix,
      device,
    } = read(asked.json, 'ui.messages.0.context') as Record<string, unknown>; // JSON
    expect([Math.floor(Date.parse(String(at)) / 1000), device]).toEqual([unix, 'Firefox on Linux']);
    expect(namesIn(asked)).toEqual(expect.arrayContaining(['code', 'csrf_token', 'password', 'set_new', 'not_me']));
    expect(await isVerified(server, email)).toBe(false);

    const wrong = await send({ password: 'fog over the harbour' });
    expect([messagesOf(wrong.json), await isVerified(server, email)]).toEqual([[4000006, 1900002], false]);
    expect(claims(from)).toEqual([]);
    const right = await send({ password });
    expect([read(right.json, 'state'), await isVerified(server, email)]).toEqual(['passed_challenge', true]);
    expect([await isSignedIn(laptop), await takesPassword(email)]).toEqual([true, true]);
    expect(claims(from)).toEqual([expect.objectContaining({ voided: [] })]);
    laptop.close();
    phone.close();
  });

  test('keeps everything for whoever signs in there, too', async () => {
    const email = someone();
    const laptop = await registeredBrowser(email);
    const phone = createHttpClient();
    await signIn(phone, server.publicUrl, { email, password }, 'browser');
    const { send } = await askedIn(phone, email);
    expect(read((await send()).json, 'state')).toBe('passed_challenge');
    expect([await isSignedIn(laptop), await isSignedIn(phone), await takesPassword(email)]).toEqual([true, true, true]);
    laptop.close();
    phone.close();
  });

  test('voids everything for whoever sets a new one, and leads to where one is set', async () => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const from = server.events.length;
    const owner = createHttpClient();
    const { send } = await askedIn(owner, email);
    await send();
    const passed = await send({ set_new: true });
    expect([read(passed.json, 'state'), messagesOf(passed.json)]).toEqual(['passed_challenge', [1080002, 1900003]]);
    expect(voidedIn(passed.json)).toEqual(['password', 'session']);
    expect([await isSignedIn(stranger), await takesPassword(email), await isVerified(server, email)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(claims(from)).toEqual([expect.objectContaining({ voided: ['password', 'session'] })]);
    stranger.close();
    owner.close();
  });

  test('leads a browser that sets a new one to the recovery', async () => {
    const email = someone();
    (await registeredBrowser(email)).close();
    const owner = createHttpClient();
    const flow = await begin(owner, server.publicUrl, 'verification', 'browser');
    await owner.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
    const form = { code: await newestCode(server, email), csrf_token: flow.csrf, set_new: 'true' };
    const answer = await owner.post(flow.action, { form, accept: 'text/html' });
    expect([answer.status, answer.location]).toEqual([303, `${server.publicUrl}/self-service/recovery/browser`]);
    owner.close();
  });

  test('tries the password as a sign-in does: strangers have ten', async () => {
    const email = someone();
    (await registeredBrowser(email)).close();
    const phone = createHttpClient();
    const answers: Answer[] = [];
    for (let flow = 0; flow < 3; flow += 1) {
      server.pass(31_000);
      const { send } = await askedIn(phone, email);
      for (let n = 0; n < 4; n += 1) answers.push(await send({ password: `fog ${flow} ${n} over the harbour` }));
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(await takesPassword(email)).toBe(false); // its network waits
    phone.close();
  });

  test('asks nothing where there is nothing to keep: an account that signs in by codes alone', async () => {
    const email = someone();
    const { store } = server;
    const stranger = await registeredBrowser(email);
    const found = await stranger.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    const id = readText(found.json, '0.id');
    await stranger.request('DELETE', `${server.adminUrl}/admin/identities/${id}/credentials/password`);
    await stranger.request('DELETE', `${server.adminUrl}/admin/identities/${id}/sessions`);
    expect(await store.identities.find(id as Parameters<typeof store.identities.find>[0])).toBeDefined();
    const { send } = await askedIn(createHttpClient(), email);
    expect(read((await send()).json, 'state')).toBe('passed_challenge');
    stranger.close();
  });
});

describe('whoever got a code and had not asked for it', () => {
  test('ends the flow, and deletes an account that nobody has proved', async () => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const from = server.events.length;
    const owner = createHttpClient();
    const { send, flow } = await askedIn(owner, email);
    const over = await send({ not_me: true });
    expect([over.status, read(over.json, 'flow'), messagesOf(over.json)]).toEqual([200, flow.id, [1900010]]);
    expect(await isSignedIn(stranger)).toBe(false);
    const { json } = await owner.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    expect(json).toEqual([]);
    expect((await send()).status).toBeGreaterThanOrEqual(400);
    expect(server.events.slice(from)).toContainEqual(
      expect.objectContaining({ event: 'verification.failed', reason: 'not_me' }),
    );
    expect((await register(owner, server.publicUrl, { email, password }, 'browser')).status).toBe(200);
    stranger.close();
    owner.close();
  });

  test('takes nothing from an account that is proved, and a wrong code ends nothing', async () => {
    const email = someone();
    await createPerson(server.adminUrl, { email, password });
    const http = createHttpClient();
    const { send } = await askedIn(http, email);
    expect(messagesOf((await send({ not_me: true, code: '000000' })).json)).toEqual([4070006]);
    expect(messagesOf((await send({ not_me: true })).json)).toEqual([1900010]);
    expect(await takesPassword(email)).toBe(true);
    const again = await send();
    expect([again.status, read(again.json, 'state')]).not.toEqual([200, 'passed_challenge']);
    expect(await isVerified(server, email)).toBe(false);
    http.close();
  });
});

describe('nothing is void', () => {
  test('for an app that verifies the flow it was given with its registration', async () => {
    await onServer(
      mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { registrationHooks: '[{ hook: show_verification_ui }]' }),
      async () => {
        const email = someone();
        const app = createHttpClient({ cookies: false });
        const { json } = await register(app, server.publicUrl, { email, password });
        const offer = readList(json, 'continue_with').find((each) => read(each, 'action') === 'show_verification_ui');
        const action = `${server.publicUrl}/self-service/verification?flow=${readText(offer, 'flow.id')}`;
        const code = await newestCode(server, email);
        const passed = await app.post(action, { json: { method: 'code', code } });
        expect([read(passed.json, 'state'), await takesPassword(email)]).toEqual(['passed_challenge', true]);
        // Another app that asks for a code of its own has made nothing.
        const other = someone();
        await register(app, server.publicUrl, { email: other, password });
        const flow = await begin(app, server.publicUrl, 'verification', 'api');
        await app.post(flow.action, { json: { method: 'code', email: other } });
        const asked = await app.post(flow.action, { json: { method: 'code', code: await newestCode(server, other) } });
        expect(messagesOf(asked.json)).toEqual([1900002]);
        app.close();
      },
    );
  });

  test('for a browser whose sign-in led to the verification: its person has shown the password', async () => {
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, {
      registrationHooks: '[]',
      login: 'after: { password: { hooks: [{ hook: require_verified_address }] } }',
    }); // prettier-ignore
    await onServer(config, async () => {
      const email = someone();
      (await registeredBrowser(email)).close();
      const phone = createHttpClient();
      const led = await signIn(phone, server.publicUrl, { email, password }, 'browser');
      const id = readText(led.json, 'error.details.continue_with.0.flow.id');
      const flow = await phone.get(`${server.publicUrl}/self-service/verification/flows?id=${id}`);
      const csrf = readList(flow.json, 'ui.nodes').find((node) => read(node, 'attributes.name') === 'csrf_token');
      const json = {
        method: 'code',
        code: await newestCode(server, email),
        csrf_token: read(csrf, 'attributes.value'),
      };
      const passed = await phone.post(readText(flow.json, 'ui.action'), { json });
      expect([read(passed.json, 'state'), await takesPassword(email)]).toEqual(['passed_challenge', true]);
      phone.close();
    });
  });

  test('for the browser that registered, in the verification that the server began and in one of its own', async () => {
    await onServer(
      mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { registrationHooks: '[{ hook: show_verification_ui }]' }),
      async () => {
        const email = someone();
        const browser = await registeredBrowser(email);
        const { send } = await askedIn(browser, email);
        expect([read((await send()).json, 'state'), await takesPassword(email)]).toEqual(['passed_challenge', true]);
        browser.close();
      },
    );
  });

  test('for a recovery in the browser that made the account', async () => {
    await onServer(mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { registrationHooks: '[]' }), async () => {
      const email = someone();
      const browser = await registeredBrowser(email);
      const from = server.events.length;
      const answer = await prove(browser, 'recovery', email);
      expect(voidedIn(await settingsOf(browser, answer))).toBeUndefined();
      expect(await takesPassword(email)).toBe(true);
      expect(claims(from)).toEqual([expect.objectContaining({ voided: [] })]);
      browser.close();
    });
  });

  test.each(['recovery', 'login'] as const)('of people whom an administrator brought, by a %s', async (kind) => {
    const email = someone();
    await createPerson(server.adminUrl, { email, password });
    const elsewhere = createHttpClient();
    await signIn(elsewhere, server.publicUrl, { email, password }, 'browser');
    const from = server.events.length;
    const phone = createHttpClient();
    await prove(phone, kind, email);
    expect(await isSignedIn(phone)).toBe(true);
    expect([await isSignedIn(elsewhere), await takesPassword(email), claims(from)]).toEqual([true, true, []]);
    elsewhere.close();
    phone.close();
  });

  test('of an account whose address an administrator confirmed', async () => {
    const email = someone();
    const browser = await registeredBrowser(email);
    const { json } = await browser.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    const patch = [{ op: 'replace', path: '/verifiable_addresses/0/verified', value: true }];
    const confirmed = await browser.request('PATCH', `${server.adminUrl}/admin/identities/${readText(json, '0.id')}`, {
      json: patch,
    });
    expect(confirmed.status, confirmed.text).toBe(200);
    const phone = createHttpClient();
    await prove(phone, 'recovery', email);
    expect([await isSignedIn(browser), await takesPassword(email)]).toEqual([true, true]);
    browser.close();
    phone.close();
  });
});

describe('a second factor', () => {
  test.each(['recovery', 'login'] as const)('outlives every message: a %s by it opens no session', async (kind) => {
    const email = someone();
    const stranger = await registeredBrowser(email);
    const found = await stranger.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    const { store } = server;
    const id = readText(found.json, '0.id') as Parameters<typeof store.identities.find>[0];
    const identity = await store.identities.find(id);
    if (identity === undefined) throw new Error('the person is gone');
    const now = Date.now();
    const totp = {
      type: 'totp',
      identifiers: [],
      config: { totp_url: 'otpauth://totp/sallyport:first?secret=JBSWY3DPEHPK3PXP' },
      version: 0,
      createdAt: now,
      updatedAt: now,
    };
    await store.transaction((unit) => unit.identities.update(identity, { credentials: [totp] }));
    const owner = createHttpClient();
    const answer = await prove(owner, kind, email);
    expect([answer.status, read(answer.json, 'error.details.messages.0.id')]).toEqual([403, 4900002]);
    expect(await isSignedIn(owner)).toBe(false);
    expect((await store.identities.credentials(id)).map(({ type }) => type)).toContain('totp');
    expect(await isVerified(server, email)).toBe(false);
    stranger.close();
    owner.close();
  });
});
