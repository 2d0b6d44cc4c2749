import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';

const person = { email: 'cached@sallyport.test', password: 'clouds over the harbour' };
const http = createHttpClient({ cookies: false });
afterAll(() => http.close());

/** What `Ory-Session-Cache-For` says, with these flags and sessions of an hour. */
function stage(flags: string) {
  const own: { server?: EmbeddedServer; token?: string } = {};
  beforeAll(async () => {
    const config = `${BASIC_CONFIG}session: { lifespan: 1h }\nfeature_flags: { ${flags} }\n`;
    own.server = await startEmbedded({ config, files: BASIC_FILES });
    await createPerson(own.server.adminUrl, person);
    own.token = readText((await signIn(http, own.server.publicUrl, person)).json, 'session_token');
  });
  afterAll(async () => own.server?.stop());
  const said = async (headers: Record<string, string>, query = '') =>
    (await http.get(`${own.server?.publicUrl}/sessions/whoami${query}`, { headers })).headers['ory-session-cache-for'];
  return { said, token: () => own.token ?? '' };
}

describe('cacheable_sessions', () => {
  const { said, token } = stage('cacheable_sessions: true');

  test('says how long the session lasts', async () => {
    const seconds = Number(await said({ 'x-session-token': token() }));
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  test('says a minute to whoever brings no credential, and nothing to a bad one', async () => {
    expect(await said({})).toBe('60');
    expect(await said({ 'x-session-token': 'ory_st_nobody' })).toBeUndefined();
    expect(await said({ authorization: 'Bearer ory_st_nobody' })).toBeUndefined();
  });

  test('says nothing of what is no answer', async () => {
    expect(await said({ 'x-session-token': token() }, '?tokenize_as=none')).toBeUndefined();
  });
});

describe('cacheable_sessions_max_age', () => {
  const { said, token } = stage('cacheable_sessions: true, cacheable_sessions_max_age: 90s');

  test('is the longest time', async () => {
    expect(await said({ 'x-session-token': token() })).toBe('90');
  });
});

describe('without the flag', () => {
  const { said, token } = stage('cacheable_sessions: false, cacheable_sessions_max_age: 90s');

  test('nothing is said', async () => {
    expect([await said({ 'x-session-token': token() }), await said({})]).toEqual([undefined, undefined]);
  });
});
