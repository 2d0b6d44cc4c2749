import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig, onOwnPages } from '../support/mail-config.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';

const MINUTE = 60_000;
const password = 'clouds over the harbour';
const BASE = mailConfig({ uri: 'smtp://127.0.0.1:1/' });
const SIXTEEN = Array.from({ length: 16 }, (_, n) => n);

let people = 0;
const http: HttpClient = createHttpClient({ cookies: false });
afterAll(() => http.close());

/** A server with these settings of `session`, and somebody on it. */
function stage(session: string, config = BASE) {
  const own: { server?: EmbeddedServer } = {};
  /** The times that were written down: a transaction that is undone and run again writes the same one. */
  const written = new Set<unknown>();
  beforeAll(async () => {
    own.server = await startEmbedded({
      config: `${config}session: ${session}\n`,
      files: MAIL_FILES,
      watch: ({ statement }) => {
        if (/^update .sessions. set .last_seen. =/.test(statement?.text ?? '')) written.add(statement?.values[0]);
      },
    });
  });
  afterAll(async () => own.server?.stop());
  const server = (): EmbeddedServer => {
    if (own.server === undefined) throw new Error('the server is not there');
    return own.server;
  };
  const someone = async (): Promise<string> => {
    const email = `ends-${(people += 1)}@sallyport.test`;
    await createPerson(server().adminUrl, { email, password });
    return email;
  };
  const enter = (email: string, client = http): Promise<Answer> =>
    signIn(client, server().publicUrl, { email, password });
  const token = async (email: string): Promise<string> => readText((await enter(email)).json, 'session_token');
  const statusOf = async (session_token: string): Promise<number> =>
    (await http.get(`${server().publicUrl}/sessions/whoami`, { headers: { 'x-session-token': session_token } })).status;
  const active = async (email: string, only = true): Promise<readonly unknown[]> => {
    const found = await http.get(`${server().adminUrl}/admin/identities?credentials_identifier=${email}`);
    const of = `${server().adminUrl}/admin/identities/${readText(found.json, '0.id')}/sessions?page_size=100`;
    const { json } = await http.get(`${of}${only ? '&active=true' : ''}`);
    return readList({ json }, 'json');
  };
  return { server, someone, enter, token, statusOf, active, writes: () => written.size };
}

describe('session.max_per_identity: 3', () => {
  const { server, someone, token, statusOf, active } = stage('{ max_per_identity: 3 }');

  test('one sign-in more ends the oldest, and says so', async () => {
    const other = await someone();
    const theirs = await token(other);
    const email = await someone();
    const tokens = [];
    for (const pass of [1, 2, 3, 4, 5]) {
      server().pass(pass);
      tokens.push(await token(email));
    }
    const from = server().events.filter(({ event }) => event === 'session.revoked');
    expect(await Promise.all(tokens.map(statusOf))).toEqual([401, 401, 200, 200, 200]);
    expect(from).toMatchObject([
      { cause: 'limit', count: 1 },
      { cause: 'limit', count: 1 },
    ]);
    expect(await statusOf(theirs)).toBe(200);
  });

  test('sixteen sign-ins at once leave exactly three', async () => {
    const email = await someone();
    const answers = await Promise.all(SIXTEEN.map(() => token(email).catch(() => '')));
    const entered = answers.filter((each) => each !== '');
    expect(entered.length).toBeGreaterThanOrEqual(10);
    expect(await active(email)).toHaveLength(3);
    expect((await Promise.all(entered.map(statusOf))).filter((status) => status === 200)).toHaveLength(3);
  });
});

describe('session.when_full: refuse', () => {
  const { server, someone, enter, token, statusOf, active } = stage('{ max_per_identity: 2, when_full: refuse }');

  test('the next sign-in is refused on the form, until one has ended', async () => {
    const email = await someone();
    const [first] = [await token(email), await token(email)];
    const refused = await enter(email);
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4900004]]);
    expect(server().events.at(-1)).toMatchObject({ event: 'login.failed', reason: 'sessions_full' });
    expect(await active(email)).toHaveLength(2);
    expect(await statusOf(first ?? '')).toBe(200);
    const signedOut = await http.request('DELETE', `${server().publicUrl}/self-service/logout/api`, {
      json: { session_token: first },
    });
    expect(signedOut.status).toBe(204);
    expect((await enter(email)).status).toBe(200);
  });

  test('whoever signs in again where they are signed in takes the place of that session', async () => {
    const email = await someone();
    await token(email);
    const browser = createHttpClient();
    const enterHere = async () => {
      const flow = await begin(browser, server().publicUrl, 'login', 'browser', '?refresh=true');
      const json = { method: 'password', identifier: email, password, csrf_token: flow.csrf };
      return (await browser.post(flow.action, { json })).status;
    };
    expect([await enterHere(), await enterHere(), await enterHere()]).toEqual([200, 200, 200]);
    expect(await active(email)).toHaveLength(2);
    browser.close();
  });

  test('sixteen sign-ins at once leave exactly two, and the others were refused', async () => {
    const email = await someone();
    const answers = await Promise.all(SIXTEEN.map(() => enter(email)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(await active(email)).toHaveLength(2);
  });

  test('a recovery is the way back of the owner: it ends the oldest', async () => {
    const email = await someone();
    const first = await token(email);
    server().pass(10);
    const second = await token(email);
    server().pass(10);
    const browser = createHttpClient();
    const flow = await begin(browser, server().publicUrl, 'recovery', 'browser');
    await browser.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
    const code = await newestCode(server(), email);
    await browser.post(flow.action, { form: { method: 'code', code, csrf_token: flow.csrf }, accept: 'text/html' });
    expect((await browser.get(`${server().publicUrl}/sessions/whoami`)).status).toBe(200);
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
    browser.close();
  });
});

describe('session.when_full: refuse, where a list of hooks issues the session', () => {
  const jobs = BASE.replace('  flows:\n', '  login: { after: { password: [{ job: session }] } }\n  flows:\n');
  const { someone, enter, token, active } = stage('{ max_per_identity: 1, when_full: refuse }', jobs);

  test('the next sign-in is refused on the form as well', async () => {
    const email = await someone();
    await token(email);
    const refused = await enter(email);
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4900004]]);
    expect(await active(email)).toHaveLength(1);
  });
});

describe('session.inactivity: 30m', () => {
  const { server, someone, token, statusOf, active, writes } = stage('{ inactivity: 30m, lifespan: 24h }');

  test('a session that is unused for so long has ended, everywhere', async () => {
    const email = await someone();
    const unused = await token(email);
    server().pass(29 * MINUTE);
    const used = await token(email);
    expect(await active(email)).toHaveLength(2);
    server().pass(MINUTE);
    expect([await statusOf(unused), await statusOf(used)]).toEqual([401, 200]);
    expect(await active(email)).toHaveLength(1);
    expect((await active(email, false)).map((each) => read(each, 'active'))).toEqual([true, false]);
    const headers = { 'x-session-token': used };
    const others = await http.get(`${server().publicUrl}/sessions`, { headers });
    expect(others.json).toEqual([]);
  });

  test('one that is used lasts, and a request costs no write', async () => {
    const session = await token(await someone());
    const before = writes();
    for (let n = 0; n < 60; n += 1) {
      server().pass(MINUTE);
      expect(await statusOf(session)).toBe(200);
    }
    expect(writes() - before).toBe(12);
    const again = writes();
    server().pass(6 * MINUTE);
    await Promise.all(SIXTEEN.map(() => statusOf(session)));
    expect(await statusOf(session)).toBe(200);
    server().pass(MINUTE);
    const settled = writes();
    expect(settled - again).toBeGreaterThan(0);
    expect(await statusOf(session)).toBe(200);
    expect(writes()).toBe(settled);
  });
});

describe('without these settings', () => {
  const { server, someone, token, statusOf, active, writes } = stage('{ lifespan: 72h }');

  test('a session lasts unused, in any number, and no use is written down', async () => {
    const email = await someone();
    const first = await token(email);
    for (let n = 0; n < 5; n += 1) await token(email);
    server().pass(48 * 60 * MINUTE);
    expect(await statusOf(first)).toBe(200);
    expect(await active(email)).toHaveLength(6);
    expect(writes()).toBe(0);
  });
});

test('the page of sessions says when each was used last', async () => {
  const server = await startEmbedded({
    config: `${onOwnPages(BASE)}session: { inactivity: 2h }\n`,
    files: MAIL_FILES,
  });
  const email = 'page@sallyport.test';
  await createPerson(server.adminUrl, { email, password });
  const browsers = [createHttpClient(), createHttpClient()] as const;
  for (const browser of browsers) {
    const answer = await signIn(browser, server.publicUrl, { email, password }, 'browser');
    expect(answer.status).toBe(200);
  }
  const page = async () => (await browsers[0].get(`${server.publicUrl}/ui/sessions`, { accept: 'text/html' })).text;
  expect(await page()).not.toContain('last used');
  server.pass(30 * MINUTE);
  await browsers[1].get(`${server.publicUrl}/sessions/whoami`);
  const shown = await page();
  expect(shown.match(/last used <time/g)).toHaveLength(1);
  for (const browser of browsers) browser.close();
  await server.stop();
});
