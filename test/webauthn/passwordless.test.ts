import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, valueOf, type Begun } from '../support/self-service.ts';
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
  type Visit,
} from './setting.ts';

type Keys = ReturnType<typeof device>;

let server: EmbeddedServer;
let http: HttpClient;
let visit: Visit;
let email: string;
let count = 0;
beforeAll(async () => {
  server = await startEmbedded({ config: keysConfig({ passwordless: true }), files: KEYS_FILES });
});
afterAll(() => server.stop());
beforeEach(() => {
  count += 1;
  http = createHttpClient();
  visit = { http, url: server.publicUrl };
  email = `eva${count}@sallyport.test`;
});
afterEach(() => http.close());

const credentialOf = async (id: string): Promise<unknown> => {
  const answer = await http.get(`${server.adminUrl}/admin/identities/${id}?include_credential=webauthn`);
  return read(answer.json, 'credentials.webauthn');
};

/** Registers somebody with this key alone. */
async function registerWith(keys: Keys, more: object = {}): Promise<Answer> {
  const { action, csrf, json } = await begin(http, visit.url, 'registration', 'browser');
  return http.post(action, { json: { csrf_token: csrf, traits: { email }, ...made(keys)(json), ...more } });
}

const whoIs = (client: HttpClient, { action, csrf }: Begun, identifier = email): Promise<Answer> =>
  client.post(action, { json: { csrf_token: csrf, method: 'webauthn', identifier } });

/** The page that asks for the key, once somebody has said who they are. */
async function asked(client: HttpClient, query = ''): Promise<Begun> {
  const flow = await begin(client, visit.url, 'login', 'browser', query);
  const answer = await whoIs(client, flow);
  expect(answer.status).toBe(422);
  expect(read(answer.json, 'redirect_browser_to')).toBe(`http://127.0.0.1:4455/login?flow=${flow.id}`);
  const { json } = await client.get(`${visit.url}/self-service/login/flows?id=${flow.id}`);
  return { ...flow, json, csrf: valueOf(json, 'csrf_token') };
}

describe('registration', () => {
  test('offers a key, and takes it with or without a name.', async () => {
    const flow = await begin(http, visit.url, 'registration', 'browser');
    expect(namesOf(flow.json)).toEqual([
      'csrf_token',
      'traits.email',
      'traits.name',
      'traits.newsletter',
      'webauthn_register_displayname',
      'webauthn_register',
      'webauthn_register_trigger',
      'webauthn_script',
      'password',
      'method',
    ]);
    const { user } = creationOf(flow.json).publicKey;
    expect(user.name).toBe('Shop');
    expect(Buffer.from(user.id, 'base64url')).toHaveLength(16);
    const answer = await registerWith(device(), { webauthn_register_displayname: '' });
    expect(answer.status).toBe(200);
    expect(methodsOf(read(answer.json, 'session'))).toEqual(['webauthn/aal1']);
    expect(await credentialOf(readText(answer.json, 'identity.id'))).toMatchObject({
      identifiers: [email],
      version: 1,
      config: {
        credentials: [{ display_name: '', is_passwordless: true }],
        user_handle: expect.stringMatching(/^[\w+/]{22}==$/),
      },
    });
  });

  test('says what is missing or wrong, and keeps its options.', async () => {
    const flow = await begin(http, visit.url, 'registration', 'browser');
    const keys = device();
    const send = async (json: object): Promise<Answer> => {
      const answer = await http.post(flow.action, { json: { csrf_token: flow.csrf, method: 'webauthn', ...json } });
      expect(answer.status).toBe(400);
      expect(creationOf(answer.json).publicKey.challenge).toBe(creationOf(flow.json).publicKey.challenge);
      expect(creationOf(answer.json).publicKey.user.id).toBe(creationOf(flow.json).publicKey.user.id);
      return answer;
    };
    const without = await send({ traits: { email } });
    expect(messagesOf(without.json, 'webauthn_register')).toEqual([4000002]);
    // From here on the browser is told who it is.
    expect(creationOf(without.json).publicKey.user.name).toBe(email);
    const wrong = await send({ ...made(keys)(flow.json), traits: { email: 'x' } });
    expect(messagesOf(wrong.json, 'traits.email')).toEqual([4000040]);
    expect(messagesOf((await send({ traits: { email }, webauthn_register: 'true' })).json)).toEqual([4000001]);
    const long = await send({ traits: { email }, ...made(keys, 'k'.repeat(256))(flow.json) });
    expect(messagesOf(long.json, 'webauthn_register_displayname')).toEqual([4000017]);
    const bent = JSON.stringify(device().create(creationOf(flow.json), { bend: 'wrong-origin' }));
    expect(messagesOf((await send({ traits: { email }, webauthn_register: bent })).json)).toEqual([4000001]);
  });

  test('by form needs no method; a taken address and a key of somebody else are refused.', async () => {
    const keys = device();
    const id = Buffer.from(`key ${count}`);
    const flow = await begin(http, visit.url, 'registration', 'browser');
    const webauthn_register = JSON.stringify(keys.create(creationOf(flow.json), { id }));
    const form = {
      csrf_token: flow.csrf,
      'traits.email': email,
      webauthn_register,
      webauthn_register_displayname: 'k',
    };
    const answer = await http.post(flow.action, { form, headers: { accept: 'text/html' } });
    expect([answer.status, answer.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    http.cookies.delete('ory_kratos_session');
    const taken = await registerWith(device());
    expect([taken.status, messagesOf(taken.json)]).toEqual([400, [4000007]]);
    const other = await begin(http, visit.url, 'registration', 'browser');
    const stolen = JSON.stringify(device().create(creationOf(other.json), { id }));
    const json = {
      csrf_token: other.csrf,
      traits: { email: `x-${email}` },
      method: 'webauthn',
      webauthn_register: stolen,
    };
    const refused = await http.post(other.action, { json });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4000001]]);
  });

  test('is nothing for apps.', async () => {
    const app = createHttpClient({ cookies: false });
    const flow = await begin(app, visit.url, 'registration', 'api');
    expect(namesOf(flow.json).filter((name) => name.startsWith('webauthn'))).toEqual([]);
    const json = { method: 'webauthn', traits: { email }, webauthn_register: '{}' };
    const answer = await app.post(flow.action, { json });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4010003]]);
    app.close();
  });
});

describe('sign-in', () => {
  const twice = async (): Promise<{ readonly keys: Keys; readonly other: HttpClient }> => {
    const keys = device({ counter: 1 });
    expect((await registerWith(keys)).status).toBe(200);
    return { keys, other: createHttpClient() };
  };

  test('asks who it is, then for the key of that account.', async () => {
    const { keys, other } = await twice();
    const first = await begin(other, visit.url, 'login', 'browser');
    expect(namesOf(first.json)).toEqual(['csrf_token', 'identifier', 'method', 'password', 'method']);
    const [identifier] = nodesOf(first.json, 'identifier');
    expect(read(identifier, 'attributes.autocomplete')).toBe('username webauthn');
    const flow = await asked(other);
    expect(messagesOf(flow.json)).toEqual([1010012]);
    expect(namesOf(flow.json)).toEqual([
      'identifier',
      'csrf_token',
      'webauthn_script',
      'webauthn_login_trigger',
      'webauthn_login',
    ]);
    expect(requestOf(flow.json).publicKey.allowCredentials).toHaveLength(1);
    const bent = await other.post(flow.action, { json: answered(flow, keys, { bend: 'broken-signature' }) });
    expect([bent.status, messagesOf(bent.json), namesOf(bent.json)]).toEqual([
      400,
      [4000008],
      ['csrf_token', 'identifier', 'webauthn_login', 'webauthn_script', 'webauthn_login_trigger'],
    ]);
    expect(requestOf(bent.json)).toEqual(requestOf(flow.json));
    const answer = await other.post(flow.action, { json: answered(flow, keys) });
    expect(answer.status).toBe(200);
    expect(methodsOf(read(answer.json, 'session'))).toEqual(['webauthn/aal1']);
    other.close();
  });

  test('by form leads a browser to the page and home.', async () => {
    const { keys, other } = await twice();
    const flow = await begin(other, visit.url, 'login', 'browser');
    const headers = { accept: 'text/html' };
    const form = { csrf_token: flow.csrf, method: 'webauthn', identifier: email };
    const step = await other.post(flow.action, { headers, form });
    expect([step.status, step.location]).toEqual([303, `http://127.0.0.1:4455/login?flow=${flow.id}`]);
    const { json } = await other.get(`${visit.url}/self-service/login/flows?id=${flow.id}`);
    const answer = await other.post(flow.action, { headers, form: answered({ ...flow, json }, keys) });
    expect([answer.status, answer.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    other.close();
  });

  test('refuses somebody unknown, somebody without a key, and nobody.', async () => {
    const other = createHttpClient();
    const person = { email: `pw-${email}`, password: 'clouds over the harbour' };
    await register(http, visit.url, person, 'browser');
    const flow = await begin(other, visit.url, 'login', 'browser');
    for (const identifier of [`nobody-${email}`, person.email]) {
      const answer = await whoIs(other, flow, identifier);
      expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000015]]);
    }
    const nobody = await whoIs(other, flow, '');
    expect([nobody.status, messagesOf(nobody.json, 'identifier')]).toEqual([400, [4000002]]);
    other.close();
  });

  test('takes a key for its own account alone, and goes on as somebody else when they say so.', async () => {
    const { keys, other } = await twice();
    const flow = await asked(other);
    const sent = answered(flow, keys);
    const ada = email;
    email = `other-${email}`;
    http.cookies.delete('ory_kratos_session');
    const theirs = device();
    expect((await registerWith(theirs)).status).toBe(200);
    const swapped = await other.post(flow.action, { json: { ...sent, identifier: email } });
    expect([swapped.status, messagesOf(swapped.json)]).toEqual([400, [4000008]]);
    const again = await whoIs(other, flow);
    expect(again.status).toBe(422);
    const { json } = await other.get(`${visit.url}/self-service/login/flows?id=${flow.id}`);
    const now = { ...flow, json };
    expect(valueOf(json, 'identifier')).toBe(email);
    const old = await other.post(flow.action, { json: { ...sent, identifier: email } });
    expect(messagesOf(old.json)).toEqual([4000008]);
    const answer = await other.post(flow.action, { json: answered(now, theirs) });
    expect(read(answer.json, 'session.identity.traits.email')).toBe(email);
    expect(ada).not.toBe(email);
    other.close();
  });

  test('an answer is taken once.', async () => {
    const { keys, other } = await twice();
    const flow = await asked(other);
    const json = answered(flow, keys);
    expect((await other.post(flow.action, { json })).status).toBe(200);
    const again = await other.post(flow.action, { json });
    expect(again.status).toBeGreaterThanOrEqual(400);
    const elsewhere = createHttpClient();
    const new_ = await asked(elsewhere);
    const replayed = await elsewhere.post(new_.action, { json: { ...json, csrf_token: new_.csrf } });
    expect([replayed.status, messagesOf(replayed.json)]).toEqual([400, [4000008]]);
    elsewhere.close();
    other.close();
  });

  test('is confirmed with a key, and there is no second step.', async () => {
    const { keys, other } = await twice();
    other.close();
    const flow = await begin(http, visit.url, 'login', 'browser', '?refresh=true');
    expect(namesOf(flow.json)).toEqual([
      'csrf_token',
      'identifier',
      'webauthn_login',
      'webauthn_script',
      'webauthn_login_trigger',
    ]);
    const answer = await http.post(flow.action, { json: answered(flow, keys) });
    expect(answer.status).toBe(200);
    expect(methodsOf(read(answer.json, 'session'))).toEqual(['webauthn/aal1', 'webauthn/aal1']);
  });
});

describe('settings', () => {
  test('the only key stays, a second one is added, and then the first one may go.', async () => {
    const keys = device();
    const { json } = await registerWith(keys);
    const handle = read(await credentialOf(readText(json, 'identity.id')), 'config.user_handle');
    const flow = await begin(http, visit.url, 'settings', 'browser');
    const [only] = nodesOf(flow.json, 'webauthn_remove');
    expect(read(only, 'attributes.disabled')).toBe(true);
    const first = String(read(only, 'attributes.value'));
    const refused = await change(visit, () => ({ webauthn_remove: first }));
    expect([refused.status, messagesOf(refused.json, 'webauthn_remove')]).toEqual([400, [4000001]]);
    const spare = device();
    const added = await addKey(visit, spare, 'spare');
    expect(nodesOf(added.json, 'webauthn_remove').map((node) => read(node, 'attributes.disabled'))).toEqual([
      false,
      false,
    ]);
    expect(read(await credentialOf(readText(json, 'identity.id')), 'config.user_handle')).toBe(handle);
    const gone = await change(visit, () => ({ webauthn_remove: first }));
    expect([gone.status, nodesOf(gone.json, 'webauthn_remove').length]).toEqual([200, 1]);
    const other = createHttpClient();
    const step = await asked(other);
    expect((await other.post(step.action, { json: answered(step, spare) })).status).toBe(200);
    other.close();
  });

  test('with a password beside it the only key may go.', async () => {
    const person = { email, password: 'clouds over the harbour' };
    await register(http, visit.url, person, 'browser');
    const added = await addKey(visit, device());
    expect(methodsOf((await http.get(`${visit.url}/sessions/whoami`)).json)).toEqual([
      'password/aal1',
      'webauthn/aal1',
    ]);
    const [node] = nodesOf(added.json, 'webauthn_remove');
    const gone = await change(visit, () => ({ webauthn_remove: read(node, 'attributes.value') }));
    expect([gone.status, nodesOf(gone.json, 'webauthn_remove').length]).toEqual([200, 0]);
  });

  test('a key that was made is put aside until the person has confirmed themselves.', async () => {
    const keys = device();
    await registerWith(keys);
    const flow = await begin(http, visit.url, 'settings', 'browser');
    server.pass(70 * 60_000);
    const renewed = await begin(http, visit.url, 'settings', 'browser');
    const held = await change(visit, made(device(), 'spare'), renewed);
    expect([held.status, read(held.json, 'error.id')]).toEqual([403, 'session_refresh_required']);
    expect(flow.id).not.toBe(renewed.id);
    const again = await begin(http, visit.url, 'login', 'browser', '?refresh=true');
    expect((await http.post(again.action, { json: answered(again, keys) })).status).toBe(200);
    const back = await http.get(`${visit.url}/self-service/settings?flow=${renewed.id}`);
    expect(back.status).toBeLessThan(400);
    const after = await begin(http, visit.url, 'settings', 'browser');
    expect(nodesOf(after.json, 'webauthn_remove')).toHaveLength(2);
  });
});

test('With the identifier on a page of its own, whoever has a key alone is asked for it at once.', async () => {
  const two = await startEmbedded({
    config: keysConfig({ passwordless: true, login: 'identifier_first' }),
    files: KEYS_FILES,
  });
  visit = { http, url: two.publicUrl };
  const keys = device();
  await registerWith(keys);
  const other = createHttpClient();
  const flow = await begin(other, two.publicUrl, 'login', 'browser');
  const json = { csrf_token: flow.csrf, method: 'identifier_first', identifier: email };
  const step = await other.post(flow.action, { json });
  expect(step.status).toBe(422);
  const shown = await other.get(`${two.publicUrl}/self-service/login/flows?id=${flow.id}`);
  const answer = await other.post(flow.action, { json: answered({ ...flow, json: shown.json }, keys) });
  expect(answer.status).toBe(200);
  other.close();
  await two.stop();
});

test('Where accounts are not to be told, whoever is not there is asked for a key that nobody has.', async () => {
  const more = 'security: { account_enumeration: { mitigate: true } }\n';
  const silent = await startEmbedded({ config: keysConfig({ passwordless: true, more }), files: KEYS_FILES });
  visit = { http, url: silent.publicUrl };
  const keys = device();
  await registerWith(keys);
  const known = await asked(createHttpClient());
  email = `nobody-${email}`;
  const other = createHttpClient();
  const unknown = await asked(other);
  const shape = (flow: Begun) => {
    const { challenge, allowCredentials, ...options } = requestOf(flow.json).publicKey;
    return [namesOf(flow.json), messagesOf(flow.json), challenge.length, allowCredentials.length, options];
  };
  expect(shape(unknown)).toEqual(shape(known));
  // The same one each time.
  expect(requestOf((await asked(createHttpClient())).json).publicKey.allowCredentials).toEqual(
    requestOf(unknown.json).publicKey.allowCredentials,
  );
  const [credential] = keys.credentials;
  const webauthn_login = JSON.stringify(keys.get(requestOf(unknown.json), credential && { credential }));
  const json = { csrf_token: unknown.csrf, method: 'webauthn', identifier: email, webauthn_login };
  const answer = await other.post(unknown.action, { json });
  expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
  const junk = await other.post(unknown.action, { json: { ...json, webauthn_login: 'true' } });
  expect([junk.status, messagesOf(junk.json)]).toEqual([400, [4000001]]);
  other.close();
  await silent.stop();
});
