import { afterEach, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, readText, type HttpClient } from '../support/http-client.ts';
import { begin } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

/* A development server says on the error page what `why` says of the flow; the error itself holds no more than ever. */

const PASSWORD = 'clouds over the harbour';
const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';

let server: TestServer;
let http: HttpClient;
afterEach(async () => {
  http.close();
  await server.stop();
});

async function start(args: readonly string[]): Promise<void> {
  http = createHttpClient();
  // Production takes no cheap hashes.
  const config = BASIC_CONFIG.replace('http://127.0.0.1:4455/error', '<public>/ui/error').replace(/^hashers: .*$/m, '');
  server = await startServer({ config, files: BASIC_FILES, args });
}

/** Sends a browser's form with a CSRF token of nobody; the flow, the error page and the error of the API. */
async function stray(): Promise<{ readonly flow: string; readonly page: string; readonly error: unknown }> {
  const flow = await begin(http, server.publicUrl, 'login', 'browser');
  const sent = await http.post(flow.action, {
    form: { csrf_token: 'nobody', method: 'password', identifier: 'ada@sallyport.test', password: PASSWORD },
    headers: { accept: HTML },
  });
  expect(sent.status).toBe(303);
  const address = String(sent.headers['location']);
  expect(address).toMatch(/\/ui\/error\?id=[0-9a-f-]{36}$/);
  const page = await http.get(address, { headers: { accept: HTML } });
  expect(page.status).toBe(200);
  const id = new URL(address).searchParams.get('id') ?? '';
  const error = await http.get(`${server.publicUrl}/self-service/errors?id=${id}`);
  expect(readText(error.json, 'id')).toBe(id);
  return { flow: flow.id, page: page.text, error: read(error.json, 'error') };
}

test('In development the error page says what became of the flow, and what to do; nothing that was typed.', async () => {
  await start(['serve', '--dev']);
  const { flow, page, error } = await stray();
  const [, why = ''] = /<pre>([^<]*)<\/pre>/.exec(page) ?? [];
  expect(why).toContain(`login ${flow} waits for the person, on form.waiting.`);
  expect(why).toMatch(/^stopped +\S+ \S+, refused$/m);
  expect(why).toMatch(/^cause +security_csrf_violation: /m);
  expect(why).toContain('what to do: ');
  expect(page).not.toContain(PASSWORD);
  expect(page).not.toContain('ada@sallyport.test');
  // What apps are given has no flow in it.
  expect(JSON.stringify(error)).not.toContain(flow);
  expect(read(error, 'id')).toBe('security_csrf_violation');
});

test('An error that belongs to no flow has nothing to tell.', async () => {
  await start(['serve', '--dev']);
  const sent = await http.post(`${server.publicUrl}/self-service/login`, { form: {}, headers: { accept: HTML } });
  expect(sent.status).toBe(303);
  const page = await http.get(String(sent.headers['location']), { headers: { accept: HTML } });
  expect(page.status).toBe(200);
  expect(page.text).toContain('The flow parameter is missing or malformed.');
  expect(page.text).not.toContain('<pre');
});

test('In production the page tells nothing of the flow.', async () => {
  await start(['serve']);
  const { flow, page } = await stray();
  expect(page).toContain('<h1>');
  expect(page).not.toContain('<pre');
  expect(page).not.toContain(flow);
  expect(page).not.toContain('what to do: ');
});
