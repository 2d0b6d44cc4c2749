import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AT_ONCE_CONFIG, AT_ONCE_FILES, EIGHT, mailsTo, together } from '../support/at-once.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import { begin, messagesOf, register, signIn, valueOf } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

const upwards = (one: number, other: number): number => one - other;

describe.each(SERVER_ENGINES)('settings at the same time, on $name', ({ start }) => {
  let server: TestServer;
  let http: HttpClient;
  let count = 0;
  beforeAll(async () => {
    server = await start({ config: AT_ONCE_CONFIG, files: AT_ONCE_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  /** Somebody new, and how they ask. */
  async function arrive() {
    const person = { email: `both${(count += 1)}@sallyport.test`, password: 'clouds over the harbour' };
    const { json } = await register(http, server.publicUrl, person);
    const headers = { 'x-session-token': readText(json, 'session_token') };
    const open = async (): Promise<string> =>
      readText((await http.get(`${server.publicUrl}/self-service/settings/api`, { headers })).json, 'ui.action');
    const post = (action: string, body: object, count = 8): Promise<Answer> =>
      http.post(action, { headers: { ...headers, ...together(count) }, json: body });
    const traits = async () =>
      read((await http.get(`${server.publicUrl}/sessions/whoami`, { headers })).json, 'identity.traits');
    return { person, open, post, traits };
  }

  test('Of eight profiles sent with one form one is saved, and the others are told that theirs was not.', async () => {
    const { person, open, post, traits } = await arrive();
    const action = await open();
    const profile = (n: number) => ({ method: 'profile', traits: { email: person.email, name: `Name ${n}` } });
    const answers = await Promise.all(EIGHT.map((n) => post(action, profile(n))));
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status !== 200);
    expect([won.length, lost.length]).toEqual([1, 7]);
    const name = valueOf(won[0]?.json, 'traits.name');
    expect(await traits()).toEqual({ email: person.email, name });
    for (const { status, json } of lost) {
      expect([status, messagesOf(json), valueOf(json, 'traits.name')]).toEqual([400, [4000001], name]);
    }
    expect(await mailsTo(server.adminUrl, person.email, 'settings.after')).toBe(1);
  });

  test('Of eight passwords sent with one form one is the password.', async () => {
    const { person, open, post } = await arrive();
    const action = await open();
    const words = EIGHT.map((n) => `bells of the old town ${n}`);
    const answers = await Promise.all(words.map((password) => post(action, { method: 'password', password })));
    expect(answers.map(({ status }) => status).toSorted(upwards)).toEqual([200, 400, 400, 400, 400, 400, 400, 400]);
    const works: boolean[] = [];
    for (const password of words)
      works.push((await signIn(http, server.publicUrl, { ...person, password })).status === 200);
    expect(works).toEqual(answers.map(({ status }) => status === 200));
    expect(await mailsTo(server.adminUrl, person.email, 'settings.after')).toBe(1);
  });

  test('A profile and a password sent with two forms are both saved: who read too early reads again.', async () => {
    const { person, open, post, traits } = await arrive();
    const [one, other] = [await open(), await open()];
    const password = 'lanterns on the quay';
    const [profile, secret] = await Promise.all([
      post(one, { method: 'profile', traits: { email: person.email, name: 'Both' } }, 2),
      post(other, { method: 'password', password }, 2),
    ]);
    expect([profile.status, secret.status]).toEqual([200, 200]);
    expect(await traits()).toEqual({ email: person.email, name: 'Both' });
    expect((await signIn(http, server.publicUrl, { ...person, password })).status).toBe(200);
    expect(await mailsTo(server.adminUrl, person.email, 'settings.after')).toBe(2);
  });

  test('A browser’s form that is sent twice is saved once, and both answers lead to its page.', async () => {
    const browser = createHttpClient();
    const person = { email: `twice${count}@sallyport.test`, password: 'clouds over the harbour' };
    await register(browser, server.publicUrl, person, 'browser');
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
    const form = { method: 'profile', csrf_token: flow.csrf, 'traits.email': person.email, 'traits.name': 'Twice' };
    const sent = { form, accept: 'text/html', headers: together(2) };
    const answers = await Promise.all([1, 2].map(() => browser.post(flow.action, sent)));
    const page = `http://127.0.0.1:4455/settings?flow=${flow.id}`;
    expect(answers.map(({ status, location }) => [status, location])).toEqual([
      [303, page],
      [303, page],
    ]);
    const { json } = await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${flow.id}`);
    expect([read(json, 'state'), valueOf(json, 'traits.name')]).toEqual(['success', 'Twice']);
    expect(await mailsTo(server.adminUrl, person.email, 'settings.after')).toBe(1);
    browser.close();
  });
});
