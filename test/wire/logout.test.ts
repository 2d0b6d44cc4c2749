import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type HttpClient } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';

const person = { email: 'rosalind@sallyport.test', password: 'clouds over the harbour' };

let server: EmbeddedServer;
let http: HttpClient;
let id: string;
beforeAll(async () => {
  server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES });
  http = createHttpClient({ cookies: false });
  id = await createPerson(server.adminUrl, person);
});
afterAll(async () => {
  http.close();
  await server.stop();
});

const token = async (): Promise<string> =>
  readText((await signIn(http, server.publicUrl, person)).json, 'session_token');
const out = async (json: object): Promise<number> =>
  (await http.request('DELETE', `${server.publicUrl}/self-service/logout/api`, { json })).status;
const whoami = async (session: string): Promise<number> =>
  (await http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': session } })).status;

test('an app that signs out twice is signed out', async () => {
  const session_token = await token();
  expect([await out({ session_token }), await out({ session_token }), await whoami(session_token)]).toEqual([
    204, 204, 401,
  ]);
});

test('an app whose session an administrator ended is signed out', async () => {
  const { json } = await signIn(http, server.publicUrl, person);
  const session_token = readText(json, 'session_token');
  await http.request('DELETE', `${server.adminUrl}/admin/sessions/${readText(json, 'session.id')}`);
  expect(await out({ session_token })).toBe(204);
  expect(await whoami(session_token)).toBe(401);
});

test('a session of a person who is switched off ends for good', async () => {
  const session_token = await token();
  const state = async (value: string): Promise<void> => {
    const json = [{ op: 'replace', path: '/state', value }];
    await http.request('PATCH', `${server.adminUrl}/admin/identities/${id}`, { json });
  };
  await state('inactive');
  expect(await out({ session_token })).toBe(204);
  await state('active');
  expect(await whoami(session_token)).toBe(401);
});

test('a password manager finds where a password is changed', async () => {
  const { status, headers } = await http.get(`${server.publicUrl}/.well-known/change-password`);
  expect(status).toBe(303);
  expect(headers.location).toBe(`${server.publicUrl}/self-service/settings/browser`);
});

test.each([
  [{}, 403],
  [{ session_token: '' }, 403],
  [{ session_token: null }, 403],
  [{ session_token: 'ory_st_unknown' }, 403],
  [{ session_token: 7 }, 400],
  [{ session_token: ['ory_st_unknown'] }, 400],
])('a sign-out with %j: %i', async (json, status) => {
  expect(await out(json)).toBe(status);
});

test('a sign-out with what is no JSON: 400', async () => {
  const headers = { 'content-type': 'application/json' };
  const url = `${server.publicUrl}/self-service/logout/api`;
  expect((await http.request('DELETE', url, { headers, body: '{' })).status).toBe(400);
});

test('a browser without a session is told so by its id', async () => {
  for (const path of ['/self-service/logout?token=x', '/self-service/logout/browser']) {
    const answer = await http.get(`${server.publicUrl}${path}`);
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([401, 'session_inactive']);
  }
});
