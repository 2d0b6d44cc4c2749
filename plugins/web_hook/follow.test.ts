import { expect, test } from 'vitest';
import { follow } from './follow.ts';

const asked = {
  method: 'POST',
  body: '{}',
  headers: {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    authorization: 'Basic SECRET',
    cookie: 'key=SECRET',
    'x-key': 'SECRET',
  },
};

/** Where each address leads; the last one answers 204. */
async function walk(
  start: string,
  steps: Readonly<Record<string, readonly [status: number, location?: string | undefined]>>,
): Promise<{ readonly seen: readonly Request[]; readonly end: number | string }> {
  const seen: Request[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    seen.push(request);
    const [status, location] = steps[request.url] ?? [204];
    return Promise.resolve(new Response(null, { status, headers: location === undefined ? {} : { location } }));
  };
  const end = await follow(start, asked, fetch).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );
  return { seen, end };
}

test.each([307, 308])('%i is followed with method, body and, within the origin, every header', async (status) => {
  const { seen, end } = await walk('https://a.test/x', { 'https://a.test/x': [status, 'x/'] });
  expect([end, seen.map(({ url }) => url)]).toEqual([204, ['https://a.test/x', 'https://a.test/x/']]);
  const [, second] = seen;
  expect([second?.method, await second?.text()]).toEqual(['POST', '{}']);
  expect(Object.fromEntries(second?.headers ?? [])).toEqual(asked.headers);
});

test.each(['https://b.test/', 'https://a.test:8443/', '//b.test/'])(
  'another origin is told no secret, and nobody after it: %s',
  async (other) => {
    const away = new URL(other, 'https://a.test/x').href;
    const { seen, end } = await walk('https://a.test/x', {
      'https://a.test/x': [307, other],
      [away]: [308, 'https://a.test/back'],
    });
    expect([end, seen.length]).toEqual([204, 3]);
    for (const request of seen.slice(1))
      expect(Object.fromEntries(request.headers)).toEqual({
        'content-type': 'application/json',
        'idempotency-key': 'k',
      });
  },
);

test('http may lead to https, and https not to http', async () => {
  expect((await walk('http://a.test/', { 'http://a.test/': [308, 'https://a.test/'] })).end).toBe(204);
  const { seen, end } = await walk('https://a.test/', { 'https://a.test/': [308, 'http://a.test/'] });
  expect([seen.length, end]).toEqual([1, 'UpstreamError: It answered 308, from https to http.']);
});

test('three redirects are followed, and no fourth', async () => {
  const chain = (last: number): Parameters<typeof walk>[1] =>
    Object.fromEntries(Array.from({ length: last }, (_, at) => [`https://a.test/${at}`, [307, `/${at + 1}`]]));
  expect((await walk('https://a.test/0', chain(3))).end).toBe(204);
  const { seen, end } = await walk('https://a.test/0', chain(4));
  expect([seen.length, end]).toEqual([4, 'UpstreamError: It answered 307 more than 3 times.']);
});

test.each([[undefined], ['http://'], ['']])('a redirect to %j leads nowhere', async (location) => {
  const { end } = await walk('https://a.test/', { 'https://a.test/': [307, location] });
  expect(end).toBe('UpstreamError: It answered 307 without an address.');
});

test.each([301, 302, 303, 304])('%i is not followed', async (status) => {
  const { seen, end } = await walk('https://a.test/', { 'https://a.test/': [status, '/other'] });
  expect([seen.length, end]).toEqual([1, status]);
});
