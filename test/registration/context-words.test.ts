import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { messagesOf } from '../support/self-service.ts';

const BASE = 'http://login.roadrunner.test';
const config = BASIC_CONFIG.replace(
  'haveibeenpwned_enabled: false',
  'haveibeenpwned_enabled: false, context_words: [Acme, Rocket Works]',
).concat(`serve: { public: { base_url: ${BASE}/ } }\n`);

describe('a new password', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  let people = 0;
  beforeAll(async () => {
    server = await startEmbedded({ config, files: BASIC_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  async function send(kind: string, json: object, headers: Readonly<Record<string, string>> = {}) {
    const flow = await http.get(`${server.publicUrl}/self-service/${kind}/api`, { headers });
    // The flow's address has the configured host, which is no name of this machine.
    return http.post(readText(flow.json, 'ui.action').replace(BASE, server.publicUrl), { headers, json });
  }
  const register = (password: string) => {
    const traits = { email: `words-${(people += 1)}@people.test` };
    return send('registration', { method: 'password', traits, password });
  };

  test.each([
    ['a word of the configuration', 'Acme-2026!'],
    ['two of them', 'rocketworks-acme'],
    ['one in other characters', 'r0ck3t w0rk$ 77'],
    ['a label of the host', 'roadrunner99'],
    ['the name of the product', 'Sallyport2026'],
  ])('is not made of %s: %s', async (_, password) => {
    const { status, json } = await register(password);
    expect([status, messagesOf(json, 'password')]).toEqual([400, [4000005]]);
    const node = readList(json, 'ui.nodes').find((each) => read(each, 'attributes.name') === 'password');
    expect(read(node, 'messages.0.text')).toContain('a word that belongs to it');
    expect(messagesOf(json)).toEqual([]);
  });

  test('may be a phrase in which one of them stands', async () => {
    expect((await register('an acme lantern in the fog')).status).toBe(200);
  });

  test('is judged alike in the settings', async () => {
    const person = { email: 'settings@sallyport.test', password: 'clouds over the harbour' };
    await createPerson(server.adminUrl, person);
    const login = { method: 'password', identifier: person.email, password: person.password };
    const headers = { 'x-session-token': readText((await send('login', login)).json, 'session_token') };
    const refused = await send('settings', { method: 'password', password: 'roadrunner99' }, headers);
    expect([refused.status, messagesOf(refused.json, 'password')]).toEqual([400, [4000005]]);
    expect((await send('settings', { method: 'password', password: 'bells of the old town' }, headers)).status).toBe(
      200,
    );
  });
});
