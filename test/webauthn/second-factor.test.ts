import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/error.ts';
import { parseIdentityId } from '../../src/kernel/id.ts';
import { storedKeys } from '../../src/strategy/ceremony/stored-key.ts';
import { bendsOf } from '../../src/testing/authenticator/bends.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { expectInCatalogue } from '../support/event-schema.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, signIn, valueOf, type Person } from '../support/self-service.ts';
import {
  addKey,
  answered,
  change,
  creationOf,
  device,
  KEYS_FILES,
  keysConfig,
  made,
  methodsOf,
  namesOf,
  nodesOf,
  requestOf,
  stepUp,
  type Visit,
} from './setting.ts';

const FIVE_MINUTES = 5 * 60_000;
const AGAIN = '?refresh=true&aal=aal2';
/** Two that these options allow, and one that is too long for any request. */
const HARMLESS: ReadonlySet<string> = new Set(['user-unverified', 'no-user-handle', 'large-cbor']);

let server: EmbeddedServer;
let http: HttpClient;
let visit: Visit;
let person: Person;
let count = 0;
beforeAll(async () => {
  server = await startEmbedded({ config: keysConfig(), files: KEYS_FILES });
});
afterAll(() => server.stop());
beforeEach(async () => {
  count += 1;
  http = createHttpClient();
  visit = { http, url: server.publicUrl };
  person = { email: `ada${count}@sallyport.test`, password: 'clouds over the harbour' };
  await register(http, server.publicUrl, person, 'browser');
});
afterEach(() => http.close());

const whoami = async (): Promise<unknown> => (await http.get(`${server.publicUrl}/sessions/whoami`)).json;
const idOf = async (): Promise<string> => readText(await whoami(), 'identity.id');
const stored = async (id: string): Promise<unknown> => {
  const answer = await http.get(`${server.adminUrl}/admin/identities/${id}?include_credential=webauthn`);
  return read(answer.json, 'credentials.webauthn');
};
/** The same person, signed in elsewhere by their password alone. */
async function elsewhere(): Promise<Visit> {
  const other = createHttpClient();
  await signIn(other, server.publicUrl, person, 'browser');
  return { http: other, url: server.publicUrl };
}

describe('settings', () => {
  test('The form names the person, and a key that is added raises the session.', async () => {
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    expect(namesOf(flow.json).filter((name) => name.startsWith('webauthn'))).toEqual([
      'webauthn_register_displayname',
      'webauthn_register',
      'webauthn_register_trigger',
      'webauthn_script',
    ]);
    const id = await idOf();
    const user = { id: Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url'), name: person.email };
    expect(creationOf(flow.json)).toEqual({
      publicKey: {
        rp: { id: 'shop.sallyport.test', name: 'Shop' },
        user: { ...user, displayName: person.email },
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
        timeout: 120_000,
        authenticatorSelection: { userVerification: 'discouraged' },
      },
    });
    const [trigger] = nodesOf(flow.json, 'webauthn_register_trigger');
    expect(read(trigger, 'attributes.onclickTrigger')).toBe('oryWebAuthnRegistration');
    expect(read(trigger, 'attributes.onclick')).toBe(
      `window.oryWebAuthnRegistration(${valueOf(flow.json, 'webauthn_register_trigger')})`,
    );

    const keys = device({ transports: ['usb'] });
    const answer = await change(visit, made(keys), flow);
    expect([answer.status, messagesOf(answer.json), read(answer.json, 'state')]).toEqual([200, [1050001], 'success']);
    expect(methodsOf(await whoami())).toEqual(['password/aal1', 'webauthn/aal2']);
    expect(read(await whoami(), 'authenticator_assurance_level')).toBe('aal2');
    expect(await stored(id)).toMatchObject({
      identifiers: [person.email],
      version: 1,
      config: {
        credentials: [
          {
            attestation_type: 'none',
            authenticator: { aaguid: 'AAAAAAAAAAAAAAAAAAAAAA==', sign_count: 0, clone_warning: false },
            display_name: 'blue key',
            is_passwordless: false,
            flags: { user_present: true, backup_eligible: false, backup_state: false },
            transport: ['usb'],
          },
        ],
        user_handle: Buffer.from(user.id, 'base64url').toString('base64'),
      },
    });
    // The form that comes back makes another key, by another challenge, and not by the same authenticator.
    expect(read(creationOf(answer.json), 'publicKey.challenge')).not.toBe(
      read(creationOf(flow.json), 'publicKey.challenge'),
    );
    expect(() => keys.create(creationOf(answer.json))).toThrow('already');
    expect(read(creationOf(answer.json), 'publicKey.excludeCredentials')).toMatchObject([{ transports: ['usb'] }]);
  });

  test('Keys have names, are removed one by one, and the credential goes with the last.', async () => {
    const id = await idOf();
    await addKey(visit, device(), 'blue key');
    const both = await addKey(visit, device(), 'red key');
    const removals = nodesOf(both.json, 'webauthn_remove');
    const values = removals.map((node) => String(read(node, 'attributes.value')));
    expect(removals.map((node) => read(node, 'meta.label.id'))).toEqual([1050018, 1050018]);
    expect(new Set(removals.map((node) => read(node, 'meta.label.context.display_name')))).toEqual(
      new Set(['blue key', 'red key']),
    );
    expect(values).toEqual(values.toSorted());
    const unknown = await change(visit, () => ({ webauthn_remove: '00ff' }));
    expect([unknown.status, messagesOf(unknown.json)]).toEqual([400, [4000001]]);
    const one = await change(visit, () => ({ webauthn_remove: values[0] }));
    expect([one.status, nodesOf(one.json, 'webauthn_remove').length]).toEqual([200, 1]);
    const none = await change(visit, () => ({ webauthn_remove: values[1] }));
    expect([none.status, nodesOf(none.json, 'webauthn_remove').length]).toEqual([200, 0]);
    expect(read(await stored(id), 'config.credentials')).toBeUndefined();
    // The session has shown what it has shown.
    expect(read(await whoami(), 'authenticator_assurance_level')).toBe('aal2');
  });

  test('A key without a name, and what is no answer of a browser, is refused on the form.', async () => {
    const keys = device();
    const unnamed = await change(visit, made(keys, ''));
    expect([unnamed.status, messagesOf(unnamed.json, 'webauthn_register_displayname')]).toEqual([400, [4000002]]);
    const long = await change(visit, made(device(), 'k'.repeat(256)));
    expect([long.status, messagesOf(long.json, 'webauthn_register_displayname')]).toEqual([400, [4000017]]);
    for (const webauthn_register of ['true', '{', '{}']) {
      const answer = await change(visit, () => ({ webauthn_register, webauthn_register_displayname: 'k' }));
      expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    }
    const nothing = await change(visit, () => ({ method: 'webauthn' }));
    expect([nothing.status, messagesOf(nothing.json)]).toEqual([400, [4000001]]);
  });

  test.each(bendsOf('create').filter((bend) => !HARMLESS.has(bend)))('An answer that is bent: %s.', async (bend) => {
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    const keys = device({ counter: 100 });
    const answer = await change(
      visit,
      (json) => ({
        method: 'webauthn',
        webauthn_register: JSON.stringify(keys.create(creationOf(json), { bend })),
        webauthn_register_displayname: 'k',
      }),
      flow,
    );
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect(creationOf(answer.json)).toEqual(creationOf(flow.json));
    expect(methodsOf(await whoami())).toEqual(['password/aal1']);
  });

  test('A key of somebody else is theirs.', async () => {
    const id = Buffer.from(`the key of ${person.email}`);
    const withId = (keys: ReturnType<typeof device>) => (json: unknown) => ({
      webauthn_register: JSON.stringify(keys.create(creationOf(json), { id })),
      webauthn_register_displayname: 'k',
    });
    expect((await change(visit, withId(device()))).status).toBe(200);
    // Another authenticator that claims the id, of the same person and of another.
    const again = await change(visit, withId(device()));
    expect([again.status, messagesOf(again.json)]).toEqual([400, [4000001]]);
    const other = createHttpClient();
    await register(other, server.publicUrl, { ...person, email: `bob${count}@sallyport.test` }, 'browser');
    const stolen = await change({ http: other, url: server.publicUrl }, withId(device()));
    expect([stolen.status, messagesOf(stolen.json)]).toEqual([400, [4000001]]);
    expect(nodesOf(stolen.json, 'webauthn_remove')).toEqual([]);
  });

  test('A challenge of the form lives five minutes, and is renewed before that.', async () => {
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    const early = made(device())(flow.json);
    server.pass(FIVE_MINUTES - 1_000);
    const renewed = await http.get(`${server.publicUrl}/self-service/settings/flows?id=${flow.id}`);
    expect(creationOf(renewed.json)).not.toEqual(creationOf(flow.json));
    server.pass(1_000);
    const late = await change(visit, () => early, flow);
    expect([late.status, messagesOf(late.json)]).toEqual([400, [4000001]]);
    expect((await change(visit, () => made(device())(renewed.json), flow)).status).toBe(200);
  });

  test('Whoever has a second factor shows it before a change, and a session of one factor changes nothing.', async () => {
    const keys = device();
    await addKey(visit, keys);
    const weak = await elsewhere();
    const flow = await begin(weak.http, weak.url, 'settings', 'browser').catch((error: unknown) => error);
    expect(String(flow)).toContain('session_aal2_required');
    expect((await stepUp(weak, keys)).status).toBe(200);
    expect((await addKey(weak, device())).status).toBe(200);
    weak.http.close();
  });

  test('An app is offered nothing.', async () => {
    const app = createHttpClient({ cookies: false });
    const { json } = await signIn(app, server.publicUrl, person);
    const headers = { 'x-session-token': readText(json, 'session_token') };
    const flow = await app.get(`${server.publicUrl}/self-service/settings/api`, { headers });
    expect(namesOf(flow.json).filter((name) => name.startsWith('webauthn'))).toEqual([]);
    const answer = await app.post(readText(flow.json, 'ui.action'), {
      headers,
      json: { method: 'webauthn', webauthn_register: '{}', webauthn_register_displayname: 'k' },
    });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4010004]]);
    app.close();
  });
});

describe('the second step', () => {
  test('asks for the keys of the person, and an answer raises the session.', async () => {
    const keys = device({ transports: ['usb', 'nfc'] });
    await addKey(visit, keys);
    const other = await elsewhere();
    const flow = await begin(other.http, other.url, 'login', 'browser', '?aal=aal2');
    expect(messagesOf(flow.json)).toEqual([1010004]);
    expect(namesOf(flow.json)).toEqual([
      'csrf_token',
      'identifier',
      'webauthn_login',
      'webauthn_script',
      'webauthn_login_trigger',
    ]);
    expect(valueOf(flow.json, 'identifier')).toBe(person.email);
    expect(requestOf(flow.json)).toMatchObject({
      publicKey: {
        timeout: 120_000,
        rpId: 'shop.sallyport.test',
        allowCredentials: [{ type: 'public-key', transports: ['usb', 'nfc'] }],
        userVerification: 'discouraged',
      },
    });
    const answer = await other.http.post(flow.action, { json: answered(flow, keys) });
    expect(answer.status).toBe(200);
    expect(methodsOf(read(answer.json, 'session'))).toEqual(['password/aal1', 'webauthn/aal2']);
    // It can be shown again.
    expect((await stepUp(other, keys, { query: AGAIN })).status).toBe(200);
    other.http.close();
  });

  test('refuses what is no answer, an answer without identifier, and the key of somebody else; the challenge stays.', async () => {
    const keys = device();
    await addKey(visit, keys);
    const other = await elsewhere();
    const flow = await begin(other.http, other.url, 'login', 'browser', '?aal=aal2');
    const sent = answered(flow, keys);
    const send = async (json: object) => {
      const answer = await other.http.post(flow.action, { json: { ...sent, ...json } });
      expect(requestOf(answer.json)).toEqual(requestOf(flow.json));
      return [answer.status, messagesOf(answer.json), messagesOf(answer.json, 'identifier')];
    };
    expect(await send({ webauthn_login: '' })).toEqual([400, [4000001], []]);
    expect(await send({ webauthn_login: 'true' })).toEqual([400, [4000001], []]);
    expect(await send({ identifier: '' })).toEqual([400, [], [4000002]]);
    const foreign = device();
    foreign.create({ ...creationOf((await begin(http, server.publicUrl, 'settings', 'browser')).json) });
    const [theirs] = foreign.credentials;
    const answer = foreign.get(requestOf(flow.json), { ...(theirs && { credential: theirs }) });
    expect(await send({ webauthn_login: JSON.stringify(answer) })).toEqual([400, [4000008], []]);
    expect((await other.http.post(flow.action, { json: sent })).status).toBe(200);
    other.http.close();
  });

  test.each(bendsOf('get').filter((bend) => !HARMLESS.has(bend)))('An answer that is bent: %s.', async (bend) => {
    const keys = device({ counter: 100 });
    await addKey(visit, keys);
    const other = await elsewhere();
    const answer = await stepUp(other, keys, { bend });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
    other.http.close();
  });

  test('An answer proves nothing in another flow, nor the challenge of one ceremony in the other.', async () => {
    const keys = device();
    await addKey(visit, keys);
    const other = await elsewhere();
    const one = await begin(other.http, other.url, 'login', 'browser', '?aal=aal2');
    const two = await begin(other.http, other.url, 'login', 'browser', '?aal=aal2');
    const swapped = { ...answered(one, keys), csrf_token: two.csrf };
    const replayed = await other.http.post(two.action, { json: swapped });
    expect([replayed.status, messagesOf(replayed.json)]).toEqual([400, [4000008]]);
    const settings = await begin(http, server.publicUrl, 'settings', 'browser');
    const options = { ...requestOf(one.json).publicKey, challenge: creationOf(settings.json).publicKey.challenge };
    const json = { ...answered(one, keys), webauthn_login: JSON.stringify(keys.get(options)) };
    expect(messagesOf((await other.http.post(one.action, { json })).json)).toEqual([4000008]);
    other.http.close();
  });

  test('A counter goes on, and one that does not is refused and told.', async () => {
    const id = await idOf();
    const keys = device({ counter: 3 });
    await addKey(visit, keys);
    const counted = async () => read(await stored(id), 'config.credentials.0.authenticator.sign_count');
    expect(await counted()).toBe(3);
    const other = await elsewhere();
    for (let n = 0; n < 6; n += 1)
      keys.get(requestOf((await begin(other.http, other.url, 'login', 'browser', '?aal=aal2')).json));
    expect((await stepUp(other, keys)).status).toBe(200);
    expect(await counted()).toBe(10);
    server.pass(90_000); // so that refusals before this one leave none out
    const from = server.events.length;
    const back = await stepUp(other, keys, { query: AGAIN, bend: 'counter-back' });
    expect([back.status, messagesOf(back.json)]).toEqual([400, [4000008]]);
    const told = server.events.slice(from).filter(({ identity }) => identity === id);
    expect(told.map(({ event }) => event)).toEqual(['login.failed', 'authenticator.copied']);
    for (const event of told) expectInCatalogue(event);
    expect(told.at(-1)).toMatchObject({ identity: id, type: 'webauthn' });
    expect(await counted()).toBe(10);
    other.http.close();
  });

  test('An account takes thirty wrong answers in a day, and then no right one.', async () => {
    const keys = device();
    await addKey(visit, keys);
    const other = await elsewhere();
    const flow = await begin(other.http, other.url, 'login', 'browser', '?aal=aal2');
    const send = (how: Parameters<typeof answered>[2] = {}) =>
      other.http.post(flow.action, { json: answered(flow, keys, how) });
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) statuses.push((await send({ bend: 'broken-signature' })).status);
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 400), 429]);
    expect((await send()).status).toBe(429);
    other.http.close();
  });

  test('A key stored without flags takes them from its first answer.', async () => {
    const id = await idOf();
    const keys = device({ synchronized: true });
    await addKey(visit, keys);
    const account = must(parseIdentityId(id), 'id');
    await server.store.transaction(async ({ identities }) => {
      const credential = must(
        (await identities.credentials(account)).find(({ type }) => type === 'webauthn'),
        'a key',
      );
      const { flags: _, ...old } = must(storedKeys(credential)[0], 'a key').stored;
      await identities.replaceConfig(account, credential, { ...credential.config, credentials: [old] });
    });
    expect(read(await stored(id), 'config.credentials.0.flags')).toBeUndefined();
    const other = await elsewhere();
    expect((await stepUp(other, keys)).status).toBe(200);
    expect(read(await stored(id), 'config.credentials.0.flags')).toMatchObject({
      backup_eligible: true,
      backup_state: true,
    });
    other.http.close();
  });

  test('An app is offered nothing.', async () => {
    await addKey(visit, device());
    const app = createHttpClient({ cookies: false });
    const { json } = await signIn(app, server.publicUrl, person);
    const headers = { 'x-session-token': readText(json, 'session_token') };
    const flow = await app.get(`${server.publicUrl}/self-service/login/api?aal=aal2`, { headers });
    expect(namesOf(flow.json)).toEqual([]);
    const answer = await app.post(readText(flow.json, 'ui.action'), {
      headers,
      json: { method: 'webauthn', identifier: person.email, webauthn_login: '{}' },
    });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4010002]]);
    app.close();
  });
});
