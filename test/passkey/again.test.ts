import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, valueOf } from '../support/self-service.ts';
import { challengeOf, creationOf, device, PASSKEY_FILES, passkeyConfig, signInWith } from './setting.ts';

const MINUTE = 60_000;
const named = (flow: unknown, name: string): readonly unknown[] =>
  readList(flow, 'ui.nodes').filter((node) => read(node, 'attributes.name') === name);

describe('passkeys of somebody who is known already', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  let count = 0;
  const email = (): string => `ada${count}@sallyport.test`;
  const visit = () => ({ http, url: server.publicUrl, type: 'browser' as const });
  beforeAll(async () => {
    const config = passkeyConfig({ registration: 'profile_first', login: 'identifier_first' });
    server = await startEmbedded({ config, files: PASSKEY_FILES });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    count += 1;
    http = createHttpClient();
  });
  afterEach(() => http.close());

  /** Sends the page of the traits, and with the next one a passkey of this device. */
  async function registerOnTwoPages(keys: ReturnType<typeof device>) {
    const first = await begin(http, server.publicUrl, 'registration', 'browser');
    const token = { csrf_token: first.csrf };
    const traits = { email: email() };
    expect(named(first.json, 'passkey_create_data')).toEqual([]);
    const second = await http.post(first.action, { json: { method: 'profile', traits, ...token } });
    const made = JSON.stringify(keys.create(creationOf(second.json)));
    return http.post(first.action, { json: { method: 'passkey', traits, passkey_register: made, ...token } });
  }
  const identify = async (identifier: string) => {
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const answer = await http.post(flow.action, {
      json: { method: 'identifier_first', identifier, csrf_token: flow.csrf },
    });
    return { ...flow, json: answer.json };
  };

  test('On two pages the passkey is asked for on the second, and the person is offered what they have.', async () => {
    const keys = device();
    expect((await registerOnTwoPages(keys)).status).toBe(200);
    http.cookies.delete('ory_kratos_session');
    const { json, action, csrf } = await identify(email());
    expect(named(json, 'passkey_login_trigger')).toHaveLength(1);
    expect(named(json, 'password')).toEqual([]);
    const passkey_login = JSON.stringify(keys.get(challengeOf(json)));
    const answer = await http.post(action, { json: { method: 'passkey', passkey_login, csrf_token: csrf } });
    expect(answer.status).toBe(200);
  });

  test('Whoever has a password alone is offered no passkey, before and after a wrong one.', async () => {
    const other = createHttpClient();
    await register(other, server.publicUrl, { email: email(), password: 'clouds over the harbour' });
    other.close();
    const { json, action, csrf } = await identify(email());
    expect(named(json, 'passkey_login_trigger')).toEqual([]);
    expect(named(json, 'password')).toHaveLength(1);
    const wrong = await http.post(action, {
      json: { method: 'password', identifier: email(), password: 'not this one', csrf_token: csrf },
    });
    expect(wrong.status).toBe(400);
    expect(named(wrong.json, 'passkey_login_trigger')).toEqual([]);
  });

  test('The page for the identifier has the challenge, without a button.', async () => {
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    expect(named(flow.json, 'passkey_login_trigger')).toEqual([]);
    const keys = device();
    await registerOnTwoPages(keys);
    const elsewhere = createHttpClient();
    const again = await begin(elsewhere, server.publicUrl, 'login', 'api');
    const passkey_login = JSON.stringify(keys.get(challengeOf(again.json)));
    const answer = await elsewhere.post(again.action, { json: { passkey_login } });
    expect(answer.status).toBe(200);
  });

  test('A fresh sign-in asks for the passkeys of this person, and takes no other.', async () => {
    const [own, foreign] = [device(), device()];
    await registerOnTwoPages(own);
    const stranger = { ...visit(), http: createHttpClient() };
    const made = await begin(stranger.http, server.publicUrl, 'registration', 'api');
    const traits = { email: `other${count}@sallyport.test` };
    const second = await stranger.http.post(made.action, { json: { method: 'profile', traits } });
    const register_ = JSON.stringify(foreign.create(creationOf(second.json)));
    const registered = { method: 'passkey', traits, passkey_register: register_ };
    expect((await stranger.http.post(made.action, { json: registered })).status).toBe(200);

    const flow = await begin(http, server.publicUrl, 'login', 'browser', '?refresh=true');
    expect(valueOf(flow.json, 'identifier')).toBe(email());
    const options = challengeOf(flow.json);
    expect(options.publicKey.allowCredentials).toHaveLength(1);
    expect(read(named(flow.json, 'passkey_login')[0], 'attributes.onload')).toBeUndefined();
    const send = (answer: unknown) =>
      http.post(flow.action, { json: { passkey_login: JSON.stringify(answer), csrf_token: flow.csrf } });
    const [credential] = foreign.credentials;
    if (credential === undefined) throw new Error('no key');
    expect(messagesOf((await send(foreign.get(options, { credential }))).json)).toEqual([4000008]);
    const confirmed = await send(own.get(options));
    expect(confirmed.status).toBe(200);
    expect(readList(confirmed.json, 'session.authentication_methods')).toHaveLength(2);
  });

  test('A change of an old session waits, and is stored when its person has proved themselves.', async () => {
    const [phone, laptop] = [device(), device()];
    await registerOnTwoPages(phone);
    server.pass(61 * MINUTE);
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    const passkey_settings_register = JSON.stringify(laptop.create(creationOf(flow.json)));
    const held = await http.post(flow.action, { json: { passkey_settings_register, csrf_token: flow.csrf } });
    expect([held.status, readText(held.json, 'error.id')]).toEqual([403, 'session_refresh_required']);
    expect((await signInWith(visit(), phone, '?refresh=true')).status).toBe(200);
    const back = await http.get(`${server.publicUrl}/self-service/settings?flow=${flow.id}`);
    expect(back.status).toBe(200);
    http.cookies.delete('ory_kratos_session');
    expect((await signInWith(visit(), laptop)).status).toBe(200);
  });

  test('Nonsense of an old session is refused when its person is back, not before.', async () => {
    const phone = device();
    await registerOnTwoPages(phone);
    server.pass(61 * MINUTE);
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    const sent = { passkey_settings_register: 'no JSON', csrf_token: flow.csrf };
    expect((await http.post(flow.action, { json: sent })).status).toBe(403);
    await signInWith(visit(), phone, '?refresh=true');
    const back = await http.get(`${server.publicUrl}/self-service/settings?flow=${flow.id}`);
    expect(messagesOf(back.json)).toEqual([4000001]);
  });

  test('An authenticator that counts is not believed when it counts backwards.', async () => {
    const keys = device({ counter: 5 });
    await registerOnTwoPages(keys);
    const elsewhere = () => ({ ...visit(), http: createHttpClient() });
    expect((await signInWith(elsewhere(), keys)).status).toBe(200);
    const { http: other } = elsewhere();
    const flow = await begin(other, server.publicUrl, 'login', 'api');
    const copy = JSON.stringify(keys.get(challengeOf(flow.json), { bend: 'counter-back' }));
    const answer = await other.post(flow.action, { json: { passkey_login: copy } });
    expect(messagesOf(answer.json)).toEqual([4000008]);
  });

  test('A key with an id that somebody has is nobody else’s.', async () => {
    const own = device();
    await registerOnTwoPages(own);
    const id = own.credentials[0]?.id;
    if (id === undefined) throw new Error('no key');
    http.cookies.delete('ory_kratos_session');
    count += 1;
    const thief = device();
    const first = await begin(http, server.publicUrl, 'registration', 'browser');
    const traits = { email: email() };
    const second = await http.post(first.action, { json: { method: 'profile', traits, csrf_token: first.csrf } });
    const passkey_register = JSON.stringify(thief.create(creationOf(second.json), { id }));
    const answer = await http.post(first.action, {
      json: { method: 'passkey', traits, passkey_register, csrf_token: first.csrf },
    });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect((await signInWith({ ...visit(), http: createHttpClient() }, own)).status).toBe(200);
  });
});
