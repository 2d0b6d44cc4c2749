import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readList } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, toCallback, viaProvider } from '../support/provider.ts';
import { begin } from '../support/self-service.ts';

const MINUTE = 60_000;

let server: EmbeddedServer;
let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
  const providers = [providerEntry('acme', provider), providerEntry('other', provider)];
  const flows = { settings: { privileged_session_max_age: '5m', required_aal: 'aal1' } };
  server = await startEmbedded({ config: oidcConfig({ providers, flows }), files: OIDC_FILES });
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});

test('a connection that needs a fresh proof waits for it, and is made then, with no other proof than the provider’s', async () => {
  const http = createHttpClient();
  provider.says({ sub: 'old', email: 'old@example.org', email_verified: true, name: 'Old' });
  const registration = await begin(http, server.publicUrl, 'registration', 'browser');
  await viaProvider(http, registration.action, { provider: 'acme', csrf_token: registration.csrf });
  const before = await http.get(`${server.publicUrl}/sessions/whoami`);
  server.pass(10 * MINUTE);

  const settings = await begin(http, server.publicUrl, 'settings', 'browser');
  const asked = await http.post(settings.action, { json: { link: 'other', csrf_token: settings.csrf } });
  expect([asked.status, read(asked.json, 'error.id')]).toEqual([403, 'session_refresh_required']);
  const login = new URL(String(read(asked.json, 'redirect_browser_to')));
  const back = login.searchParams.get('return_to') ?? '';

  // The provider says that it was asked just now.
  const authTime = Math.floor((Date.now() + 10 * MINUTE) / 1_000);
  provider.says({ sub: 'old', email: 'old@example.org', email_verified: true, name: 'Old', auth_time: authTime });
  const refresh = await begin(http, server.publicUrl, 'login', 'browser', login.search);
  const proved = await viaProvider(http, refresh.action, { provider: 'acme', csrf_token: refresh.csrf });
  expect([proved.status, proved.location]).toEqual([303, back]);
  const after = await http.get(`${server.publicUrl}/sessions/whoami`);
  expect(read(after.json, 'id')).toBe(read(before.json, 'id'));

  const onwards = await http.get(back, { accept: 'text/html' });
  expect(onwards.location?.startsWith(`${provider.issuer}/authorize`)).toBe(true);
  const page = await fetch(onwards.location ?? '', { redirect: 'manual' });
  const done = await http.get(page.headers.get('location') ?? '', { accept: 'text/html' });
  expect(done.status).toBe(303);
  const shown = await http.get(`${server.publicUrl}/self-service/settings/flows?id=${settings.id}`);
  const buttons = readList(shown.json, 'ui.nodes').map((node) => `${String(read(node, 'attributes.name'))}=${String(read(node, 'attributes.value'))}`);
  expect(read(shown.json, 'state')).toBe('success');
  expect(buttons).toEqual(expect.arrayContaining(['unlink=acme', 'unlink=other']));
  http.close();
}); // prettier-ignore

test('an answer that takes longer than ten minutes is none', async () => {
  const http = createHttpClient();
  provider.says({ sub: 'slow', email: 'slow@example.org', email_verified: true, name: 'Slow' });
  const flow = await begin(http, server.publicUrl, 'login', 'browser');
  const callback = await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  server.pass(11 * MINUTE);
  const late = await http.get(callback);
  expect(late.status).toBe(400);
  expect((await http.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
  http.close();
});
