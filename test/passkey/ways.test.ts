import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, valueOf } from '../support/self-service.ts';
import {
  addWith,
  challengeOf,
  change,
  creationOf,
  device,
  PASSKEY_FILES,
  passkeyConfig,
  registerWith,
  signInWith,
  type Visit,
} from './setting.ts';

const names = (flow: unknown): readonly string[] =>
  readList(flow, 'ui.nodes').map((node) => String(read(node, 'attributes.name') ?? read(node, 'attributes.id')));
const nodesNamed = (flow: unknown, name: string): readonly unknown[] =>
  readList(flow, 'ui.nodes').filter((node) => read(node, 'attributes.name') === name);
const methodsOf = (answer: Answer): readonly string[] =>
  readList(answer.json, 'session.authentication_methods').map(
    (each) => `${readText(each, 'method')}/${readText(each, 'aal')}`,
  );

describe.each(['browser', 'api'] as const)('passkeys, %s', (type) => {
  let server: EmbeddedServer;
  let http: HttpClient;
  let visit: Visit;
  let count = 0;
  const email = (): string => `ada${count}@sallyport.test`;
  beforeAll(async () => {
    server = await startEmbedded({ config: passkeyConfig(), files: PASSKEY_FILES });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    count += 1;
    http = createHttpClient();
    visit = { http, url: server.publicUrl, type };
  });
  afterEach(() => http.close());

  /** The same person, elsewhere. */
  const elsewhere = (): Visit => ({ ...visit, http: createHttpClient() });
  const stored = async (id: string): Promise<unknown> => {
    const answer = await http.get(`${server.adminUrl}/admin/identities/${id}?include_credential=passkey`);
    return read(answer.json, 'credentials.passkey');
  };
  /** The header of an app's session: browsers have their cookie. */
  const withToken = (answer: Answer): Visit => {
    if (type === 'browser') return visit;
    const headers = { 'x-session-token': readText(answer.json, 'session_token') };
    const more = (options: object = {}) => ({ ...options, headers });
    const client = {
      ...http,
      get: (url: string, o?: object) => http.get(url, more(o)),
      post: (url: string, o?: object) => http.post(url, more(o)),
    };
    return { ...visit, http: client };
  };

  test('Somebody registers with one and signs in with it, without saying who they are.', async () => {
    const keys = device();
    const registered = await registerWith(visit, keys, email());
    expect(registered.status).toBe(200);
    expect(methodsOf(registered)).toEqual(['passkey/aal1']);
    const id = readText(registered.json, 'identity.id');
    expect(await stored(id)).toMatchObject({
      type: 'passkey',
      version: 1,
      identifiers: [expect.stringMatching(/^[a-z0-9]{64}$/)],
      config: { credentials: [{ is_passwordless: true, attestation_type: 'none', display_name: '' }] },
    });
    const answer = await signInWith(elsewhere(), keys);
    expect(answer.status).toBe(200);
    expect(methodsOf(answer)).toEqual(['passkey/aal1']);
    expect(readText(answer.json, 'session.identity.id')).toBe(id);
  });

  test('What the forms ask for stands in their nodes; apps have no script.', async () => {
    const script = type === 'browser' ? ['webauthn_script'] : [];
    const login = await begin(http, server.publicUrl, 'login', type);
    expect(names(login.json)).toEqual([
      'csrf_token',
      'identifier',
      ...script,
      'passkey_login_trigger',
      'passkey_login',
      'passkey_challenge',
      'password',
      'method',
    ]);
    expect(read(nodesNamed(login.json, 'identifier')[0], 'attributes.autocomplete')).toBe('username webauthn');
    expect(challengeOf(login.json)).toEqual({
      publicKey: {
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        timeout: 300_000,
        rpId: 'shop.sallyport.test',
        userVerification: 'preferred',
      },
    });
    const registration = await begin(http, server.publicUrl, 'registration', type);
    expect(names(registration.json)).toEqual([
      'csrf_token',
      'traits.email',
      'traits.name',
      'traits.newsletter',
      ...script,
      'passkey_register_trigger',
      'passkey_register',
      'passkey_create_data',
      'password',
      'method',
    ]);
    expect(JSON.parse(valueOf(registration.json, 'passkey_create_data')).displayNameFieldName).toBe('traits.email');
    const [trigger] = nodesNamed(registration.json, 'passkey_register_trigger');
    const onclick = type === 'browser' ? { onclick: 'window.oryPasskeyRegistration()' } : {};
    expect(read(trigger, 'attributes')).toEqual({
      name: 'passkey_register_trigger',
      type: 'button',
      disabled: false,
      ...onclick,
      onclickTrigger: 'oryPasskeyRegistration',
      node_type: 'input',
    });
  });

  test('A handle that nobody has, an answer that is none, and one that does not verify are told apart.', async () => {
    const keys = device();
    await registerWith(visit, keys, email());
    const other = elsewhere();
    const flow = await begin(other.http, server.publicUrl, 'login', type);
    const token = type === 'browser' ? { csrf_token: flow.csrf } : {};
    const send = async (passkey_login: string): Promise<readonly number[]> => {
      const answer = await other.http.post(flow.action, { json: { passkey_login, ...token } });
      expect(answer.status).toBe(400);
      return messagesOf(answer.json);
    };
    const options = challengeOf(flow.json);
    const stranger = device();
    stranger.create({
      publicKey: { ...creationOf((await begin(other.http, server.publicUrl, 'registration', type)).json).publicKey },
    });
    expect(await send('no JSON')).toEqual([4000001]);
    expect(await send(JSON.stringify(stranger.get(options)))).toEqual([4000015]);
    expect(
      await send(JSON.stringify(keys.get({ publicKey: { ...options.publicKey, challenge: 'A'.repeat(43) } }))),
    ).toEqual([4000008]);
    expect(await send('{}')).toEqual([4000008]);
    // The form goes on being good.
    const right = await other.http.post(flow.action, {
      json: { passkey_login: JSON.stringify(keys.get(options)), ...token },
    });
    expect(right.status).toBe(200);
  });

  test('The method alone leads to the page of the form, where the browser can be asked.', async () => {
    const flow = await begin(http, server.publicUrl, 'login', type);
    const token = type === 'browser' ? { csrf_token: flow.csrf } : {};
    const to = `http://127.0.0.1:4455/login?flow=${flow.id}`;
    for (const more of [{}, { passkey_login: '' }]) {
      const answer = await http.post(flow.action, { json: { method: 'passkey', ...token, ...more } });
      expect(answer.status).toBe(422);
      expect(read(answer.json, 'redirect_browser_to')).toBe(to);
      expect(read(answer.json, 'error.id')).toBe('browser_location_change_required');
    }
    const form = await http.post(flow.action, { form: { method: 'passkey', ...token }, accept: 'text/html' });
    expect([form.status, form.location]).toEqual(type === 'browser' ? [303, to] : [422, undefined]);
    expect((await http.get(`${server.publicUrl}/self-service/login/flows?id=${flow.id}`)).status).toBe(200);
  });

  test('An answer is good for one form, and once.', async () => {
    const keys = device();
    await registerWith(visit, keys, email());
    const [one, two] = [elsewhere(), elsewhere()];
    const [first, second] = await Promise.all(
      [one, two].map((each) => begin(each.http, server.publicUrl, 'login', type)),
    );
    if (first === undefined || second === undefined) throw new Error('two flows');
    const passkey_login = JSON.stringify(keys.get(challengeOf(first.json)));
    const send = (who: Visit, flow: typeof first) =>
      who.http.post(flow.action, { json: { passkey_login, ...(type === 'browser' && { csrf_token: flow.csrf }) } });
    expect(messagesOf((await send(two, second)).json)).toEqual([4000008]);
    expect((await send(one, first)).status).toBe(200);
    expect((await send(one, first)).status).toBe(400);
  });

  test('Nonsense in a registration is refused on the form, which keeps what was typed.', async () => {
    const flow = await begin(http, server.publicUrl, 'registration', type);
    const token = type === 'browser' ? { csrf_token: flow.csrf } : {};
    const send = (more: object) =>
      http.post(flow.action, { json: { method: 'passkey', traits: { email: email() }, ...token, ...more } });
    for (const empty of [{}, { passkey_register: '' }, { passkey_register: 'true' }])
      expect(messagesOf((await send(empty)).json)).toEqual([4010003]);
    const broken = await send({ passkey_register: 'no JSON' });
    expect([broken.status, messagesOf(broken.json)]).toEqual([400, [4000001]]);
    expect(valueOf(broken.json, 'traits.email')).toBe(email());
    const keys = device();
    const made = keys.create(creationOf(flow.json), { origin: 'https://evil.example' });
    const foreign = await send({ passkey_register: JSON.stringify(made) });
    expect([foreign.status, messagesOf(foreign.json)]).toEqual([400, [4000001]]);
    const right = JSON.stringify(keys.create(creationOf(flow.json)));
    expect(
      messagesOf((await send({ passkey_register: right, traits: { email: 'none' } })).json, 'traits.email'),
    ).not.toEqual([]);
    expect((await send({ passkey_register: right })).status).toBe(200);
  });

  test('In settings passkeys are added and removed, each with its handle; the last way in stays.', async () => {
    const [phone, laptop] = [device(), device()];
    const registered = await registerWith(visit, phone, email());
    const id = readText(registered.json, 'identity.id');
    const signedIn = withToken(registered);
    const added = await addWith(signedIn, laptop);
    expect([added.status, messagesOf(added.json)]).toEqual([200, [1050001]]);
    expect(readList(await stored(id), 'identifiers')).toHaveLength(2);
    expect((await signInWith(elsewhere(), laptop)).status).toBe(200);
    expect(nodesNamed(added.json, 'passkey_remove')).toHaveLength(2);
    // No authenticator makes a second one for the same person.
    expect(() => laptop.create(creationOf(added.json))).toThrow(/has a credential/);

    const hex = Buffer.from(laptop.credentials[0]?.id ?? []).toString('hex');
    const removed = await change(signedIn, () => ({ passkey_remove: hex }));
    expect(removed.status).toBe(200);
    expect(readList(await stored(id), 'identifiers')).toHaveLength(1);
    expect(messagesOf((await signInWith(elsewhere(), laptop)).json)).toEqual([4000015]);
    expect((await signInWith(elsewhere(), phone)).status).toBe(200);

    expect(messagesOf((await change(signedIn, () => ({ passkey_remove: hex }))).json)).toEqual([4000001]);
    expect(nodesNamed(removed.json, 'passkey_remove').map((node) => read(node, 'attributes.disabled'))).toEqual([true]);
    const last = Buffer.from(phone.credentials[0]?.id ?? []).toString('hex');
    const kept = await change(signedIn, () => ({ passkey_remove: last }));
    expect([kept.status, messagesOf(kept.json, 'passkey_remove')]).toEqual([400, [4000001]]);
    expect((await signInWith(elsewhere(), phone)).status).toBe(200);
  });

  test('Whoever has a password may remove the last passkey.', async () => {
    const keys = device();
    const registered = await register(
      http,
      server.publicUrl,
      { email: email(), password: 'clouds over the harbour' },
      type,
    );
    const signedIn = withToken(registered);
    expect((await addWith(signedIn, keys)).status).toBe(200);
    const hex = Buffer.from(keys.credentials[0]?.id ?? []).toString('hex');
    expect((await change(signedIn, () => ({ passkey_remove: hex }))).status).toBe(200);
    expect(await stored(readText(registered.json, 'identity.id'))).toBeUndefined();
  });
});
