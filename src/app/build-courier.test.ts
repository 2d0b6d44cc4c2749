import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { buildCourier, buildDelivery } from './build-courier.ts';
import { createCurrent } from './current.ts';
import { readConfiguration } from './configuration.ts';
import type { Mail } from '../courier/message.ts';
import { renderMessage } from '../courier/outbox.ts';
import { systemClock } from '../kernel/clock.ts';
import { must } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import { createLog } from '../telemetry/log.ts';
import { systemRandom } from '../secret/random.ts';
import { createStore } from '../store/knex/create-store.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const CODE = '480213';
const PHONE = '+4915112345678';
const KEY = 'the-key-of-the-provider';

/** A courier with this configuration, a text message in its outbox, and what it logs. */
async function withMessage(courierYaml: string, more: Partial<Mail> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-build-courier-'));
  closers.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
  const file = join(folder, 'sallyport.yaml');
  writeFileSync(
    file,
    `dsn: memory\nsecrets: { cookie: [a-cookie-secret-made-up-for-tests] }\ncourier:\n${courierYaml}\n`,
  );
  const read = await readConfiguration({ files: [file], env: {}, cwd: folder, command: 'serve', dev: true });
  if (read.configuration === undefined) throw new Error(read.errors.map(formatIssue).join('\n'));
  const { configuration } = read;
  const lines: string[] = [];
  const log = createLog({ level: 'trace', format: 'json', clock: systemClock, write: (line) => lines.push(line) });
  const deps = { clock: systemClock, random: systemRandom };
  const store = await createStore({ kind: 'memory' }, { ...deps, log });
  closers.push(() => store.close());
  const message = renderMessage(
    {
      type: 'sms',
      channel: 'sms',
      recipient: PHONE,
      template: 'login_code_valid',
      data: { to: PHONE, login_code: CODE, expires_in_minutes: 10 },
      usefulUntil: undefined,
      identityId: undefined,
      flowId: undefined,
      ...more,
    },
    { templates: configuration.courier.templates, publicUrl: 'http://127.0.0.1:4433', ...deps },
  );
  await store.transaction(async ({ outbox }) => outbox.put(message));
  const deliveries = createCurrent(buildDelivery(configuration, { log }), { release: (old) => old.close() });
  closers.push(() => deliveries.close());
  const courier = buildCourier(deliveries, { store, log, ...deps });
  closers.push(() => courier.stop(0));
  return {
    lines,
    /** Every try that is due, and where the message stands afterwards. */
    async pass() {
      await courier.pass();
      const found = must(await store.outbox.find(message.id), 'message');
      return { status: found.message.status, tries: found.dispatches.map(({ error }) => error) };
    },
  };
}

async function endpoint(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A TCP server that listens.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const channel = (url: string, more = ''): string =>
  `  channels: [{ id: sms, request_config: { url: '${url}/send?key=${KEY}', headers: { X-Key: ${KEY} }${more} } }]
  worker: { lease: 10s }`;

/** Nothing of the message and none of the keys is in the log, and there is one line that says what became of it. */
function expectQuietLog(lines: readonly string[], said: string): void {
  const text = lines.join('');
  for (const secret of [CODE, PHONE, KEY, 'ada@mail.example', 'secret answer']) expect(text).not.toContain(secret);
  expect(lines.filter((line) => line.includes(said))).toHaveLength(1);
}

const later = 'A message was not sent; it will be tried again.';
const givenUp = 'A message was abandoned.';

describe('an endpoint for text messages', () => {
  test('that takes a message has it once', async () => {
    const { url, requests } = await endpoint((request, response) =>
      request.resume().on('end', () => response.end('secret answer')),
    );
    const { pass, lines } = await withMessage(channel(url));
    expect(await pass()).toEqual({ status: 'sent', tries: [undefined] });
    expect(await pass()).toMatchObject({ status: 'sent' });
    expect(requests).toHaveLength(1);
    expectQuietLog(lines, 'A message was sent.');
  });

  test('that sends on to an address inside is not followed', async () => {
    const inside = await endpoint((_request, response) => response.end());
    const { url, requests } = await endpoint((_request, response) =>
      response.writeHead(302, { Location: `${inside.url}/latest/meta-data/` }).end(),
    );
    const { pass, lines } = await withMessage(channel(url));
    expect(await pass()).toEqual({ status: 'abandoned', tries: ['The endpoint answered 302.'] });
    expect([requests.length, inside.requests.length]).toEqual([1, 0]);
    expectQuietLog(lines, givenUp);
  });

  test.each(['http://169.254.169.254', 'http://[fe80::1]', 'http://0.0.0.0:1'])(
    'at %s is never asked, and the message waits for somebody to mend it',
    async (url) => {
      const { pass, lines } = await withMessage(channel(url));
      expect(await pass()).toMatchObject({
        status: 'queued',
        tries: [expect.stringMatching(/^No answer over HTTP: .*\(REQUEST_REFUSED\)/)],
      });
      expectQuietLog(lines, later);
    },
  );

  test('that is not there is told by its code', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo; // a TCP server that listens
    await new Promise((resolve) => gone.close(resolve));
    const { pass } = await withMessage(channel(`http://127.0.0.1:${port}`));
    expect(await pass()).toMatchObject({
      tries: ['No answer over HTTP: the connection is refused (ECONNREFUSED).'],
    });
  });

  test('that speaks no TLS where TLS is asked is told', async () => {
    const { url } = await endpoint((_request, response) => response.end());
    const { pass } = await withMessage(channel(url.replace('http:', 'https:')));
    expect(await pass()).toMatchObject({
      tries: [expect.stringMatching(/^No answer over HTTP: it does not speak TLS there \(ERR_SSL_\w+\)/)],
    });
  });

  test('that took the message and never ends its answer has taken it', async () => {
    const { url, requests } = await endpoint((_request, response) => response.writeHead(200).write('x'));
    const { pass, lines } = await withMessage(channel(url));
    expect(await pass()).toEqual({ status: 'sent', tries: [undefined] });
    expect(requests).toHaveLength(1);
    expectQuietLog(lines, 'A message was sent.');
  });

  test('that never begins its answer is left, and tried again', async () => {
    const { url, requests } = await endpoint((request) => request.socket.write('HTTP/1.1 200 O'));
    const { pass, lines } = await withMessage(channel(url));
    expect(await pass()).toMatchObject({
      status: 'queued',
      tries: [expect.stringMatching(/^No answer over HTTP: \w/)],
    });
    expect(requests).toHaveLength(1);
    expectQuietLog(lines, later);
  });

  test.each([
    ['nonsense', (response: ServerResponse) => response.socket?.end('\xff\xfe nonsense\r\n\r\n')],
    ['nothing', (response: ServerResponse) => response.socket?.destroy()],
    [
      'headers without end',
      (response: ServerResponse) => response.socket?.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`),
    ],
  ])('that answers %s is tried again', async (_what, rudely) => {
    const { url } = await endpoint((_request, response) => rudely(response));
    const { pass, lines } = await withMessage(channel(url));
    expect(await pass()).toMatchObject({ status: 'queued', tries: [expect.stringMatching(/^No answer over HTTP/)] });
    expectQuietLog(lines, later);
  });

  test('whose certificate nobody knows is told nothing', async () => {
    const pem = (name: string): string =>
      readFileSync(fileURLToPath(new URL(`../../test/support/certificates/${name}`, import.meta.url)), 'utf8');
    let asked = 0;
    const server = createTlsServer({ key: pem('server.key.pem'), cert: pem('server.pem') }, (_request, response) => {
      asked += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    // A TCP server that listens.
    const { pass, lines } = await withMessage(channel(`https://127.0.0.1:${(server.address() as AddressInfo).port}`));
    expect(await pass()).toMatchObject({
      status: 'queued',
      tries: [expect.stringMatching(/^No answer over HTTP: its certificate is not trusted: .*\([A-Z_]+\)/)],
    });
    expect(asked).toBe(0);
    expectQuietLog(lines, later);
  });

  test('whose body cannot be made is asked nothing', async () => {
    const { url, requests } = await endpoint((_request, response) => response.end());
    const body = `base64://${Buffer.from('function(ctx) error "no " + ctx.template_data.login_code').toString('base64')}`;
    const { pass, lines } = await withMessage(channel(url, `, body: '${body}'`));
    expect(await pass()).toEqual({
      status: 'abandoned',
      tries: ['The body template of the channel failed in line 1.'],
    });
    expect(requests).toEqual([]);
    expectQuietLog(lines, givenUp);
  });
});

test('a text message nobody carries is given up with a sentence', async () => {
  const { pass, lines } = await withMessage('  worker: { lease: 10s }');
  expect(await pass()).toEqual({
    status: 'abandoned',
    tries: ['No channel sms is configured (courier.channels).'],
  });
  expectQuietLog(lines, givenUp);
});

test('a mail whose HTML template fails goes out as text, and the log names it', async () => {
  const file = `base64://${Buffer.from('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}').toString('base64')}`;
  const { pass, lines } = await withMessage(
    `  smtp: { connection_uri: 'smtp://127.0.0.1:1/?disable_starttls=true' }
  templates: { login_code: { valid: { email: { body: { html: '${file}' } } } } }`,
    { type: 'email', channel: 'email', recipient: 'ada@mail.example' },
  );
  expect(await pass()).toMatchObject({
    status: 'queued',
    tries: [expect.stringMatching(/^SMTP ECONNREFUSED at CONN: .*refused/)],
  });
  expectQuietLog(lines, 'The HTML of a message could not be made; it goes out as plain text.');
});
