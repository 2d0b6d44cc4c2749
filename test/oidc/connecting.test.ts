import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, toCallback, viaProvider } from '../support/provider.ts';
import { begin, messagesOf, signIn, valueOf } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'a lighthouse in the fog';

let server: TestServer;
let acme: TestProvider;
let other: TestProvider;
let http: HttpClient;

beforeAll(async () => {
  acme = await startProvider();
  other = await startProvider();
  server = await startServer({
    config: oidcConfig({
      providers: [
        providerEntry('acme', acme, { label: 'Acme ID' }),
        providerEntry('other', other),
        providerEntry('trusted', other, { account_linking_mode: 'automatic' }),
      ],
      flows: { settings: { privileged_session_max_age: '1h' } },
    }),
    files: OIDC_FILES,
  });
});
afterAll(async () => {
  await server.stop();
  await acme.stop();
  await other.stop();
});
beforeEach(() => {
  http = createHttpClient();
});
afterEach(() => http.close());

interface Somebody {
  readonly verified?: boolean;
  readonly providers?: readonly { readonly provider: string; readonly subject: string }[];
  readonly password?: boolean;
}

/** Somebody who has an account here already. */
async function person(email: string, { verified = true, providers = [], password = true }: Somebody = {}) {
  const admin = createHttpClient({ cookies: false });
  const answer = await admin.post(`${server.adminUrl}/admin/identities`, {
    json: {
      schema_id: 'member',
      traits: { email, name: 'Somebody' },
      verifiable_addresses: [{ value: email, via: 'email', verified, status: verified ? 'completed' : 'pending' }],
      credentials: {
        ...(password && { password: { config: { password: PASSWORD } } }),
        ...(providers.length > 0 && { oidc: { config: { providers } } }),
      },
    },
  });
  admin.close();
  if (answer.status !== 201) throw new Error(`cannot create ${email}: ${answer.status} ${answer.text}`);
  return readText(answer.json, 'id');
}

async function subjectsOf(id: string): Promise<readonly unknown[]> {
  const admin = createHttpClient({ cookies: false });
  const { json } = await admin.get(`${server.adminUrl}/admin/identities/${id}`);
  admin.close();
  return readList(json, 'credentials.oidc.identifiers');
}

const go = async (provider: string, kind: 'login' | 'registration' = 'login', client = http): Promise<Answer> => {
  const flow = await begin(client, server.publicUrl, kind, 'browser');
  return viaProvider(client, flow.action, { provider, csrf_token: flow.csrf });
};
const whoami = async (client = http) => (await client.get(`${server.publicUrl}/sessions/whoami`)).json;
const flowAt = async (location: string | undefined, client = http): Promise<unknown> => {
  const at = new URL(location ?? '');
  const kind = at.pathname.slice(1);
  return (await client.get(`${server.publicUrl}/self-service/${kind}/flows?id=${at.searchParams.get('flow')}`)).json;
};
const namesOf = (flow: unknown) =>
  readList(flow, 'ui.nodes').map(
    (node) => `${String(read(node, 'attributes.name'))}=${String(read(node, 'attributes.value') ?? '')}`,
  );
const prove = (flow: unknown, identifier: string, password = PASSWORD, client = http) =>
  client.post(readText(flow, 'ui.action'), {
    json: { method: 'password', identifier, password, csrf_token: valueOf(flow, 'csrf_token') },
  });

describe('an account at a provider whose verified address somebody has here', () => {
  test('waits until that somebody has proved the account, and is connected then', async () => {
    const id = await person('ann@example.org');
    acme.says({ sub: 'ann', email: 'ann@example.org', email_verified: true, name: 'Ann' });
    const before = await countStored(server.adminUrl);
    const asked = await go('acme');
    expect([asked.status, new URL(asked.location ?? '').pathname]).toEqual([303, '/login']);
    const form = await flowAt(asked.location);
    expect(messagesOf(form)).toEqual([1010016]);
    expect(read(form, 'ui.messages.0.context')).toMatchObject({ provider: 'Acme ID', duplicate_identifier: 'ann@example.org' });
    expect(namesOf(form).filter((name) => /^(?:provider|identifier)/.test(name))).toEqual(['provider=other', 'provider=trusted', 'identifier=ann@example.org']);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(await subjectsOf(id)).toEqual([]);

    const wrong = await prove(form, 'ann@example.org', 'not the password');
    expect([wrong.status, messagesOf(wrong.json), await subjectsOf(id)]).toEqual([400, [4000006], []]);
    const proved = await prove(form, 'ann@example.org');
    expect([proved.status, await subjectsOf(id)]).toEqual([200, ['acme:ann']]);

    http.close();
    http = createHttpClient();
    expect((await go('acme')).status).toBe(303);
    expect(read(await whoami(), 'identity.id')).toBe(id);
  }); // prettier-ignore

  test('is connected after a proof at another provider just as well', async () => {
    const id = await person('bob@example.org', { password: false, providers: [{ provider: 'other', subject: 'bob' }] });
    acme.says({ sub: 'bob-at-acme', email: 'bob@example.org', email_verified: true, name: 'Bob' });
    const form = await flowAt((await go('acme')).location);
    other.says({ sub: 'bob', email: 'bob@example.org', email_verified: true, name: 'Bob' });
    const done = await viaProvider(http, readText(form, 'ui.action'), { provider: 'other', csrf_token: valueOf(form, 'csrf_token') });
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    expect(await subjectsOf(id)).toEqual(['acme:bob-at-acme', 'other:bob']);
  }); // prettier-ignore

  test('is connected without asking only where the configuration says so, and both sides have verified', async () => {
    const id = await person('cat@example.org');
    other.says({ sub: 'cat', email: 'cat@example.org', email_verified: true, name: 'Cat' });
    const done = await go('trusted');
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    expect([read(await whoami(), 'identity.id'), await subjectsOf(id)]).toEqual([id, ['trusted:cat']]);
  });
});

describe('taking over an account is refused:', () => {
  test('1. the same address with another subject is another person', async () => {
    const id = await person('dan@example.org', { password: false, providers: [{ provider: 'acme', subject: 'dan' }] });
    acme.says({ sub: 'not-dan', email: 'dan@example.org', email_verified: true, name: 'Dan' });
    const answer = await go('acme');
    expect(new URL(answer.location ?? '').pathname).toBe('/login');
    expect(read(await whoami(), 'error.code')).toBe(401);
    expect(await subjectsOf(id)).toEqual(['acme:dan']);
  });

  test.each(['trusted', 'other', 'acme'])(
    '2. who registered a victim’s address beforehand does not get what the victim brings from %s',
    async (provider) => {
      const email = `eva-${provider}@example.org`;
      const trap = await person(email, { verified: false });
      const attacker = createHttpClient();
      await signIn(attacker, server.publicUrl, { email, password: PASSWORD }, 'browser');
      const before = await countStored(server.adminUrl);
      (provider === 'acme' ? acme : other).says({ sub: `eva-${provider}`, email, email_verified: true, name: 'Eva' });
      const answer = await go(provider);
      expect(messagesOf(await flowAt(answer.location))).toEqual([4000027]);
      expect(read(await whoami(), 'error.code')).toBe(401);
      expect([await subjectsOf(trap), await countStored(server.adminUrl)]).toEqual([[], before]);
      attacker.close();
    },
  );

  test.each<readonly [string, unknown]>([
    ['false', false],
    ['the text "false"', 'false'],
    ['the text "true"', 'true'],
    ['1', 1],
    ['null', null],
    ['a list', [true]],
    ['absent', undefined],
  ])('3. an address the provider has not verified connects nothing and verifies nothing: %s', async (name, verified) => {
    const email = `flo${name.replace(/\W/g, '')}@example.org`;
    const id = await person(email);
    for (const provider of ['other', 'trusted']) {
      other.says({ sub: `flo ${name}`, email, name: 'Flo', ...(verified !== undefined && { email_verified: verified }) });
      const answer = await go(provider);
      expect(messagesOf(await flowAt(answer.location))).toEqual([4000027]);
      expect(read(await whoami(), 'error.code')).toBe(401);
    }
    expect(await subjectsOf(id)).toEqual([]);
    const fresh = `new-${email}`;
    other.says({ sub: `new ${name}`, email: fresh, name: 'Flo', ...(verified !== undefined && { email_verified: verified }) });
    await go('other');
    expect(read(await whoami(), 'identity.verifiable_addresses.0')).toMatchObject({ value: fresh, verified: false });
  }); // prettier-ignore

  test('4. the proof of one account connects nothing with another', async () => {
    const victim = await person('gus@example.org');
    const mine = await person('mallory@example.org');
    acme.says({ sub: 'gus-of-mallory', email: 'gus@example.org', email_verified: true, name: 'Gus' });
    const form = await flowAt((await go('acme')).location);
    const answer = await prove(form, 'mallory@example.org');
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4010009]]);
    expect([await subjectsOf(victim), await subjectsOf(mine)]).toEqual([[], []]);
    expect(read(await whoami(), 'error.code')).toBe(401);
    // Nor does a subject that nobody knows become an account there.
    other.says({ sub: 'unknown', email: 'unknown@example.org', email_verified: true, name: 'Un' });
    const fields = { provider: 'other', csrf_token: valueOf(form, 'csrf_token') };
    const stranger = await viaProvider(http, readText(form, 'ui.action'), fields);
    expect(messagesOf(await flowAt(stranger.location))).toEqual([4010009]);
  });

  test('5. an answer of the provider that was meant for an attacker’s browser does nothing in the victim’s', async () => {
    const victim = await person('hal@example.org');
    const attacker = createHttpClient();
    await person('mallet@example.org');
    // To be signed in as the attacker, to be connected with the attacker's account: both begin in the attacker's browser.
    acme.says({ sub: 'mallet', email: 'mallet@example.net', email_verified: true, name: 'Mallet' });
    const login = await begin(attacker, server.publicUrl, 'login', 'browser');
    const loginBack = await toCallback(attacker, login.action, { provider: 'acme', csrf_token: login.csrf });
    await signIn(attacker, server.publicUrl, { email: 'mallet@example.org', password: PASSWORD }, 'browser');
    const settings = await begin(attacker, server.publicUrl, 'settings', 'browser');
    const settingsBack = await toCallback(attacker, settings.action, { link: 'acme', csrf_token: settings.csrf });
    const alone = await http.get(loginBack, { accept: 'application/json' });
    expect(alone.status).toBe(403);
    await signIn(http, server.publicUrl, { email: 'hal@example.org', password: PASSWORD }, 'browser');
    const connected = await http.get(settingsBack, { accept: 'application/json' });
    expect(connected.status).toBe(403);
    expect([read(await whoami(), 'identity.id'), await subjectsOf(victim)]).toEqual([victim, []]);
    attacker.close();
  });

  test('6. an answer for one provider is not taken at the address of another, nor one without our state', async () => {
    acme.says({ sub: 'ivy', email: 'ivy@example.org', email_verified: true, name: 'Ivy' });
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const back = await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    const elsewhere = await http.get(back.replace('/callback/acme', '/callback/other'));
    const stateless = await http.get(back.replace(/state=[^&]+/, 'state=made-up'));
    const without = await http.get(back.replace(/&?state=[^&]+/, ''));
    expect([elsewhere.status, stateless.status, without.status]).toEqual([400, 400, 400]);
    expect((await http.get(back, { accept: 'text/html' })).location).toBe('http://127.0.0.1:4455/home');
  });
});

describe('in settings', () => {
  const settings = async (client = http) => begin(client, server.publicUrl, 'settings', 'browser');
  const change = async (fields: Readonly<Record<string, string>>, client = http) => {
    const flow = await settings(client);
    return client.post(flow.action, { json: { ...fields, csrf_token: flow.csrf } });
  };
  const buttons = (flow: unknown) => namesOf(flow).filter((name) => /^(?:un)?link=/.test(name));

  test('an account is connected and taken off again', async () => {
    const id = await person('jan@example.org');
    await signIn(http, server.publicUrl, { email: 'jan@example.org', password: PASSWORD }, 'browser');
    const flow = await settings();
    expect(buttons(flow.json)).toEqual(['link=acme', 'link=other', 'link=trusted']);
    acme.says({ sub: 'jan', email: 'jan@another.example', email_verified: true, name: 'Jan' });
    const done = await viaProvider(http, flow.action, { link: 'acme', csrf_token: flow.csrf });
    expect([done.status, new URL(done.location ?? '').pathname, await subjectsOf(id)]).toEqual([303, '/settings', ['acme:jan']]);
    const saved = await flowAt(done.location);
    expect([read(saved, 'state'), buttons(saved)]).toEqual(['success', ['unlink=acme', 'link=other', 'link=trusted']]);
    const off = await change({ unlink: 'acme' });
    expect([off.status, read(off.json, 'state'), await subjectsOf(id)]).toEqual([200, 'success', []]);
  }); // prettier-ignore

  test('an account that belongs to somebody else here is not connected', async () => {
    await person('kay@example.org', { providers: [{ provider: 'acme', subject: 'kay' }] });
    const id = await person('leo@example.org');
    await signIn(http, server.publicUrl, { email: 'leo@example.org', password: PASSWORD }, 'browser');
    acme.says({ sub: 'kay', email: 'kay@example.org', email_verified: true, name: 'Kay' });
    const flow = await settings();
    const done = await viaProvider(http, flow.action, { link: 'acme', csrf_token: flow.csrf });
    expect([messagesOf(await flowAt(done.location)), await subjectsOf(id)]).toEqual([[4000001], []]);
  });

  test('the last way in stays, also when two browsers take one off at once', async () => {
    const entries = [
      { provider: 'acme', subject: 'max' },
      { provider: 'other', subject: 'max' },
    ];
    const id = await person('max@example.org', { password: false, providers: entries });
    const second = createHttpClient();
    acme.says({ sub: 'max', email: 'max@example.org', email_verified: true, name: 'Max' });
    await go('acme');
    await go('acme', 'login', second);
    const answers = await Promise.all([change({ unlink: 'acme' }), change({ unlink: 'other' }, second)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect(await subjectsOf(id)).toHaveLength(1);
    const last = String((await subjectsOf(id))[0]).split(':')[0] ?? '';
    const refused = await change({ unlink: last });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4000001]]);
    expect(await subjectsOf(id)).toHaveLength(1);
    expect(buttons((await settings()).json).filter((name) => name.startsWith('unlink'))).toEqual([]);
    second.close();
  });

  test.each([
    ['link', 'nobody'],
    ['unlink', 'acme'],
  ])('%s=%s that makes no sense is a message', async (field, value) => {
    const email = `nan-${field}@example.org`;
    await person(email);
    await signIn(http, server.publicUrl, { email, password: PASSWORD }, 'browser');
    const answer = await change({ [field]: value });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
  });
});
