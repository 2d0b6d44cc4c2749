import { afterAll, beforeAll, expect, test } from 'vitest';
import { SallyportError } from '../../src/kernel/error.ts';
import { METHODS } from '../../src/strategy/methods.ts';
import type { AttemptContext, Body } from '../../src/strategy/strategy.ts';
import { startEmbedded, type EmbeddedServer } from '../support/embedded.ts';
import { createHttpClient, readText, type HttpClient } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, register } from '../support/self-service.ts';

/*
 * When no more passwords can be hashed, people are told so where they begin, and that costs nothing (reliability R-MEM): each
 * of those who come again and again would else be a row written for nothing. Whether the line is full is decided here.
 */
const line = { full: false, asked: 0, filledMeanwhile: false };
const registry = METHODS.map((method): (typeof METHODS)[number] => ({
  ...method,
  create(parts, about) {
    const made = method.create?.(parts, about) ?? { strategies: [] };
    if (method.name !== 'password') return made;
    const strategies = made.strategies.map((strategy) => ({
      ...strategy,
      admit() {
        line.asked += 1;
        if (line.full) throw new SallyportError('overloaded', 'Too many sign-ins at once.', { retryAfter: 1 });
      },
      attempt: async (body: Body, at: AttemptContext) => {
        if (line.filledMeanwhile)
          throw new SallyportError('overloaded', 'Too many sign-ins at once.', { retryAfter: 1 });
        return await strategy.attempt(body, at);
      },
    }));
    return { ...made, strategies };
  },
}));

const statements: string[] = [];
let server: EmbeddedServer;
let http: HttpClient;
beforeAll(async () => {
  server = await startEmbedded({
    config: `serve: { public: { trusted_proxies: { count: 1 } } }\n${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, {})}`,
    files: MAIL_FILES,
    registry,
    watch: ({ what, statement }) => {
      // What was counted in memory is written a second later.
      if (statement === undefined || !/\blimits\b/.test(statement.text)) statements.push(statement?.text ?? what);
    },
  });
  http = createHttpClient({ cookies: false });
});
afterAll(async () => {
  http.close();
  await server.stop();
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => {
  statements.length = 0;
  return http.get(`${server.publicUrl}/self-service/${path}`, {
    headers: { 'x-forwarded-for': '203.0.113.7', ...headers },
  });
};

test.each(['login/api', 'login/browser', 'registration/api', 'registration/browser'])(
  'five hundred who begin %s again and again are told to come later, and nothing is counted, read or written',
  async (path) => {
    line.full = true;
    for (let n = 0; n < 500; n += 1) {
      const { status, headers } = await get(path);
      expect([status, headers['retry-after'], statements]).toEqual([503, '1', []]);
    }
    line.full = false;
    // None of them has used up anything: begun flows are counted for a network, sixty a minute.
    expect((await get(path)).status).toBeLessThan(400);
    expect(statements).not.toEqual([]);
  },
);

test('whoever is signed in, recovers or verifies begins as ever', async () => {
  const email = 'here@sallyport.test';
  const answer = await register(http, server.publicUrl, { email, password: 'clouds over the harbour' });
  const token = readText(answer.json, 'session_token');
  line.full = true;
  expect((await get('login/api?refresh=true', { 'x-session-token': token })).status).toBe(200);
  expect((await get('settings/api', { 'x-session-token': token })).status).toBe(200);
  expect((await get('recovery/api')).status).toBe(200);
  expect((await get('verification/api')).status).toBe(200);
  line.full = false;
});

test('a submit is told so before anything is counted or written for it', async () => {
  const { action } = await begin(http, server.publicUrl, 'login', 'api');
  line.full = true;
  statements.length = 0;
  const asked = line.asked;
  const json = { method: 'password', identifier: 'here@sallyport.test', password: 'clouds over the harbour' };
  const answer = await http.post(action, { json });
  expect([answer.status, answer.headers['retry-after'], line.asked - asked]).toEqual([503, '1', 1]);
  expect(statements.filter((text) => !/^select/i.test(text))).toEqual([]);
  line.full = false;
  expect((await http.post(action, { json })).status).toBe(200);
});

test('a try for which there was no room is not counted: whoever comes again is not kept out of an account', async () => {
  const email = 'patient@sallyport.test';
  const password = 'clouds over the harbour';
  await register(http, server.publicUrl, { email, password });
  const signIn = async (typed: string): Promise<number> => {
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    return (await http.post(flow.action, { json: { method: 'password', identifier: email, password: typed } })).status;
  };
  line.filledMeanwhile = true;
  for (let n = 0; n < 30; n += 1) expect(await signIn(password)).toBe(503);
  line.filledMeanwhile = false;
  // All ten tries are left: nine wrong ones, and the right one.
  for (let n = 0; n < 9; n += 1) expect(await signIn('the wrong one')).toBe(400);
  expect(await signIn(password)).toBe(200);
});
