import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, type HttpClient, read, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { begin, type Person, register, signIn } from '../support/self-service.ts';

const NAME = 'ory_kratos_session';
const HOUR = 3_600_000;
const html = 'text/html';

const CONFIG = `${BASIC_CONFIG}
session: { lifespan: 2h, earliest_possible_extend: 1h }
`;

let server: EmbeddedServer;
let count = 0;
let ada: Person;
let ben: Person;
const { open, close } = createHttpClients();
beforeAll(async () => {
  server = await startEmbedded({ config: CONFIG, files: BASIC_FILES });
});
beforeEach(async () => {
  count += 1;
  ada = { email: `ada${count}@sallyport.test`, password: 'clouds over the harbour' };
  ben = { email: `ben${count}@sallyport.test`, password: 'bells of the old town' };
  for (const person of [ada, ben]) await register(open(false), server.publicUrl, person);
});
afterAll(async () => {
  close();
  await server.stop();
});

const cookieOf = (browser: HttpClient): string => browser.cookies.get(NAME) ?? '';

/** The session cookie of a browser in which this person has just signed in. */
async function arrive(person: Person): Promise<string> {
  const browser = open();
  const answer = await signIn(browser, server.publicUrl, person, 'browser');
  expect(answer.status, answer.text).toBe(200);
  return cookieOf(browser);
}

const headerOf = (values: readonly string[]): string => values.map((value) => `${NAME}=${value}`).join('; ');
const ask = (path: string, values: readonly string[], more: Record<string, string> = {}): Promise<Answer> =>
  open(false).get(`${server.publicUrl}${path}`, {
    headers: { cookie: headerOf(values), ...more },
    accept: path.startsWith('/sessions') ? 'application/json' : html,
  });
const whoami = (...values: readonly string[]): Promise<Answer> => ask('/sessions/whoami', values);
const emailOf = ({ json }: Answer): unknown => read(json, 'identity.traits.email');
const set = (answer: Answer) => answer.setCookies.filter(({ name }) => name === NAME);
const ended = (answer: Answer): readonly string[] =>
  set(answer).flatMap(({ value, attributes }) => (value === '' ? [attributes.get('path') ?? ''] : []));

describe('a browser with several session cookies', () => {
  test('is signed in by the one whose session is active, wherever it stands', async () => {
    const browser = open();
    await signIn(browser, server.publicUrl, ada, 'browser');
    const revoked = cookieOf(browser);
    const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser`);
    await browser.get(readText(json, 'logout_url'));
    const active = await arrive(ada);
    for (const values of [
      [revoked, active],
      [active, revoked],
      ['planted', revoked, active],
    ])
      expect([(await whoami(...values)).status, values.length]).toEqual([200, values.length]);
    expect((await whoami(revoked)).status).toBe(401);
  });

  test('of one person is signed in by the newest proof, keeps it under today’s settings, and the others end', async () => {
    const older = await arrive(ada);
    server.pass(5_000);
    const newer = await arrive(ada);
    const id = readText((await whoami(newer)).json, 'id');
    for (const values of [
      [older, newer],
      [newer, older],
    ]) {
      const answer = await whoami(...values);
      expect(readText(answer.json, 'id')).toBe(id);
      expect(ended(answer)).toEqual(['/sessions', '/sessions/', '/sessions/whoami']);
      const [kept] = set(answer).filter(({ value }) => value !== '');
      expect(readText((await whoami(kept?.value ?? '')).json, 'id')).toBe(id);
    }
  });

  test('signs out of all of them', async () => {
    const [older, newer] = [await arrive(ada), await arrive(ada)];
    const { json } = await ask('/sessions/whoami', [newer]);
    expect(read(json, 'active')).toBe(true);
    const prepared = await ask('/self-service/logout/browser', [older, newer]);
    const path = readText(prepared.json, 'logout_url').slice(server.publicUrl.length);
    const answer = await ask(path, [older, newer]);
    expect(answer.status).toBe(303);
    expect(ended(answer)).toEqual(expect.arrayContaining(['/', '/self-service', '/self-service/logout']));
    expect(set(answer).filter(({ value }) => value !== '')).toEqual([]);
  });

  test('of different people is signed in by none: scripts are told so, and every one of the name ends', async () => {
    const [mine, planted] = [await arrive(ada), await arrive(ben)];
    for (const values of [
      [planted, mine],
      [mine, planted],
    ]) {
      const answer = await whoami(...values);
      expect([answer.status, read(answer.json, 'error.id')]).toEqual([401, 'session_conflict']);
      expect(readText(answer.json, 'error.reason')).toContain('Two accounts');
      expect(ended(answer)).toEqual(['/', '/sessions', '/sessions/', '/sessions/whoami']);
      expect(set(answer)).toHaveLength(4);
    }
    // A token that was given on purpose goes before any cookie.
    const token = readText((await signIn(open(false), server.publicUrl, ada)).json, 'session_token');
    expect(emailOf(await ask('/sessions/whoami', [planted, mine], { 'x-session-token': token }))).toBe(ada.email);
  });

  test.each(['/', '/ui/sessions', '/self-service/login/browser', '/self-service/settings/browser'])(
    'of different people is told so by a page at %s, once',
    async (path) => {
      const both = [await arrive(ben), await arrive(ada)];
      const answer = await ask(path, both);
      const said =
        answer.status === 303 && answer.location !== undefined
          ? (await open(false).get(`${server.publicUrl}/self-service/errors${new URL(answer.location).search}`)).text
          : answer.text;
      expect(said).toContain('Two accounts');
      expect(ended(answer)).toContain('/');
      expect(set(answer).filter(({ value }) => value !== '')).toEqual([]);
    },
  );

  test('of different people signs in again, and then nobody else can be it', async () => {
    const browser = open();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const both = headerOf([await arrive(ben), await arrive(ada)]);
    const csrf = browser.cookies.header();
    const json = { method: 'password', csrf_token: flow.csrf, identifier: ada.email, password: ada.password };
    const refused = await browser.post(flow.action, { json, headers: { cookie: `${csrf}; ${both}` } });
    expect([refused.status, read(refused.json, 'error.id')]).toEqual([401, 'session_conflict']);
    expect(browser.cookies.get(NAME)).toBeUndefined();
    const answer = await browser.post(flow.action, { json });
    expect(answer.status, answer.text).toBe(200);
    expect(emailOf(await browser.get(`${server.publicUrl}/sessions/whoami`))).toBe(ada.email);
  });

  test('more than anybody has is signed in by none', async () => {
    const own = await arrive(ada);
    const many: string[] = [];
    for (let i = 0; i < 8; i += 1) many.push(await arrive(ada));
    expect((await whoami(...many)).status).toBe(200);
    const answer = await whoami(...many, own);
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([401, 'session_conflict']);
    expect(ended(answer)).toContain('/');
  });
});

describe('a session that was extended', () => {
  test.each(['/sessions/whoami', '/sessions', '/ui/sessions', '/', '/self-service/settings/browser'])(
    'is open for its browser until its new end, which %s tells it',
    async (path) => {
      const browser = open();
      await signIn(browser, server.publicUrl, ada, 'browser');
      const before = cookieOf(browser);
      const { json } = await whoami(before);
      server.pass(1.5 * HOUR);
      const at = `${server.adminUrl}/admin/sessions/${readText(json, 'id')}/extend`;
      expect((await open(false).request('PATCH', at)).status).toBe(200);

      const [renewed] = set(await ask(path, [before])).filter(({ value }) => value !== '');
      expect(Number(renewed?.attributes.get('max-age'))).toBeGreaterThan(7_000);
      expect(set(await ask(path, [renewed?.value ?? '']))).toEqual([]);
      server.pass(HOUR);
      // The cookie of before, too: some browsers keep one without an end.
      expect([(await whoami(renewed?.value ?? '')).status, (await whoami(before)).status]).toEqual([200, 200]);
      server.pass(1.5 * HOUR);
      expect((await whoami(renewed?.value ?? '')).status).toBe(401);
    },
  );

  test('gives no cookie to who asks by token', async () => {
    const { json } = await signIn(open(false), server.publicUrl, ada);
    const headers = { 'x-session-token': readText(json, 'session_token') };
    server.pass(1.5 * HOUR);
    await open(false).request('PATCH', `${server.adminUrl}/admin/sessions/${readText(json, 'session.id')}/extend`);
    const answer = await open(false).get(`${server.publicUrl}/sessions/whoami`, { headers });
    expect([answer.status, answer.setCookies]).toEqual([200, []]);
  });
});
