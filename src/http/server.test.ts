import { link, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { SallyportError } from '../kernel/error.ts';
import { listen, PUBLIC_LIMITS } from './server.ts';
import type { Listening } from './server.ts';

const undo: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each();
});

const hello: RequestListener = (_request, response) => response.end('hello');

async function start(handler: RequestListener = hello): Promise<Listening> {
  const listening = await listen(handler, { host: '127.0.0.1', port: 0 }, PUBLIC_LIMITS);
  undo.push(() => listening.close(0));
  return listening;
}

/** What comes back on one connection, until the other side ends it. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

const refusalOf = async (attempt: Promise<Listening>): Promise<SallyportError | undefined> => {
  const error = await attempt.then(
    (listening) => listening.close(0),
    (reason: unknown) => reason,
  );
  return error instanceof SallyportError ? error : undefined;
};

test('it answers on the port it says it got', async () => {
  const { port } = await start();
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200[^]*hello/);
});

test('a busy port is a sentence that names it', async () => {
  const { port } = await start();
  const error = await refusalOf(listen(hello, { host: '127.0.0.1', port }, PUBLIC_LIMITS));
  expect(error?.reason).toBe(
    `Port ${port} on 127.0.0.1 is in use by another process. Stop that one, or configure another port.`,
  );
});

test('an address of another machine is a sentence too', async () => {
  const error = await refusalOf(listen(hello, { host: '192.0.2.1', port: 0 }, PUBLIC_LIMITS));
  expect(error?.reason).toBe('Port 0 on 192.0.2.1 is not an address of this machine.');
});

describe('a Unix socket', () => {
  async function socketPath(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-socket-'));
    undo.push(() => rm(folder, { recursive: true }));
    return join(folder, 'public.sock');
  }
  const ask = (socketPath: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ socketPath, path: '/' }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });

  test('is listened on', async () => {
    const path = await socketPath();
    const listening = await listen(hello, { host: `unix:${path}`, port: 4433 }, PUBLIC_LIMITS);
    undo.push(() => listening.close(0));
    expect(listening.port).toBe(0);
    expect(await ask(path)).toBe(200);
  });

  test('that a killed process left behind is taken over', async () => {
    const path = await socketPath();
    const before = createNetServer();
    await new Promise<void>((resolve) => before.listen(path, resolve));
    // Closing removes the file, which a killed process does not get to: its second name outlives that.
    await link(path, `${path}.kept`);
    await new Promise((resolve) => before.close(resolve));
    await rename(`${path}.kept`, path);
    const listening = await listen(hello, { host: `unix:${path}`, port: 0 }, PUBLIC_LIMITS);
    undo.push(() => listening.close(0));
    expect(await ask(path)).toBe(200);
  });

  test('on which somebody answers is left alone', async () => {
    const path = await socketPath();
    const other = createServer(hello);
    await new Promise<void>((resolve) => other.listen(path, resolve));
    undo.push(() => new Promise((resolve) => other.close(resolve)));
    const error = await refusalOf(listen(hello, { host: `unix:${path}`, port: 0 }, PUBLIC_LIMITS));
    expect(error?.reason).toContain(`The socket unix:${path} is in use`);
    expect(await ask(path)).toBe(200);
  });
});

describe('a request that two readers could cut in two ways', () => {
  const next = 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n';
  test.each([
    [
      'has a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['has two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ['has a length that is no number', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx'],
    ['has a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    ['has bare line feeds', 'GET / HTTP/1.1\nHost: x\nA: b\n\n'],
    ['has a blank before the colon', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\nx'],
    [
      'has chunks that are not the last encoding',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
  ])('and %s is answered with 400, and what follows it is not served', async (_what, text) => {
    const seen: (string | undefined)[] = [];
    const { port } = await start((incoming, response) => {
      seen.push(incoming.url);
      response.end('served');
    });
    const answer = await raw(port, text + next);
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect(answer).toMatch(/connection: close/i);
    expect(seen).not.toContain('/second');
  });
});

test('a request without a host is answered with 400', async () => {
  const { port } = await start();
  expect(await raw(port, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400[^]*connection: close/i);
});

test('headers of more than 16 KiB are answered with 431', async () => {
  const { port } = await start();
  expect(await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
});

test('a browser whose headers do not fit gets a page, and a program none', async () => {
  const { port } = await start();
  const ask = (accept: string): Promise<string> =>
    raw(port, `GET / HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nCookie: a=${'x'.repeat(17_000)}\r\n\r\n`);
  const page = await ask('text/html,*/*;q=0.8');
  expect(page).toMatch(/^HTTP\/1.1 431 .*\r\n[^]*Content-Type: text\/html; charset=utf-8\r\n/);
  expect(page).toContain('<title>Error: Too many cookies</title>');
  const [head = '', body = ''] = page.split('\r\n\r\n');
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
  expect(await ask('application/json')).toMatch(/^HTTP\/1.1 431 [^]*Content-Length: 0\r\n\r\n$/);
});

test('what is no request is answered with 400', async () => {
  const { port } = await start();
  expect(await raw(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request\r\nConnection: close/);
});

test('more than a hundred fields are all there to be counted', async () => {
  let fields = 0;
  const { port } = await start((incoming, response) => {
    fields = incoming.rawHeaders.length / 2;
    response.end();
  });
  await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'A: b\r\n'.repeat(103)}\r\n`);
  expect(fields).toBeGreaterThan(100);
});

test('while draining it still answers, and ends each connection', async () => {
  const listening = await start();
  listening.drain();
  const answer = await raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 200[^]*connection: close[^]*hello/i);
});

test('closing lets what is being answered finish and takes nothing new', async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const listening = await start((_request, response) => {
    begun.resolve();
    void release.promise.then(() => response.end('late'));
  });
  const first = raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await begun.promise;
  const closed = listening.close(60_000);
  const refused = await raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  release.resolve();
  await closed;
  expect(refused).toBe('');
  expect(await first).toMatch(/late$/);
});

test('closing ends a connection whose answer was half sent', async () => {
  const half = Promise.withResolvers<() => void>();
  const listening = await start((_request, response) => {
    response.write('half ');
    half.resolve(() => response.end('whole'));
  });
  const first = raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const finish = await half.promise;
  const closed = listening.close(60_000);
  finish();
  await closed;
  expect(await first).toMatch(/half[^]*whole/);
});

test('closing cuts what does not end', async () => {
  const begun = Promise.withResolvers<void>();
  const listening = await start(() => begun.resolve());
  const first = raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await begun.promise;
  await listening.close(1);
  expect(await first).toBe('');
});

test('closing twice is closing once', async () => {
  const listening = await start();
  await listening.close(0);
  await listening.close(0);
  expect(await raw(listening.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
});

test('while draining, a connection that waits is kept for the request that may be on its way', async () => {
  const listening = await start();
  const waiting = connect(listening.port, '127.0.0.1');
  let received = '';
  waiting.on('data', (chunk) => (received += chunk.toString()));
  const ended = new Promise((resolve) => waiting.once('close', resolve));
  waiting.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => received).toMatch(/hello$/);
  listening.drain();
  received = '';
  waiting.write('GET /second HTTP/1.1\r\nHost: x\r\n\r\n');
  await ended;
  expect(received).toMatch(/^HTTP\/1.1 200[^]*connection: close[^]*hello/i);
});
