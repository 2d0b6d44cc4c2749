import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type Fields, type HttpClient, read } from '../support/http-client.ts';
import { begin, type Begun, messagesOf, register, valueOf } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

describe('a profile form in settings', () => {
  let server: TestServer;
  let http: HttpClient;
  let count = 0;
  let email = '';
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  });
  afterAll(() => server.stop());

  /** Somebody new, in a browser of their own, with a name. */
  async function arrive(): Promise<Begun> {
    http = createHttpClient();
    email = `profile${(count += 1)}@sallyport.test`;
    await register(http, server.publicUrl, { email, password: PASSWORD }, 'browser');
    const flow = await begin(http, server.publicUrl, 'settings', 'browser');
    const saved = await post(flow, { 'traits.email': email, 'traits.name': 'Ilse', 'traits.newsletter': 'true' });
    expect(saved.status).toBe(303);
    return flow;
  }

  const post = (flow: Begun, fields: Fields) =>
    http.post(flow.action, { form: { method: 'profile', csrf_token: flow.csrf, ...fields }, accept: 'text/html' });
  const shown = async (flow: Begun) =>
    (await http.get(`${server.publicUrl}/self-service/settings/flows?id=${flow.id}`)).json;

  test('A field that is emptied stays empty when another one is refused.', async () => {
    const flow = await arrive();
    await post(flow, { 'traits.email': 'no address', 'traits.name': '', 'traits.newsletter': 'false' });
    const form = await shown(flow);
    expect(messagesOf(form, 'traits.email')).toHaveLength(1);
    expect(valueOf(form, 'traits.email')).toBe('no address');
    expect(valueOf(form, 'traits.name')).toBe('');
    http.close();
  });

  test('All fields emptied at once stay empty, and nothing is stored.', async () => {
    const flow = await arrive();
    await post(flow, { 'traits.email': '', 'traits.name': '', 'traits.newsletter': '' });
    const form = await shown(flow);
    expect(messagesOf(form, 'traits.email')).toEqual([4000002]);
    expect([valueOf(form, 'traits.email'), valueOf(form, 'traits.name')]).toEqual(['', '']);
    expect(read(form, 'identity.traits')).toEqual({ email, name: 'Ilse', newsletter: true });
    http.close();
  });

  test('What was typed and refused stays on the form when the password is refused next.', async () => {
    const flow = await arrive();
    await post(flow, { 'traits.email': 'no address', 'traits.name': 'Elsa' });
    const form = { method: 'password', csrf_token: flow.csrf, password: 'short' };
    await http.post(flow.action, { form, accept: 'text/html' });
    const json = await shown(flow);
    expect(messagesOf(json, 'traits.email')).toEqual([]);
    expect([valueOf(json, 'traits.email'), valueOf(json, 'traits.name')]).toEqual(['no address', 'Elsa']);
    http.close();
  });

  test('A form that was saved shows what is stored now, not what was typed then.', async () => {
    const flow = await arrive();
    const found = await http.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
    const patch = [{ op: 'replace', path: '/traits/name', value: 'Otto' }];
    await http.request('PATCH', `${server.adminUrl}/admin/identities/${String(read(found.json, '0.id'))}`, {
      json: patch,
    });
    expect(valueOf(await shown(flow), 'traits.name')).toBe('Otto');
    http.close();
  });
});
