import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, signIn, type Kind } from '../support/self-service.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
/** A configuration of whose methods one is off. */
const without = (method: string): string => {
  const on = mailConfig({ uri: 'smtp://127.0.0.1:1/' });
  const known = new RegExp(`^    ${method}: \\{.*\\}$`, 'm');
  return known.test(on)
    ? on.replace(known, `    ${method}: { enabled: false }`)
    : on.replace('  methods:\n', `  methods:\n    ${method}: { enabled: false }\n`);
};

let server: EmbeddedServer;
const client = createHttpClient({ cookies: false });
afterAll(() => client.close());

/** A flow of the kind by itself, with the token that its submit needs. */
async function opened(kind: Kind, password: boolean): Promise<{ action: string; headers: Record<string, string> }> {
  const headers: Record<string, string> = {};
  if (kind === 'settings' && password)
    headers['x-session-token'] = readText((await signIn(client, server.publicUrl, person)).json, 'session_token');
  const flow = await client.get(`${server.publicUrl}/self-service/${kind}/api`, { headers });
  return { action: readText(flow.json, 'ui.action'), headers };
}

describe.each([
  ['link', ['login', 'registration', 'settings', 'recovery', 'verification']],
  ['totp', ['login', 'registration', 'settings', 'recovery', 'verification']],
  ['oidc', ['login', 'registration', 'settings', 'recovery', 'verification']],
  ['profile', ['login', 'registration', 'settings', 'recovery', 'verification']],
  ['password', ['login', 'registration', 'recovery', 'verification']],
] as const)('with %s switched off', (method, kinds) => {
  beforeAll(async () => {
    server = await startEmbedded({ config: without(method), files: MAIL_FILES });
    if (method !== 'password') await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  test.each(kinds)('a %s that names it is 404', async (kind) => {
    const { action, headers } = await opened(kind, method !== 'password');
    const json = { method, traits: { email: person.email }, email: person.email, password: person.password };
    const answer = await client.post(action, { headers, json });
    expect(answer.status, answer.text).toBe(404);
    expect(read(answer.json, 'error.reason')).toContain('disabled by system administrator');
  });
});

test('a login that no method is left for has no nodes, as it can be sent by nobody', async () => {
  server = await startEmbedded({ config: without('password'), files: MAIL_FILES });
  for (const type of ['api', 'browser'] as const) {
    const { json } = await begin(createHttpClient(), server.publicUrl, 'login', type);
    expect(read(json, 'ui.nodes')).toEqual([]);
  }
  await server.stop();
});

describe('beside a method that is off', () => {
  beforeAll(async () => {
    server = await startEmbedded({ config: without('link'), files: MAIL_FILES });
  });
  afterAll(() => server.stop());

  test('a method that nobody has keeps its answer on the form', async () => {
    const flow = await begin(client, server.publicUrl, 'login', 'api');
    const answer = await client.post(flow.action, { json: { method: 'telepathy' } });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json)).toContain('4010002');
  });

  test('a browser that names it is led to the error page', async () => {
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const form = { method: 'link', csrf_token: flow.csrf };
    const sent = await browser.post(flow.action, { form, accept: 'text/html' });
    expect(sent.location).toMatch(/\/error\?id=/);
    browser.close();
  });

  test('administrators hand out no link', async () => {
    const identity_id = await createPerson(server.adminUrl, person);
    const link = await client.post(`${server.adminUrl}/admin/recovery/link`, { json: { identity_id } });
    const code = await client.post(`${server.adminUrl}/admin/recovery/code`, { json: { identity_id } });
    expect([link.status, code.status]).toEqual([404, 201]);
  });
});

test('administrators hand out no code where codes are off and recovery goes with them', async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' })
    .replace(/^ {4}(link|code): .*\n/gm, '')
    .replace('  methods:\n', '  methods:\n    link: { enabled: true }\n    code: { enabled: false }\n')
    .replaceAll('use: code', 'use: link');
  server = await startEmbedded({ config, files: MAIL_FILES });
  const identity_id = await createPerson(server.adminUrl, person);
  const code = await client.post(`${server.adminUrl}/admin/recovery/code`, { json: { identity_id } });
  const link = await client.post(`${server.adminUrl}/admin/recovery/link`, { json: { identity_id } });
  expect([code.status, link.status]).toEqual([404, 200]);
  await server.stop();
});
