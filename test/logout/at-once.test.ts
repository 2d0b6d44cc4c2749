import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AT_ONCE_CONFIG, AT_ONCE_FILES, EIGHT, mailsTo, together } from '../support/at-once.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { SERVER_ENGINES } from '../support/on-engines.ts';
import { register } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

const password = 'clouds over the harbour';

const upwards = (one: number, other: number): number => one - other;

describe.each(SERVER_ENGINES)('sign-outs at the same time, on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ config: AT_ONCE_CONFIG, files: AT_ONCE_FILES });
  });
  afterAll(() => server.stop());

  test('Of eight with one session token one ends it, and all are signed out.', async () => {
    const http = createHttpClient({ cookies: false });
    const email = 'uma@sallyport.test';
    const { json } = await register(http, server.publicUrl, { email, password });
    const body = { session_token: readText(json, 'session_token') };
    const out = () =>
      http.request('DELETE', `${server.publicUrl}/self-service/logout/api`, { json: body, headers: together(8) });
    const answers = await Promise.all(EIGHT.map(out));
    const later = await out();
    expect([...answers, later].map(({ status }) => status)).toEqual([...EIGHT, 9].map(() => 204));
    expect(await mailsTo(server.adminUrl, email, 'logout.after')).toBe(1);
    http.close();
  });

  test('A browser that asks twice is signed out once, and the other answer is that of nobody signed in.', async () => {
    const browser = createHttpClient();
    const email = 'vito@sallyport.test';
    await register(browser, server.publicUrl, { email, password }, 'browser');
    const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser`);
    const cookie = browser.cookies.header();
    const out = () => {
      const headers = { cookie, 'content-type': 'application/json', ...together(3) };
      const tab = createHttpClient({ cookies: false });
      return tab.get(readText(json, 'logout_url'), { headers }).finally(() => tab.close());
    };
    const answers = await Promise.all([out(), out(), out()]);
    const later = await out();
    expect(answers.map(({ status }) => status).toSorted(upwards)).toEqual([204, later.status, later.status]);
    expect(
      answers
        .concat(later)
        .filter(({ status }) => status === 401)
        .map(({ json }) => read(json, 'error.id')),
    ).toEqual(['session_inactive', 'session_inactive', 'session_inactive']);
    expect(await mailsTo(server.adminUrl, email, 'logout.after')).toBe(1);
    browser.close();
  });
});
