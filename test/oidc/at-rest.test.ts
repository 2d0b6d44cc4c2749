import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, viaProvider } from '../support/provider.ts';
import { begin } from '../support/self-service.ts';
import { startServer } from '../support/server.ts';

const FIRST = 'thirty-two-characters-of-secret!';
const SECOND = 'another-one-of-thirty-two-chars!';

test('a provider’s tokens are stored encrypted, shown to who asks for them, and outlive a rotation', async () => {
  const provider = await startProvider();
  const http = createHttpClient();
  const admin = createHttpClient({ cookies: false });
  const config = (cipher: readonly string[]) =>
    oidcConfig({
      providers: [providerEntry('acme', provider)],
      // Looked into below.
      more: {
        dsn: 'sqlite://<folder>/sallyport.sqlite?_fk=true',
        secrets: { cookie: ['a-cookie-secret-that-only-these-tests-know-1'], cipher },
      },
    });
  const first = await startServer({ config: config([FIRST]), files: OIDC_FILES });
  provider.says({ sub: 'una', email: 'una@example.org', email_verified: true, name: 'Una' });
  const flow = await begin(http, first.publicUrl, 'login', 'browser');
  await viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  const id = readText((await http.get(`${first.publicUrl}/sessions/whoami`)).json, 'identity.id');
  const { folder, ports } = first;
  await first.stop({ keep: true });

  const database = new DatabaseSync(join(folder, 'sallyport.sqlite'), { readOnly: true });
  const [stored] = database.prepare("SELECT config FROM credentials WHERE type = 'oidc'").all();
  const kept = ['flows', 'flow_journal', 'vault', 'sessions', 'identities'].flatMap((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  const sealed = JSON.stringify(stored);
  expect(sealed).toContain('una');
  expect(`${sealed}${JSON.stringify(kept)}`).not.toMatch(/eyJ[\w-]{10}/);
  expect(first.log()).not.toMatch(/eyJ[\w-]{10}/);

  const tokens = async (cipher: readonly string[]) => {
    const server = await startServer({ config: config(cipher), files: OIDC_FILES, folder, ports });
    const plain = await admin.get(`${server.adminUrl}/admin/identities/${id}`);
    const asked = await admin.get(`${server.adminUrl}/admin/identities/${id}?include_credential=oidc`);
    await server.stop({ keep: true });
    expect(JSON.stringify(plain.json)).not.toContain('initial_id_token');
    return read(asked.json, 'credentials.oidc.config.providers.0.initial_id_token');
  };
  expect(await tokens([SECOND, FIRST])).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await tokens([SECOND])).toBe('');
  http.close();
  admin.close();
  await provider.stop();
}, 120_000); // three servers, one after the other
