import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { createHttpClient } from '../support/http-client.ts';
import { register } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A mail that tries whatever a mail should not be able to. */
const HOSTILE = `
import { defineHook } from 'sallyport/plugin';

const there = 'http://127.0.0.1:<elsewhere>';
export default defineHook({
  name: 'hostile_mail',
  at: { 'registration.after': 'write' },
  timeoutMs: 500,
  run: {
    async write(_facts, _config, { outbox }) {
      await outbox.put({
        subject: 'Hello <script>window.top.hostile = 1</script>',
        text: 'Hello <img src=x onerror="window.top.hostile = 1">\\nhttps://shop.example/?a=1&b="2',
        html: \`<style>body { background: url(\${there}/style) }</style><p id="words">Words</p>
<img src="\${there}/image" onerror="top.hostile = 1"><script>top.hostile = 1</script>
<script src="\${there}/script"></script><link rel="stylesheet" href="\${there}/link">
<iframe src="\${there}/frame"></iframe><object data="\${there}/object"></object>
<form action="\${there}/form"><button id="send">Send</button></form>
<meta http-equiv="refresh" content="0; url=\${there}/refresh"><svg onload="top.hostile = 1"></svg>\`,
      });
      return { kind: 'continue' };
    },
  },
});
`;

let server: TestServer;
let browser: TestBrowser;
const reached: string[] = [];
const elsewhere = createServer((request, response) => {
  reached.push(request.url ?? '');
  response.end();
}).listen(0, '127.0.0.1');

beforeAll(async () => {
  if (!elsewhere.listening) await once(elsewhere, 'listening');
  const address = elsewhere.address();
  if (address === null || typeof address === 'string') throw new Error('the other server got no port');
  server = await startServer({
    config: `
selfservice:
  flows:
    registration:
      style: unified
      after: { password: { hooks: [{ hook: session }, { hook: verify }, { hook: hostile_mail }] } }
`,
    files: { 'plugins/hostile_mail.ts': HOSTILE },
    names: { elsewhere: String(address.port) },
    args: ['dev'],
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  elsewhere.closeAllConnections();
  await new Promise((resolve) => elsewhere.close(resolve));
});

test('the inbox shows a hostile mail, and nothing in it does anything', async () => {
  const http = createHttpClient();
  const email = 'ada@sallyport.test';
  const password = 'clouds over the harbour';
  expect((await register(http, server.publicUrl, { email, password }, 'api')).status).toBe(200);
  http.close();

  const page = await browser.page();
  await page.goto(`${server.adminUrl}/inbox`);
  await page.click('text=Hello');
  expect(await page.innerText('h1')).toBe('Hello <script>window.top.hostile = 1</script>');
  const frame = page.frameLocator('iframe');
  await frame.locator('#words').waitFor();
  // A click on its form is as dead as the rest.
  await frame.locator('#send').click({ force: true });
  expect(await page.evaluate('"hostile" in window')).toBe(false);
  await page.click('text=All messages');
  await page.waitForURL(`${server.adminUrl}/inbox`);
  expect(reached).toEqual([]);

  // The mail beside it: what it is for stands where the eye falls first.
  await page.click('a.subject:not(:has-text("Hello"))');
  const link = await page.getAttribute('a.button', 'href');
  expect(link?.startsWith(`${server.publicUrl}/self-service/verification?`)).toBe(true);
});
