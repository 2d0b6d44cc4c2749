import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, readList, readText } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const NOBODY = '00000000-0000-4000-8000-000000000001';

describe('POST /admin/sessions', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  let people = 0;
  async function someone(sessions: number) {
    const email = `many-${(people += 1)}@sallyport.test`;
    const id = await createPerson(server.adminUrl, { email, password });
    const own: { readonly id: string; readonly token: string }[] = [];
    for (let n = 0; n < sessions; n += 1) {
      const { json } = await signIn(http, server.publicUrl, { email, password });
      own.push({ id: readText(json, 'session.id'), token: readText(json, 'session_token') });
    }
    return { id, own };
  }
  type Someone = Awaited<ReturnType<typeof someone>>;
  const end = (json: object): Promise<Answer> => http.post(`${server.adminUrl}/admin/sessions`, { json });
  const signedIn = async ({ own }: Someone): Promise<readonly boolean[]> => {
    const answers = await Promise.all(
      own.map(({ token }) =>
        http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } }),
      ),
    );
    return answers.map(({ status }) => status === 200);
  };
  const rowsOf = async ({ id }: Someone): Promise<number> =>
    readList({ json: (await http.get(`${server.adminUrl}/admin/identities/${id}/sessions`)).json }, 'json').length;

  test('disables the sessions that are named, and no others; those that were ended before do not count', async () => {
    const [one, other] = [await someone(2), await someone(1)];
    const sessions = [one.own[0]?.id, other.own[0]?.id, NOBODY];
    expect((await end({ action: 'disable', sessions })).json).toEqual({ processed: 2, more: false });
    expect((await end({ action: 'disable', sessions })).json).toEqual({ processed: 0, more: false });
    expect(await signedIn(one)).toEqual([false, true]);
    expect(await signedIn(other)).toEqual([false]);
    expect(await rowsOf(one)).toBe(2);
  });

  test('deletes those of the people who are named, ended ones too, and says whose', async () => {
    const [one, other] = [await someone(2), await someone(1)];
    await end({ action: 'disable', sessions: [one.own[0]?.id] });
    const told = server.events.length;
    expect((await end({ action: 'delete', identities: [one.id, NOBODY] })).json).toEqual({ processed: 2, more: false });
    expect([await rowsOf(one), await rowsOf(other)]).toEqual([0, 1]);
    expect(await signedIn(other)).toEqual([true]);
    expect(server.events.slice(told)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ event: 'session.revoked', identity: one.id }),
        expect.objectContaining({ event: 'admin.write', audit: 'identity.sessions.delete', identity: one.id }),
      ]),
    );
  });

  test('ends all sessions of everybody', async () => {
    const [one, other] = [await someone(1), await someone(1)];
    const { status, json } = await end({ action: 'disable', identities: ['*'] });
    expect(status).toBe(200);
    expect(json).toEqual({ processed: expect.any(Number), more: false });
    expect([await signedIn(one), await signedIn(other)]).toEqual([[false], [false]]);
  });

  test.each([
    ['no action', { sessions: [NOBODY] }],
    ['an unknown action', { action: 'extend', sessions: [NOBODY] }],
    ['nobody', { action: 'disable' }],
    ['both', { action: 'disable', sessions: [NOBODY], identities: [NOBODY] }],
    ['everybody and somebody', { action: 'disable', identities: ['*', NOBODY] }],
    ['all sessions by *', { action: 'disable', sessions: ['*'] }],
    ['a malformed id', { action: 'disable', identities: ['me'] }],
    ['no list', { action: 'disable', identities: NOBODY }],
    ['a list of numbers', { action: 'disable', sessions: [1] }],
    ['more than 500', { action: 'disable', sessions: Array.from({ length: 501 }, () => NOBODY) }],
    ['an unknown member', { action: 'disable', sessions: [NOBODY], force: true }],
  ])('refuses %s', async (_what, json) => {
    const answer = await end(json);
    expect(answer.status, answer.text).toBe(400);
    expect(readText(answer.json, 'error.reason')).not.toBe('');
  });
});
