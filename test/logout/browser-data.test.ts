import { afterAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { begin } from '../support/self-service.ts';

const started: EmbeddedServer[] = [];
afterAll(async () => {
  for (const server of started) await server.stop();
});

/** The header at the sign-out of a browser. */
async function clearedBy(base: string, setting: string): Promise<unknown> {
  const config = `${BASIC_CONFIG.replace('  flows:\n', `  flows:\n    logout: { ${setting} }\n`)}${base}`;
  const server = await startEmbedded({ config, files: BASIC_FILES });
  started.push(server);
  const browser = createHttpClient();
  const person = { email: 'gone@sallyport.test', password: 'clouds over the harbour' };
  await createPerson(server.adminUrl, person);
  const { action, csrf } = await begin(browser, server.publicUrl, 'login', 'browser');
  const { email: identifier, password } = person;
  // The public URL is that of a proxy which ends TLS; the test asks behind it.
  await browser.post(`${server.publicUrl}/self-service/login${new URL(action).search}`, {
    json: { method: 'password', identifier, password, csrf_token: csrf },
  });
  const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser`);
  const url = `${server.publicUrl}/self-service/logout?token=${readText(json, 'logout_token')}`;
  const answer = await browser.get(url, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(204);
  browser.close();
  return answer.headers['clear-site-data'];
}

// A cookie that is not for https alone, so that a test can bring it over http.
const HTTPS = "serve: { public: { base_url: 'https://sallyport.test/' } }\ncookies: { secure: false }\n";

describe('clear_browser_data', () => {
  test('lets the browser forget everything of the site, over https', async () => {
    expect(await clearedBy(HTTPS, 'clear_browser_data: true')).toBe('"cache", "cookies", "storage"');
  });

  test('is heeded by no browser over http, and not sent', async () => {
    expect(await clearedBy('', 'clear_browser_data: true')).toBeUndefined();
  });

  test('is off unless it is switched on', async () => {
    expect(await clearedBy(HTTPS, 'clear_browser_data: false')).toBeUndefined();
  });
});
