import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin } from '../support/self-service.ts';
import { challengeOf, device, PASSKEY_FILES, passkeyConfig, registerWith } from './setting.ts';

/** A list of the method where it signs people in. */
const HOOKED = passkeyConfig().replace(
  'login: { ui_url: http://127.0.0.1:4455/login',
  'login: { after: { passkey: { hooks: [{ hook: revoke_active_sessions }] } }, ui_url: http://127.0.0.1:4455/login',
);

describe('passkeys and sessions', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({ config: HOOKED, files: PASSKEY_FILES });
  });
  afterAll(() => server.stop());
  const app = () => ({ http: createHttpClient({ cookies: false }), url: server.publicUrl, type: 'api' as const });

  test.each([
    ['counts', { counter: 5 }],
    ['does not count', {}],
  ])('One answer, eight times at once, makes one session: of an authenticator that %s.', async (_about, settings) => {
    const keys = device(settings);
    await registerWith(app(), keys, `ada${JSON.stringify(settings).length}@sallyport.test`);
    const { http, url } = app();
    const flow = await begin(http, url, 'login', 'api');
    const passkey_login = JSON.stringify(keys.get(challengeOf(flow.json)));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => http.post(flow.action, { json: { passkey_login } })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7);
  });

  test('The list of the method runs when it signs in: here it ends the other sessions.', async () => {
    const keys = device();
    const { http, url } = app();
    const registered = await registerWith(app(), keys, 'bob@sallyport.test');
    const token = String(read(registered.json, 'session_token'));
    const whoami = async (): Promise<number> =>
      (await http.get(`${url}/sessions/whoami`, { headers: { 'x-session-token': token } })).status;
    expect(await whoami()).toBe(200);
    const flow = await begin(http, url, 'login', 'api');
    const passkey_login = JSON.stringify(keys.get(challengeOf(flow.json)));
    expect((await http.post(flow.action, { json: { passkey_login } })).status).toBe(200);
    expect(await whoami()).toBe(401);
  });
});
