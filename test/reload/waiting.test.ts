import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, read, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { mailConfig, MAIL_FILES } from '../support/mail-config.ts';
import { pressLink } from '../support/mailed-link.ts';
import { newestCode, newestLink } from '../support/mailbox.ts';
import { type ReloadingServer, startReloading } from '../support/reloading.ts';
import { type Begun, begin, messagesOf, register, signIn, valueOf } from '../support/self-service.ts';
import { runCommand } from '../support/server.ts';

/* Flows that wait for a person while the configuration is replaced. */

const HOOK = (name: string, verdict: string): string => `import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: '${name}',
  at: { 'registration.after': 'prepare', 'login.after': 'prepare' },
  timeoutMs: 1_000,
  run: { prepare: (_facts, _config, reach) => (${verdict}) },
});
`;
/** Agrees when it is shown the form that the flow was begun with. */
const LOOKS = `reach.flow().state === 'choose_method' && reach.flow().ui.nodes.length > 0 ? { kind: 'continue' } : {}`;
const REFUSES = `{ kind: 'fail', messages: [{ id: 4000001, type: 'error', text: 'refused', context: {} }] }`;

let person = { email: '', password: 'clouds over the harbour' };
let traits = { email: '' };
let people = 0;
/** Nobody listens there: what is mailed stays in the outbox. */
const NOWHERE = { uri: 'smtp://127.0.0.1:1/?disable_starttls=true' };

let server: ReloadingServer;
let app: HttpClient;
let browser: HttpClient;
/** The configuration that every test begins with. */
let first = '';
beforeAll(async () => {
  server = await startReloading({
    config: mailConfig(NOWHERE, { passwordless: true, registrationHooks: '[{ hook: session }]' }),
    files: {
      ...MAIL_FILES,
      'plugins/refuses.ts': HOOK('refuses', REFUSES),
      'plugins/nothing.ts': HOOK('nothing', `{ kind: 'continue' }`),
      'plugins/looks.ts': HOOK('looks', LOOKS),
    },
    args: ['serve', '--dev'],
  });
  first = readFileSync(join(server.folder, 'config.yml'), 'utf8');
});
afterAll(() => server.stop());
beforeEach(() => {
  person = { ...person, email: `ada${(people += 1)}@sallyport.test` };
  traits = { email: person.email };
  app = createHttpClient({ cookies: false });
  browser = createHttpClient();
});
afterEach(async () => {
  app.close();
  browser.close();
  server.edit('config.yml', () => first);
  await server.accept();
});

/** Replaces text in the configuration, which must hold it, and reloads. */
async function change(...pairs: readonly (readonly [was: string | RegExp, is: string])[]): Promise<void> {
  server.edit('config.yml', (text) =>
    pairs.reduce((so, [was, is]) => {
      const next = so.replace(was, is);
      expect(next, String(was)).not.toBe(so);
      return next;
    }, text),
  );
  await server.accept();
}

/** The hooks after a registration by password, in the file that the test support writes. */
const HOOKS = /(registration:[\s\S]*?password:\s+hooks:\n)( +)- hook: session/;
const before = (hook: string): string => `$1$2- hook: ${hook}\n$2- hook: session`;

const send = (client: HttpClient, { action, csrf }: Begun, json: object): Promise<Answer> =>
  client.post(action, { json: { ...json, ...(csrf !== '' && { csrf_token: csrf }) } });
const registers = (flow: Begun, client = app): Promise<Answer> =>
  send(client, flow, { method: 'password', traits, password: person.password });
const open = (kind: Parameters<typeof begin>[2], query = ''): Promise<Begun> =>
  begin(app, server.publicUrl, kind, 'api', query);

describe('a flow that waits goes on as it was begun', () => {
  test('a hook that was added concerns only flows that begin later', async () => {
    const waiting = await open('registration');
    await change([HOOKS, before('refuses')]);
    expect((await registers(await open('registration'))).status).toBe(400);
    expect((await registers(waiting)).status).toBe(200);
  });

  test('a hook that was removed is passed by, and its journal says so', async () => {
    await change([HOOKS, before('refuses')]);
    const waiting = await open('registration');
    expect((await registers(waiting)).status).toBe(400);
    await change([/- hook: refuses\n\s+- hook: session/, '- hook: session']);
    expect((await registers(waiting)).status).toBe(200);
    const file = join(server.folder, 'config.yml');
    const { output } = await runCommand(['why', waiting.id, '-c', file]);
    expect(output).toContain('skipped: removed');
  });

  test('a hook that has another name now is passed by; the new one runs in flows that begin later', async () => {
    await change([HOOKS, before('nothing')]);
    const waiting = await open('registration');
    await change(['- hook: nothing', '- hook: refuses']);
    expect((await registers(await open('registration'))).status).toBe(400);
    expect((await registers(waiting)).status).toBe(200);
  });

  test('a registration on one page, where registrations have two by now', async () => {
    const waiting = await open('registration');
    await change(['style: unified', 'style: profile_first']);
    const later = await open('registration');
    expect([valueOf(later.json, 'method'), valueOf(waiting.json, 'method')]).toEqual(['profile', expect.any(String)]);
    expect((await registers(waiting)).status).toBe(200);
  });

  test('a registration in two steps, on either of them, where registrations have one by now', async () => {
    await change(['style: unified', 'style: profile_first']);
    const first = await open('registration');
    const second = await open('registration');
    expect((await send(app, second, { method: 'profile', traits })).status).toBe(400);
    await change(['style: profile_first', 'style: unified']);
    const shown = await app.get(`${server.publicUrl}/self-service/registration/flows?id=${first.id}`);
    expect([shown.status, valueOf(shown.json, 'method')]).toEqual([200, 'profile']);
    const answer = await send(app, first, { method: 'profile', traits: { email: `other-${person.email}` } });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [1040009]]);
    for (const [flow, email] of [
      [first, `other-${person.email}`],
      [second, person.email],
    ] as const) {
      const sent = await send(app, flow, { method: 'password', traits: { email }, password: person.password });
      expect(sent.status, sent.text).toBe(200);
    }
  });

  test('a sign-in that asks for the identifier first, on either page, where all is asked at once by now', async () => {
    await register(app, server.publicUrl, person);
    await change(['login:\n', 'login:\n      style: identifier_first\n']);
    const first = await open('login');
    const second = await open('login');
    expect((await send(app, second, { method: 'identifier_first', identifier: person.email })).status).toBe(400);
    await change([/\n +style: identifier_first/, '']);
    const answer = await send(app, first, { method: 'identifier_first', identifier: person.email });
    expect([answer.status, answer.text.includes('"name":"password"')]).toEqual([400, true]);
    for (const flow of [first, second]) {
      const json = { method: 'password', identifier: person.email, password: person.password };
      const sent = await send(app, flow, json);
      expect(sent.status, sent.text).toBe(200);
    }
  });

  test('a registration by code in two steps keeps its way back, and one in one step gets none', async () => {
    const one = await open('registration');
    expect((await send(app, one, { method: 'code', traits })).status).toBe(400);
    await change(['style: unified', 'style: profile_first']);
    const two = await open('registration');
    const other = { email: `two-${person.email}` };
    await send(app, two, { method: 'profile', traits: other });
    expect((await send(app, two, { method: 'code', traits: other })).status).toBe(400);
    const backOf = async ({ id }: Begun): Promise<boolean> =>
      (await app.get(`${server.publicUrl}/self-service/registration/flows?id=${id}`)).text.includes('"name":"screen"');
    expect([await backOf(one), await backOf(two)]).toEqual([false, true]);
    await change(['style: profile_first', 'style: unified']);
    expect([await backOf(one), await backOf(two)]).toEqual([false, true]);
  });

  test('a method that was switched on is offered in flows that begin later, and refused on the form of one that waits', async () => {
    await register(app, server.publicUrl, person);
    await change(['passwordless_enabled: true', 'passwordless_enabled: false']);
    const waiting = await open('login');
    await change(['passwordless_enabled: false', 'passwordless_enabled: true']);
    const offers = async ({ id }: Begun): Promise<boolean> =>
      (await app.get(`${server.publicUrl}/self-service/login/flows?id=${id}`)).text.includes('"value":"code"');
    expect([await offers(waiting), await offers(await open('login'))]).toEqual([false, true]);
    const refused = await send(app, waiting, { method: 'code', identifier: person.email });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010002]]);
    const json = { method: 'password', identifier: person.email, password: person.password };
    expect((await send(app, waiting, json)).status).toBe(200);
  });

  test('a hook sees the form as the flow was begun', async () => {
    await change([HOOKS, before('looks')]);
    const waiting = await open('registration');
    await change(['style: unified', 'style: profile_first']);
    expect((await registers(waiting)).status).toBe(200);
  });

  test('a verification by code, where links are mailed by now, and the reverse', async () => {
    // Two people: the first proof of an account ends what else was mailed to it.
    const other = { ...person, email: `other-${person.email}` };
    await register(app, server.publicUrl, person);
    await register(app, server.publicUrl, other);
    const byCode = await open('verification');
    await send(app, byCode, { method: 'code', email: person.email });
    const code = await newestCode(server, person.email);
    await change([/(verification:[\s\S]*?use: )code/, '$1link']);
    const byLink = await open('verification');
    await send(app, byLink, { method: 'link', email: other.email });
    const passed = await send(app, byCode, { method: 'code', code, password: person.password });
    expect([passed.status, read(passed.json, 'state')]).toEqual([200, 'passed_challenge']);
    const link = await newestLink(server, other.email);
    await change([/(verification:[\s\S]*?use: )link/, '$1code']);
    const followed = await pressLink(browser, link, { method: 'link', password: other.password });
    const shown = await browser.get(`${server.publicUrl}/self-service/verification/flows?id=${byLink.id}`);
    expect([followed.status, read(shown.json, 'state')]).toEqual([303, 'passed_challenge']);
  });

  test('a sign-in by code that waits for its code', async () => {
    await register(app, server.publicUrl, person);
    const waiting = await open('login');
    await send(app, waiting, { method: 'code', identifier: person.email });
    const code = await newestCode(server, person.email);
    await change(['login:\n', 'login:\n      style: identifier_first\n']);
    const passed = await send(app, waiting, { method: 'code', identifier: person.email, code });
    expect(passed.status, passed.text).toBe(200);
  });
});

describe('off is off at once', () => {
  test('a registration that waits when registration is closed is refused at GET and at POST', async () => {
    const waiting = await open('registration');
    await change([/(registration:\n)/, '$1      enabled: false\n']);
    const shown = await app.get(`${server.publicUrl}/self-service/registration/flows?id=${waiting.id}`);
    for (const { status, json } of [shown, await registers(waiting)])
      expect([status, read(json, 'error.id')]).toEqual([400, 'self_service_flow_disabled']);
    expect((await signIn(app, server.publicUrl, person)).status).toBe(400);
  });

  test('a mailed link of a recovery that is switched off signs nobody in', async () => {
    await register(app, server.publicUrl, person);
    await change([/(recovery:[\s\S]*?use: )code/, '$1link']);
    const flow = await open('recovery');
    await send(app, flow, { method: 'link', email: person.email });
    const link = await newestLink(server, person.email);
    await change([/(recovery:[\s\S]*?enabled: )true/, '$1false']);
    const followed = await browser.get(link, { accept: 'text/html' });
    expect([followed.status, followed.location]).toEqual([303, expect.stringContaining('/error?id=')]);
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
  });

  test('a method that is switched off is not on the form any more, and what is sent for it is 404', async () => {
    await register(app, server.publicUrl, person);
    const waiting = await open('login');
    await change([/(password:\n\s+)config:/, '$1enabled: false\n      config:']);
    const shown = await app.get(`${server.publicUrl}/self-service/login/flows?id=${waiting.id}`);
    expect([shown.status, shown.text.includes('"name":"password"')]).toEqual([200, false]);
    const sent = await send(app, waiting, { method: 'password', identifier: person.email, password: person.password });
    expect(sent.status).toBe(404);
  });

  test('a hook that requires a verified address, added while a login waits, lets nobody pass', async () => {
    await register(app, server.publicUrl, person);
    const waiting = await open('login');
    await change([
      'login:\n',
      'login:\n      after: { password: { hooks: [ { hook: require_verified_address } ] } }\n',
    ]);
    const sent = await send(app, waiting, { method: 'password', identifier: person.email, password: person.password });
    expect([sent.status, read(sent.json, 'session_token')]).toEqual([403, undefined]);
  });
});

describe('what cannot go on is replaced', () => {
  test('a client whose method is off is told the id of a flow that keeps what was typed', async () => {
    const waiting = await open('registration');
    expect((await send(app, waiting, { method: 'code', traits })).status).toBe(400);
    await change(['passwordless_enabled: true', 'passwordless_enabled: false']);
    const shown = await app.get(`${server.publicUrl}/self-service/registration/flows?id=${waiting.id}`);
    const sent = await send(app, waiting, { method: 'code', traits, code: '123456' });
    for (const { status, json } of [shown, sent]) {
      expect([status, read(json, 'error.id')]).toEqual([410, 'self_service_flow_replaced']);
      const id = readText(json, 'use_flow_id');
      const next = await app.get(`${server.publicUrl}/self-service/registration/flows?id=${id}`);
      expect([messagesOf(next.json), valueOf(next.json, 'traits.email')]).toEqual([[1900007], person.email]);
    }
  });

  test('a browser is led to a flow with the same return_to', async () => {
    await change(['selfservice:\n', 'selfservice:\n  allowed_return_urls: [ https://app.test/ ]\n']);
    const waiting = await begin(browser, server.publicUrl, 'registration', 'browser', '?return_to=https://app.test/in');
    await send(browser, waiting, { method: 'code', traits });
    await change(['passwordless_enabled: true', 'passwordless_enabled: false']);
    const form = { method: 'code', 'traits.email': person.email, code: '123456', csrf_token: waiting.csrf };
    const sent = await browser.post(waiting.action, { form, accept: 'text/html' });
    expect([sent.status, sent.location]).toEqual([303, expect.stringMatching(/4455\/registration\?flow=/)]);
    const id = new URL(String(sent.location)).searchParams.get('flow');
    const next = await browser.get(`${server.publicUrl}/self-service/registration/flows?id=${id}`);
    expect([messagesOf(next.json), read(next.json, 'return_to')]).toEqual([[1900007], 'https://app.test/in']);
    expect((await registers({ ...waiting, action: readText(next.json, 'ui.action') }, browser)).status).toBe(200);
  });
});

describe('what a promise says of a reload', () => {
  test('an address that left the list between the beginning of a flow and its end is not returned to', async () => {
    const list = '\n  allowed_return_urls: [ https://app.test/ ]\n';
    await change(['selfservice:\n', `selfservice:${list}`]);
    await register(app, server.publicUrl, person);
    const login = async (): Promise<Begun> =>
      begin(browser, server.publicUrl, 'login', 'browser', '?return_to=https://app.test/in');
    const waiting = await login();
    await change([/\n\s+allowed_return_urls:[^\n]*\n/, '\n']);
    const form = { method: 'password', identifier: person.email, password: person.password, csrf_token: waiting.csrf };
    const sent = await browser.post(waiting.action, { form, accept: 'text/html' });
    expect([sent.status, sent.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    await expect(login()).rejects.toThrow(/400/);
  });

  test('enumeration protection is on from the next request', async () => {
    await register(app, server.publicUrl, person);
    await change(['selfservice:\n', 'security: { account_enumeration: { mitigate: false } }\nselfservice:\n']);
    const taken = async (): Promise<readonly number[]> => {
      const { json } = await registers(await open('registration'));
      return messagesOf(json);
    };
    expect(await taken()).toEqual([4000007]);
    await change(
      ['mitigate: false', 'mitigate: true'],
      [/(registration:[\s\S]*?password:\s+hooks:)\n\s+- hook: session/, '$1 []'],
    );
    expect(await taken()).toEqual([]);
  });
});
