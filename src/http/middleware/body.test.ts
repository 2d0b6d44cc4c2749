import { createServer, request } from 'node:http';
import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import inject from 'light-my-request';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BATCH_BODY, PUBLIC_BODY, queryAsBody, readBody, readJson } from './body.ts';
import { createErrors } from './errors.ts';
import type { Body } from '../../kernel/body.ts';

const errors = createErrors({ dev: false, requestId: () => undefined, log: { error: () => undefined } });

function appFor(read: (ctx: Koa.Context) => unknown): Koa {
  const app = new Koa();
  app.use(errors.middleware());
  app.use(async (ctx) => {
    const result = await read(ctx);
    // A map would be written as an empty object.
    ctx.body = JSON.stringify(result, (_key, value: unknown) =>
      value instanceof Map ? Object.fromEntries(value) : value,
    );
  });
  return app;
}

const app = appFor((ctx) => readBody(ctx, PUBLIC_BODY));

async function send(payload: string | Buffer | undefined, headers: Record<string, string>, to = app, url = '/') {
  const response = await inject(to.callback(), {
    method: 'POST',
    url,
    headers,
    ...(payload !== undefined && { payload }),
  });
  const body: unknown = JSON.parse(response.payload);
  return { status: response.statusCode, body, connection: response.headers['connection'] };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

describe('takes', () => {
  test.each<[string, string, string, unknown]>([
    ['JSON', 'application/json', '{"a":{"b":1}}', { kind: 'json', value: { a: { b: 1 } } }],
    ['JSON with a parameter', 'Application/JSON; charset=UTF-8', '{}', { kind: 'json', value: {} }],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&a=2', { kind: 'form', pairs: { a: ['1', '2'] } }],
    ['an empty form', 'application/x-www-form-urlencoded; charset="utf-8"', '', { kind: 'form', pairs: {} }],
    [
      'a multipart form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
      { kind: 'form', pairs: { a: ['1'] } },
    ],
  ])('%s', async (_what, type, payload, body) => {
    expect(await send(payload, { 'content-type': type })).toMatchObject({ status: 200, body });
  });

  test('a query as a form', async () => {
    const { body } = await send(undefined, {}, appFor(queryAsBody), '/?token=x&a=1');
    expect(body).toEqual({ kind: 'form', pairs: { token: ['x'], a: ['1'] } });
  });

  test('a list where a route takes JSON of any kind, in the types it names', async () => {
    const patch = appFor((ctx) => readJson(ctx, BATCH_BODY, ['application/json', 'application/json-patch+json']));
    expect(await send('[1]', { 'content-type': 'application/json-patch+json' }, patch)).toMatchObject({
      status: 200,
      body: [1],
    });
    expect(await send('a=1', FORM_TYPE, patch)).toMatchObject({ status: 415 });
  });
});

describe('answers', () => {
  test.each<[number, string, Record<string, string>, string | Buffer | undefined]>([
    [415, 'no type', {}, undefined],
    [415, 'no type with a body', {}, '{}'],
    [415, 'text/plain that is JSON', { 'content-type': 'text/plain' }, '{}'],
    [415, 'XML', { 'content-type': 'application/xml' }, '<xml/>'],
    [415, 'a look-alike type', { 'content-type': 'application/jsonx' }, '{}'],
    [415, 'another charset', { 'content-type': 'application/json; charset=utf-16' }, '{}'],
    [415, 'a compressed body', { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync('{}')],
    [400, 'an empty body that should be JSON', JSON_TYPE, ''],
    [400, 'JSON that is no object', JSON_TYPE, '[]'],
    [400, 'JSON that is a text', JSON_TYPE, '"x"'],
    [400, 'JSON that is null', JSON_TYPE, 'null'],
    [400, 'a key twice', JSON_TYPE, '{"a":1,"a":2}'],
    [400, '__proto__', JSON_TYPE, '{"a":{"__proto__":{}}}'],
    [400, 'a byte order mark', JSON_TYPE, '\ufeff{}'],
    [400, 'bytes that are no UTF-8', JSON_TYPE, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    [400, 'too many levels', JSON_TYPE, `{"a":${'['.repeat(32)}${']'.repeat(32)}}`],
    [
      400,
      'too many keys',
      JSON_TYPE,
      JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`k${i}`, 1]))),
    ],
    [400, 'too long a text', JSON_TYPE, JSON.stringify({ a: 'x'.repeat(8_193) })],
    [400, 'a dangerous form', FORM_TYPE, 'a.__proto__=1'],
    [
      413,
      'a body that is too large',
      JSON_TYPE,
      JSON.stringify({ a: Array.from({ length: 20 }, () => 'x'.repeat(4_000)) }),
    ],
    [413, 'a form that is too large', FORM_TYPE, `a=${'x'.repeat(65_536)}`],
  ])('%i to %s', async (status, _what, headers, payload) => {
    const answer = await send(payload, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code: status } });
  });

  test('exactly 64 KiB are taken, one byte more is not', async () => {
    const body = (size: number) => `{"a":[${'"x",'.repeat(100)}1]}`.padEnd(size);
    expect((await send(body(65_536), JSON_TYPE)).status).toBe(200);
    expect(await send(body(65_537), JSON_TYPE)).toMatchObject({ status: 413, connection: 'close' });
  });
});

describe('over a real connection', () => {
  const server = createServer(app.callback());
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function post(
    headers: Record<string, string>,
    write: (send: (chunk: string) => boolean) => void,
  ): Promise<number | undefined> {
    const { port } = server.address() as AddressInfo; // listening on TCP, so it is one
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', method: 'POST', headers: { ...JSON_TYPE, ...headers } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
          sent.destroy();
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
      );
      write((chunk) => sent.write(chunk));
    });
  }

  test('a body that never ends is cut at its limit', async () => {
    const status = await post({}, (write) => {
      for (let i = 0; i < 80; i += 1) write(' '.repeat(1_024));
    });
    expect(status).toBe(413);
  });

  test('a length that is too large is refused before the body comes', async () => {
    expect(await post({ 'content-length': '1000000' }, (write) => write(' '))).toBe(413);
  });
});

describe('a body that comes byte by byte', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // what the flag brings

  /** Sends so many bytes, each a piece of its own, and says how many of the pieces are still held before the end. */
  async function heldOf(count: number): Promise<{ readonly held: number; readonly read: Promise<Body> }> {
    const stream = new PassThrough({ highWaterMark: 1 });
    const request = Object.assign(stream, { headers: { 'content-type': 'application/json' } });
    const get = (name: string): string => (name === 'Content-Type' ? 'application/json' : '');
    const read = readBody({ req: request, get, set: () => undefined } as unknown as Koa.Context, PUBLIC_BODY); // all it uses
    const pieces: WeakRef<Buffer>[] = [];
    for (let i = 0; i < count; i += 1) {
      const piece = Buffer.from(i === 0 ? '{' : ' ');
      pieces.push(new WeakRef(piece));
      if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const held = pieces.filter((piece) => piece.deref() !== undefined).length;
    stream.end('}');
    return { held, read };
  }

  test('is held in one piece, not in as many as came', async () => {
    const { held, read } = await heldOf(20_000);
    expect(held).toBeLessThan(200);
    await expect(read).resolves.toEqual({ kind: 'json', value: {} });
  });
});
