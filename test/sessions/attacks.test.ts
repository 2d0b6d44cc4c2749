import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type Answer, type HttpClient, read, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { begin, type Person, register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const html = 'text/html';

describe('somebody who is after another person’s account', () => {
  let server: TestServer;
  let count = 0;
  let victim: Person;
  let attacker: Person;
  const { open, close } = createHttpClients();
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  });
  beforeEach(() => {
    count += 1;
    victim = { email: `victim${count}@sallyport.test`, password: 'clouds over the harbour' };
    attacker = { email: `attacker${count}@sallyport.test`, password: 'bells of the old town' };
  });
  afterAll(async () => {
    close();
    await server.stop();
  });

  /** A browser in which somebody new is signed in. */
  async function arrive(person: Person): Promise<HttpClient> {
    const browser = open();
    const answer = await register(browser, server.publicUrl, person, 'browser');
    expect(answer.status).toBe(200);
    return browser;
  }
  const whoami = (browser: HttpClient): Promise<Answer> => browser.get(`${server.publicUrl}/sessions/whoami`);
  const sessionOf = async (browser: HttpClient): Promise<string> => readText((await whoami(browser)).json, 'id');
  const code = ({ status, json }: Answer): readonly unknown[] => [status, read(json, 'error.id')];

  test('cannot plant a session: what a browser brings along is never what it is signed in with.', async () => {
    const evil = await arrive(attacker);
    const planted = evil.cookies.get('ory_kratos_session') ?? '';
    for (const value of [planted, 'ory_st_chosenByTheAttacker0000000000000', 'x'.repeat(5_000)]) {
      const browser = open();
      await register(open(false), server.publicUrl, victim);
      browser.cookies.set('ory_kratos_session', value);
      await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
      const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
      const json = { method: 'password', csrf_token: flow.csrf, identifier: victim.email, password: victim.password };
      const answer = await browser.post(flow.action, { json });
      expect(answer.status, answer.text).toBe(200);
      expect(browser.cookies.get('ory_kratos_session')).not.toBe(value);
      expect(read((await whoami(browser)).json, 'identity.traits.email')).toBe(victim.email);
      const with_ = { headers: { cookie: `ory_kratos_session=${value}` } };
      expect((await open(false).get(`${server.publicUrl}/sessions/whoami`, with_)).status).toBe(401);
    }
  });

  test('cannot end, see or take over a session by its id.', async () => {
    const [evil, mine] = [await arrive(attacker), await arrive(victim)];
    const id = await sessionOf(mine);
    expect((await evil.request('DELETE', `${server.publicUrl}/sessions/${id}`)).status).toBe(204);
    await signIn(open(), server.publicUrl, attacker, 'browser');
    const page = await evil.get(`${server.publicUrl}/ui/sessions`, { accept: html });
    const [, token = ''] = /name="csrf_token"[^>]* value="([^"]+)"/.exec(page.text) ?? [];
    expect(token, page.text).not.toBe('');
    const ended = await evil.post(`${server.publicUrl}/ui/sessions`, {
      form: { csrf_token: token, session: id },
      accept: html,
    });
    expect(ended.status).toBe(303);
    for (const value of [id, id.replaceAll('-', '')]) {
      const headers = { 'x-session-token': value, authorization: `Bearer ${value}` };
      expect((await open(false).get(`${server.publicUrl}/sessions/whoami`, { headers })).status).toBe(401);
    }
    expect((await whoami(mine)).status).toBe(200);
  });

  test('cannot sign anybody out, or out of other devices, from a page of their own.', async () => {
    const mine = await arrive(victim);
    const elsewhere = open();
    await signIn(elsewhere, server.publicUrl, victim, 'browser');
    const id = await sessionOf(elsewhere);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const tries = [
      await mine.request('DELETE', `${server.publicUrl}/sessions`, { headers: foreign }),
      await mine.request('DELETE', `${server.publicUrl}/sessions/${id}`, { headers: foreign }),
      await mine.post(`${server.publicUrl}/ui/sessions`, { form: { all: 'true' }, headers: foreign }),
      await mine.post(`${server.publicUrl}/ui/sessions`, { form: { all: 'true' } }),
      await mine.get(`${server.publicUrl}/self-service/logout`),
      await mine.get(`${server.publicUrl}/self-service/logout?token=ory_lo_${'a'.repeat(32)}`),
    ];
    for (const { status } of tries) expect([400, 403, 303]).toContain(status);
    expect([(await whoami(mine)).status, (await whoami(elsewhere)).status]).toEqual([200, 200]);
  });

  test('cannot sign anybody out with a token of another session.', async () => {
    const [evil, mine] = [await arrive(attacker), await arrive(victim)];
    const { json } = await evil.get(`${server.publicUrl}/self-service/logout/browser`);
    const url = readText(json, 'logout_url');
    const answer = await mine.get(url, { headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(403);
    expect([(await whoami(mine)).status, (await whoami(evil)).status]).toEqual([200, 200]);
  });

  test('cannot have settings of their own filled in by the person, nor the other way round.', async () => {
    const [evil, mine] = [await arrive(attacker), await arrive(victim)];
    const [theirs, own] = [
      await begin(evil, server.publicUrl, 'settings', 'browser'),
      await begin(mine, server.publicUrl, 'settings', 'browser'),
    ];
    const password = 'lanterns on the quay';
    const crossed = [
      await mine.post(theirs.action, { json: { method: 'password', csrf_token: theirs.csrf, password } }),
      await mine.post(theirs.action, { json: { method: 'password', csrf_token: own.csrf, password } }),
      await evil.post(own.action, { json: { method: 'password', csrf_token: theirs.csrf, password } }),
      await mine.get(`${server.publicUrl}/self-service/settings/flows?id=${theirs.id}`),
    ];
    for (const answer of crossed) expect(code(answer)).toEqual([403, 'security_identity_mismatch']);
    const forged = [
      await mine.post(own.action, { json: { method: 'password', password } }),
      await mine.post(own.action, { json: { method: 'password', csrf_token: theirs.csrf, password } }),
      await mine.post(own.action, {
        form: { method: 'password', csrf_token: '', password },
        accept: 'application/json',
      }),
    ];
    for (const answer of forged) expect(code(answer)).toEqual([403, 'security_csrf_violation']);
    for (const person of [victim, attacker]) {
      expect((await signIn(open(false), server.publicUrl, person)).status).toBe(200);
      expect((await signIn(open(false), server.publicUrl, { ...person, password })).status).toBe(400);
    }
  });

  test('cannot give themselves what only administrators give.', async () => {
    const evil = await arrive(attacker);
    const flow = await begin(evil, server.publicUrl, 'settings', 'browser');
    const traits = { email: attacker.email };
    const id = readText((await whoami(evil)).json, 'identity.id');
    const extra = {
      id: '00000000-0000-4000-8000-000000000000',
      identity_id: '00000000-0000-4000-8000-000000000000',
      state: 'inactive',
      schema_id: 'other',
      external_id: 'boss',
      metadata_public: { admin: true },
      metadata_admin: { admin: true },
      available_aal: 'aal2',
      verifiable_addresses: [{ value: attacker.email, verified: true, via: 'email' }],
      credentials: { password: { config: { hashed_password: 'x' } } },
    };
    const json = { method: 'profile', csrf_token: flow.csrf, traits, ...extra };
    expect((await evil.post(flow.action, { json })).status).toBe(200);
    const form = {
      method: 'profile',
      csrf_token: flow.csrf,
      'traits.email': attacker.email,
      'metadata_public.admin': 'true',
      'identity.state': 'inactive',
      state: 'inactive',
      schema_id: 'other',
    };
    expect((await evil.post(flow.action, { form, accept: html })).status).toBe(303);
    for (const names of [
      { ...traits, metadata_public: { a: 1 } },
      { ...traits, id },
    ])
      expect((await evil.post(flow.action, { json: { ...json, traits: names } })).status).toBe(400);
    const { json: stored } = await open(false).get(`${server.adminUrl}/admin/identities/${id}`);
    expect(stored).toMatchObject({ id, state: 'active', schema_id: 'person', metadata_public: null, traits });
    expect(read(stored, 'metadata_admin') ?? null).toBeNull();
    expect(read(stored, 'external_id')).toBeUndefined();
  });

  test.each([
    '//evil.example/',
    'https:evil.example',
    'https:/evil.example',
    '\\\\evil.example',
    'https://evil.example\\@127.0.0.1:4455/',
    'http://127.0.0.1:4455@evil.example/',
    'http://127.0.0.1.evil.example:4455/',
    'javascript:alert(1)',
    ' https://evil.example/',
    'http://127.0.0.1:4455/\r\nSet-Cookie: planted=1',
    '/\t/evil.example',
  ])('cannot lead anybody away with return_to=%j.', async (wanted) => {
    const browser = await arrive(victim);
    const query = `return_to=${encodeURIComponent(wanted)}`;
    const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser`);
    const logout = readText(json, 'logout_url');
    const answers = [
      await browser.get(`${server.publicUrl}/self-service/settings/browser?${query}`, { accept: html }),
      await browser.get(`${server.publicUrl}/self-service/login/browser?refresh=true&${query}`, { accept: html }),
      await browser.get(`${server.publicUrl}/self-service/logout/browser?${query}`),
      await browser.get(`${logout}&${query}`, { accept: html }),
    ];
    for (const answer of answers) {
      expect(answer.setCookies.map(({ name }) => name)).not.toContain('planted');
      expect(`${answer.location ?? ''} ${answer.text}`).not.toContain('evil.example');
    }
    const led = answers.flatMap(({ location }) => (location === undefined ? [] : [new URL(location).pathname]));
    expect(new Set(led)).toEqual(new Set(['/error']));
    expect((await whoami(browser)).status).toBe(200);
  });
});
