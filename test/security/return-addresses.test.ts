import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { mailConfig, MAIL_FILES } from '../support/mail-config.ts';
import { begin, register } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'vera@sallyport.test', password: 'clouds over the harbour' };
const LISTED = 'https://shop.example/checkout';
// Nothing is sent here.
const listing = (...urls: readonly string[]): string =>
  mailConfig({ uri: 'smtp://127.0.0.1:1/' }).replace(
    'selfservice:\n',
    `selfservice:\n  allowed_return_urls: ${JSON.stringify(urls)}\n`,
  );

const FORBIDDEN = [
  'javascript:alert(1)',
  'https://evil.example/x',
  '//evil.example',
  'https://shop.example@evil.example/',
  'https://shop.example/check',
  '\\\\evil.example',
  'data:text/html,x',
  `${LISTED}/%zz`,
];

describe('an address to return to', () => {
  let server: TestServer;
  let http: HttpClient;
  let id: string;
  beforeAll(async () => {
    server = await startServer({ config: listing(LISTED), files: MAIL_FILES });
    http = createHttpClient();
    id = await createPerson(server.adminUrl, person);
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const PARAMETERS = ['return_to', 'after_verification_return_to'];
  const BEGINNINGS = ['login', 'registration', 'verification', 'recovery'].flatMap((kind) =>
    ['browser', 'api'].flatMap((type) =>
      PARAMETERS.map((parameter) => [`/self-service/${kind}/${type}`, parameter] as const),
    ),
  );

  test.each([...BEGINNINGS, ['/self-service/logout/browser', 'return_to'] as const])(
    'that is on no list is refused at %s in %s',
    async (path, parameter) => {
      for (const url of FORBIDDEN) {
        const answer = await http.get(`${server.publicUrl}${path}?${parameter}=${encodeURIComponent(url)}`);
        expect([url, answer.status, read(answer.json, 'error.id')]).toEqual([
          url,
          400,
          'self_service_flow_return_to_forbidden',
        ]);
      }
    },
  );

  test('is read as UTF-8 or refused', async () => {
    const begun = `${server.publicUrl}/self-service/login/api?return_to=${LISTED}/`;
    expect((await http.get(`${begun}%ED%A0%80`)).status).toBe(400);
    expect((await http.get(`${begun}%FF`)).status).toBe(400);
    expect((await http.get(`${begun}%EF%BF%BD`)).status).toBe(200); // the character itself
  });

  test.each(['link', 'code'])('is judged where an administrator makes a recovery %s', async (method) => {
    const ask = (url: string) =>
      http.post(`${server.adminUrl}/admin/recovery/${method}?return_to=${encodeURIComponent(url)}`, {
        json: { identity_id: id },
      });
    for (const url of FORBIDDEN) {
      const { status, json } = await ask(url);
      expect([url, status, read(json, 'error.id')]).toEqual([url, 400, 'self_service_flow_return_to_forbidden']);
    }
    expect((await ask(LISTED)).status).toBeLessThan(300);
  });

  test('is carried by the sign-out as it was checked', async () => {
    const browser = createHttpClient();
    await register(browser, server.publicUrl, { ...person, email: 'out@sallyport.test' }, 'browser');
    const wanted = encodeURIComponent('HTTPS://shop.example:443/checkout/7?a=ä');
    const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser?return_to=${wanted}`);
    const carried = new URL(readText(json, 'logout_url')).searchParams.get('return_to');
    expect(carried).toBe('https://shop.example/checkout/7?a=%C3%A4');
    browser.close();
  });
});

test('taken off the list meanwhile is shown by no flow that began with it, and leads nowhere', async () => {
  const before = await startServer({ config: listing(LISTED, 'https://gone.example'), files: MAIL_FILES });
  const { folder, ports } = before;
  const browser = createHttpClient();
  const query = '?return_to=https%3A%2F%2Fgone.example%2Fx';
  const login = await begin(browser, before.publicUrl, 'login', 'browser', query);
  expect(read(login.json, 'return_to')).toBe('https://gone.example/x');
  const registration = await begin(browser, before.publicUrl, 'registration', 'browser', query);
  await before.stop({ keep: true });

  const after = await startServer({ config: listing(LISTED), files: MAIL_FILES, folder, ports });
  for (const [kind, flow] of [
    ['login', login],
    ['registration', registration],
  ] as const) {
    const { status, json } = await browser.get(
      `${after.publicUrl}/self-service/${kind}/flows?id=${readText(flow.json, 'id')}`,
    );
    expect([status, read(json, 'return_to')]).toEqual([200, undefined]);
  }
  browser.close();
  await after.stop();
});
