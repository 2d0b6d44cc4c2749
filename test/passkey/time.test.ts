import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, read, readList } from '../support/http-client.ts';
import { begin, messagesOf } from '../support/self-service.ts';
import { challengeOf, creationOf, device, PASSKEY_FILES, passkeyConfig, registerWith, signInWith } from './setting.ts';

const MINUTE = 60_000;

/** Forms that live longer than what they ask a browser with, and answers that tell nobody who has an account. */
const CONFIG = passkeyConfig({
  login: 'identifier_first',
  more: 'security: { account_enumeration: { mitigate: true } }\n',
})
  .replace('style: identifier_first', 'style: identifier_first, lifespan: 3h')
  .replace('style: unified', 'style: unified\n      lifespan: 3h');

describe('what a passkey is asked with', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({ config: CONFIG, files: PASSKEY_FILES });
  });
  afterAll(() => server.stop());

  const app = () => ({ http: createHttpClient({ cookies: false }), url: server.publicUrl, type: 'api' as const });

  test.each([
    [59, 200],
    [61, 400],
  ])('stands in a sign-in for an hour, and no longer: %s minutes', async (minutes, status) => {
    const keys = device();
    const visit = app();
    await registerWith(visit, keys, `hour${minutes}@sallyport.test`);
    const flow = await begin(visit.http, visit.url, 'login', 'api');
    const passkey_login = JSON.stringify(keys.get(challengeOf(flow.json)));
    server.pass(minutes * MINUTE);
    const answer = await visit.http.post(flow.action, { json: { passkey_login } });
    expect(answer.status).toBe(status);
    expect(messagesOf(answer.json)).toEqual(status === 200 ? [] : [4000008]);
  });

  test('stands in a registration for five minutes; whoever fetches the form again goes on', async () => {
    const keys = device();
    const visit = app();
    const flow = await begin(visit.http, visit.url, 'registration', 'api');
    const send = (made: unknown): Promise<Answer> =>
      visit.http.post(flow.action, {
        json: { passkey_register: JSON.stringify(made), traits: { email: 'late@sallyport.test' } },
      });
    const late = keys.create(creationOf(flow.json));
    server.pass(6 * MINUTE);
    const refused = await send(late);
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4000001]]);
    const fresh = creationOf((await visit.http.get(`${visit.url}/self-service/registration/flows?id=${flow.id}`)).json);
    expect(fresh.publicKey.challenge).not.toBe(creationOf(flow.json).publicKey.challenge);
    expect(fresh.publicKey.user.id).toBe(creationOf(flow.json).publicKey.user.id);
    expect((await send(device().create(fresh))).status).toBe(200);
  });

  test('of a registration is taken by no sign-in', async () => {
    const keys = device();
    const visit = app();
    await registerWith(visit, keys, 'mixed@sallyport.test');
    const registration = await begin(visit.http, visit.url, 'registration', 'api');
    const login = await begin(visit.http, visit.url, 'login', 'api');
    const options = challengeOf(login.json);
    const challenge = creationOf(registration.json).publicKey.challenge;
    const passkey_login = JSON.stringify(keys.get({ publicKey: { ...options.publicKey, challenge } }));
    const answer = await visit.http.post(login.action, { json: { passkey_login } });
    expect(messagesOf(answer.json)).toEqual([4000008]);
    expect((await signInWith(app(), keys)).status).toBe(200);
  });

  test('is the same for whoever has an account and for strangers, where accounts are hidden', async () => {
    const keys = device();
    const visit = app();
    await registerWith(visit, keys, 'hidden@sallyport.test');
    const shown = async (identifier: string): Promise<readonly string[]> => {
      const flow = await begin(visit.http, visit.url, 'login', 'api');
      const answer = await visit.http.post(flow.action, { json: { method: 'identifier_first', identifier } });
      return readList(answer.json, 'ui.nodes').map((node) => String(read(node, 'attributes.name')));
    };
    expect(await shown('hidden@sallyport.test')).toEqual(await shown('nobody@sallyport.test'));
    expect(await shown('nobody@sallyport.test')).toContain('passkey_login_trigger');
  });
});
