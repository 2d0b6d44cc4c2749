import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type Chromium, openChromium } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'lia@sallyport.test', password: 'clouds over the harbour' };
type Headers = Readonly<Record<string, string>>;

describe('under dev', () => {
  let server: TestServer;
  let id: string;
  beforeAll(async () => {
    server = await startServer({
      config: `${BASIC_CONFIG}serve: { admin: { hosts: ['*.corp.example'] } }\n`,
      files: BASIC_FILES,
    });
    id = await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  function ask(
    port: number,
    path: string,
    headers: Headers,
    method = 'GET',
  ): Promise<{ status: number | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (answer.headers['content-type']?.startsWith('text/event-stream')) answer.destroy();
        });
        answer.on('close', () => resolve({ status: answer.statusCode, text }));
      });
      sent.on('error', reject).end();
    });
  }

  const ADMIN: readonly (readonly [method: string, path: string])[] = [
    ['GET', '/'],
    ['GET', '/live'],
    ['GET', '/inbox'],
    ['GET', '/admin/identities'],
    ['GET', '/identities'],
    ['POST', '/admin/recovery/code'],
    ['DELETE', '/admin/identities/ID'],
    ['GET', '/admin/courier/messages'],
    ['GET', '/admin/version'],
    ['GET', '/admin/health/config'],
    ['GET', '/assets/any.css'],
    ['GET', '/nope'],
    ['OPTIONS', '/admin/identities'],
    ['GET', '//admin/identities'],
  ];

  test.each(ADMIN)('the admin listener refuses a rebound name: %s %s', async (method, path) => {
    const { status, text } = await ask(server.ports.admin, path.replace('ID', id), { Host: 'evil.example' }, method);
    expect(status).toBe(421);
    expect(text).toContain('misdirected_request');
    expect(text).toContain('serve.admin.hosts');
    expect(text).not.toContain(person.email);
  });

  test.each(ADMIN)('and a page of another site: %s %s', async (method, path) => {
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'http://evil.example' }] satisfies Headers[]) {
      expect((await ask(server.ports.admin, path.replace('ID', id), headers, method)).status).toBe(403);
    }
  });

  test('nothing was deleted', async () => {
    expect((await ask(server.ports.admin, `/admin/identities/${id}`, {})).status).toBe(200);
  });

  test.each(['kratos:4434', '10.0.0.7', 'x.y.svc.cluster.local', 'a.corp.example', '[::1]:4434'])(
    'it answers to %s',
    async (Host) => {
      expect((await ask(server.ports.admin, '/admin/identities', { Host })).status).toBe(200);
    },
  );

  test('the public listener refuses a rebound name', async () => {
    for (const path of ['/self-service/login/browser', '/sessions/whoami', '/ui/login', '/schemas']) {
      const { status, text } = await ask(server.ports.public, path, { Host: 'evil.example' });
      expect([status, text.includes('serve.public.hosts')]).toEqual([421, true]);
    }
    expect((await ask(server.ports.public, '/sessions/whoami', { Host: 'kratos:4433' })).status).toBe(401);
  });

  test('health answers to any name, on both', async () => {
    for (const port of [server.ports.public, server.ports.admin]) {
      expect((await ask(port, '/health/alive', { Host: 'probe.example' })).status).toBe(200);
      expect((await ask(port, '/health/ready', { Host: 'probe.example' })).status).toBe(200);
    }
  });

  test.each([
    ['Host: 127.0.0.1', 'host: evil.example'],
    ['Origin: http://127.0.0.1', 'Origin: http://evil.example'],
    ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
    ['Content-Type: application/json', 'Content-Type: text/plain'],
  ])('a header with one value is sent once: %s, %s', async (...lines) => {
    const host = lines.some((line) => /^host/i.test(line)) ? [] : ['Host: 127.0.0.1'];
    for (const port of [server.ports.public, server.ports.admin]) {
      const head = ['GET /health/alive HTTP/1.1', ...host, ...lines, 'Connection: close', '', ''].join('\r\n');
      expect(await statusLine(port, head)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  describe('in Chromium, without its own protection of the local network', () => {
    let chromium: Chromium;
    beforeAll(async () => {
      chromium = await openChromium({
        args: [
          '--host-resolver-rules=MAP evil.example 127.0.0.1',
          '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
        ],
      });
    });
    afterAll(() => chromium.close());

    test('a page under a rebound name reads nothing and changes nothing', async () => {
      const page = await chromium.visitor();
      const site = `http://evil.example:${server.ports.admin}`;
      expect((await page.goto(`${site}/health/alive`))?.status()).toBe(200); // the name leads here
      // The page that came before the name was pointed elsewhere.
      await page.route(`${site}/attack`, (route) => route.fulfill({ contentType: 'text/html', body: '<p>attack</p>' }));
      await page.goto(`${site}/attack`);
      const seen = await page.evaluate(async (identity) => {
        const answers: (readonly [string, number, string])[] = [];
        for (const [method, path] of [
          ['GET', '/admin/identities'],
          ['GET', '/inbox'],
          ['GET', '/'],
          ['GET', '/live'],
          ['GET', '/admin/courier/messages'],
          ['DELETE', `/admin/identities/${identity}`],
        ] as const) {
          const answer = await fetch(path, { method });
          answers.push([path, answer.status, answer.ok ? await answer.text() : '']);
        }
        return answers;
      }, id);
      expect(seen.map(([, status, text]) => [status, text])).toEqual(seen.map(() => [421, '']));
      expect((await ask(server.ports.admin, `/admin/identities/${id}`, {})).status).toBe(200);
    });
  });
});

describe('under serve', () => {
  let server: TestServer;
  beforeAll(async () => {
    // What `serve` asks beyond `serve --dev`: a public URL of https and hashes of production's cost.
    const config = BASIC_CONFIG.replace('{ memory: 8MB, iterations: 1 }', '{ memory: 19456KB }');
    server = await startServer({
      config: `${config}serve: { public: { base_url: 'https://auth.sallyport.test/' } }\n`,
      files: BASIC_FILES,
      args: ['serve', '--watch-courier'],
    });
  });
  afterAll(() => server.stop());

  test('the public listener answers to any name, as proxies hand it on', async () => {
    expect(await statusLine(server.ports.public, get('/sessions/whoami', 'any.example'))).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('the admin listener does not', async () => {
    expect(await statusLine(server.ports.admin, get('/admin/identities', 'any.example'))).toMatch(/^HTTP\/1\.1 421 /);
  });
});

const get = (path: string, host: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

function statusLine(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head));
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('close', () => resolve(text.split('\r\n', 1)[0] ?? ''));
    socket.on('error', reject);
  });
}
