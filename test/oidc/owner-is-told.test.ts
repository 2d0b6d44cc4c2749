import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { noticeNames, noticesTo } from '../support/owner-notices.ts';
import { startProvider, type TestProvider, viaProvider } from '../support/provider.ts';
import { begin, signIn, valueOf } from '../support/self-service.ts';

const PASSWORD = 'a lighthouse in the fog';
let server: EmbeddedServer;
let acme: TestProvider;

beforeAll(async () => {
  acme = await startProvider();
  server = await startEmbedded({
    config: oidcConfig({
      providers: [providerEntry('acme', acme)],
      more: { courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/' }, notify: { new_device: false } } },
    }),
    files: OIDC_FILES,
  });
});
afterAll(async () => {
  await server.stop();
  await acme.stop();
});

async function person(email: string): Promise<void> {
  const admin = createHttpClient({ cookies: false });
  const answer = await admin.post(`${server.adminUrl}/admin/identities`, {
    json: {
      schema_id: 'member',
      traits: { email, name: 'Somebody' },
      verifiable_addresses: [{ value: email, via: 'email', verified: true, status: 'completed' }],
      credentials: { password: { config: { password: PASSWORD } } },
    },
  });
  admin.close();
  expect(answer.status, answer.text).toBe(201);
}

test('an account at a provider that is connected in settings and taken off again: one message each', async () => {
  const email = 'jan@example.org';
  const http = createHttpClient();
  await person(email);
  await signIn(http, server.publicUrl, { email, password: PASSWORD }, 'browser');
  const flow = await begin(http, server.publicUrl, 'settings', 'browser');
  acme.says({ sub: 'jan', email: 'jan@another.example', email_verified: true, name: 'Jan' });
  await viaProvider(http, flow.action, { link: 'acme', csrf_token: flow.csrf });
  expect(await noticeNames(server, email)).toEqual(['notify_factor_changed']);
  const next = await begin(http, server.publicUrl, 'settings', 'browser');
  await http.post(next.action, { json: { unlink: 'acme', csrf_token: next.csrf } });
  http.close();
  expect((await noticesTo(server, email)).map(({ body }) => /- (\w+): .*/.exec(body)?.[0])).toEqual([
    '- Added: an account at another provider',
    '- Removed: an account at another provider',
  ]);
  expect(await noticeNames(server, 'jan@another.example')).toEqual([]);
});

test('one that is connected by a sign-in: one message, and none for a sign-in that connects nothing', async () => {
  const email = 'ann@example.org';
  await person(email);
  acme.says({ sub: 'ann', email, email_verified: true, name: 'Ann' });
  const http = createHttpClient();
  const go = async () => {
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    return viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  };
  const asked = new URL((await go()).location ?? '');
  const form = await http.get(`${server.publicUrl}/self-service/login/flows?id=${asked.searchParams.get('flow')}`);
  expect(await noticeNames(server, email)).toEqual([]);
  const json = {
    method: 'password',
    identifier: email,
    password: PASSWORD,
    csrf_token: valueOf(form.json, 'csrf_token'),
  };
  expect((await http.post(readText(form.json, 'ui.action'), { json })).status).toBe(200);
  expect(await noticeNames(server, email)).toEqual(['notify_factor_changed']);
  http.close();
  const another = createHttpClient();
  const flow = await begin(another, server.publicUrl, 'login', 'browser');
  await viaProvider(another, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  another.close();
  expect(await noticeNames(server, email)).toEqual(['notify_factor_changed']);
});
