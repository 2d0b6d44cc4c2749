import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReachable } from './address-rules.ts';
import { createGuardedFetch, type FetchRules } from './outbound-fetch.ts';

const STRICT = { loopback: false, disallowPrivate: true };
const DEV = { loopback: true, disallowPrivate: true };
const OPEN = { loopback: false, disallowPrivate: false };

describe('isReachable', () => {
  const inside = [
    '127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254',
    '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16',
    '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::',
    'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '2001::1', 'no address', '',
  ]; // prettier-ignore
  it.each(inside)('is false for %s', (address) => expect(isReachable(address, STRICT)).toBe(false));
  it.each(['8.8.8.8', '2001:4860:4860::8888', '172.32.0.1'])('is true for %s', (address) =>
    expect(isReachable(address, STRICT)).toBe(true),
  );

  it('lets development reach loopback and nothing else inside', () => {
    expect(inside.filter((address) => isReachable(address, DEV))).toEqual(['127.0.0.1', '127.255.255.254', '::1']);
  });

  it('keeps link-local, metadata and unspecified addresses out of reach whatever is configured', () => {
    const never = [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      'fe80::1',
      'fd00:ec2::254',
      '168.63.129.16',
      '0.0.0.0',
      '::',
      '224.0.0.1',
    ];
    expect(never.filter((address) => isReachable(address, OPEN))).toEqual([]);
    expect(isReachable('10.0.0.1', OPEN)).toBe(true);
  });
});

describe('a guarded fetch', () => {
  let server: Server;
  let origin: string;
  const seen: { url: string; headers: NodeJS.Dict<string | string[]>; body: string; method: string | undefined }[] = [];

  beforeAll(async () => {
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({ url: request.url ?? '', headers: request.headers, body, method: request.method });
      const path = request.url ?? '';
      if (path === '/redirect') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      if (path === '/empty') return response.writeHead(204).end();
      if (path === '/stalls') return response.writeHead(200).write('…');
      if (path === '/gzip') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain'));
      if (path === '/bomb')
        return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000)));
      if (path === '/large') return response.writeHead(200).end(Buffer.alloc(1_048_577));
      return response
        .writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
        .end('{"ok":true}');
    };
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const fetchWith = (rules: Partial<FetchRules> = {}): typeof fetch =>
    createGuardedFetch({ ...DEV, exceptions: [], ...rules });
  const port = (): string => new URL(origin).port;

  it('sends what it is asked to and gives a whole Response', async () => {
    const answer = await fetchWith()(`${origin}/a?b=c`, {
      method: 'POST',
      body: '{"x":1}',
      headers: { 'content-type': 'application/json', 'x-own': '1' },
    });
    expect([answer.status, await answer.json(), answer.headers.getSetCookie()]).toEqual([
      200,
      { ok: true },
      ['a=1', 'b=2'],
    ]);
    expect(seen.at(-1)).toMatchObject({
      url: '/a?b=c',
      method: 'POST',
      body: '{"x":1}',
      headers: { 'x-own': '1', 'content-length': '7' },
    });
  });

  it('connects to the address that was checked, not to one that is looked up again', async () => {
    let lookups = 0;
    const lookup = async () => [{ address: lookups++ === 0 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    const answer = await fetchWith({ lookup })(`http://rebinding.test:${port()}/`);
    expect([answer.status, lookups]).toEqual([200, 1]);
    expect(seen.at(-1)?.headers['host']).toBe(`rebinding.test:${port()}`);
  });

  it('refuses a name when one of its addresses is inside', async () => {
    const lookup = async () => [{ address: '8.8.8.8', family: 4 }, { address: '10.0.0.1', family: 4 }]; // prettier-ignore
    await expect(fetchWith({ lookup })('http://mixed.test/')).rejects.toThrow('not on the public network');
  });

  it.each([
    '127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.0.0.1.', '[::1]',
    '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', '１２７.０.０.１', 'localhost',
  ])('refuses loopback spelled %s', async (host) => {
    const count = seen.length;
    await expect(fetchWith(STRICT)(`http://${host}:${port()}/`)).rejects.toThrow('not on the public network');
    expect(seen).toHaveLength(count);
  }); // prettier-ignore

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', 'http://0.0.0.0/'])(
    'refuses %s under dev too',
    async (url) => {
      await expect(fetchWith(DEV)(url)).rejects.toThrow('not on the public network');
    },
  );

  it.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://example.org/'])('refuses %s', async (url) => {
    await expect(fetchWith()(url)).rejects.toThrow('neither http nor https');
  });

  it('refuses a user name in a URL', async () => {
    await expect(fetchWith()(origin.replace('//', '//user:pass@'))).rejects.toThrow(TypeError);
  });

  it.each([
    ['the very URL, whatever its query', (base: string) => `${base}/a`, 200],
    ['a pattern', (base: string) => `${base}/*`, 200],
    ['another path', (base: string) => `${base}/b`, 'refused'],
    ['a pattern below another path', (base: string) => `${base}/x/*`, 'refused'],
  ] as const)('asks the exceptions: %s', async (_what, pattern, expected) => {
    const answer = fetchWith({ ...STRICT, exceptions: [pattern(origin)] })(`${origin}/a?x=1`);
    const got = await answer.then(
      ({ status }) => status,
      () => 'refused',
    );
    expect(got).toBe(expected);
  });

  it('follows no redirect', async () => {
    const answer = await fetchWith()(`${origin}/redirect`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://169.254.169.254/']);
  });

  it('reads what is compressed, and answers without a body', async () => {
    expect(await (await fetchWith()(`${origin}/gzip`)).text()).toBe('plain');
    expect((await fetchWith()(`${origin}/empty`)).body).toBeNull();
  });

  it.each(['/bomb', '/large'])('gives up on %s after a megabyte', async (path) => {
    await expect(fetchWith()(`${origin}${path}`)).rejects.toThrow('larger than');
  });

  it('gives up on a server that stalls', async () => {
    await expect(fetchWith({ timeoutMs: 50 })(`${origin}/stalls`)).rejects.toThrow(DOMException);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const answer = fetchWith()(`${origin}/stalls`, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });

  it('tells why a request failed, with its code', async () => {
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    await expect(fetchWith({ lookup })('http://closed.test:1/')).rejects.toMatchObject({
      message: 'The request failed: the connection is refused (ECONNREFUSED).',
      code: 'ECONNREFUSED',
    });
    await expect(fetchWith({ lookup })(`https://plain.test:${port()}/`)).rejects.toMatchObject({
      message: expect.stringContaining('it does not speak TLS there'),
      code: expect.stringMatching(/^ERR_SSL_/),
    });
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND secret.test'), { code: 'ENOTFOUND' });
    await expect(fetchWith({ lookup: () => Promise.reject(unknown) })('http://secret.test/')).rejects.toMatchObject({
      message: 'The request failed: the host name is not found (ENOTFOUND).',
    });
  });

  it('names no address in its errors', async () => {
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    const error: unknown = await fetchWith({ lookup })('http://closed.test:1/').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toContain('127.0.0.1');
    expect((error as Error).cause).toBeUndefined();
  });
});
