import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkReturnUrl, isProblem, parseAllowedUrl, parseConfiguredUrl } from './return-url.ts';
import type { AllowedUrl, ReturnUrl } from './return-url.ts';

function configured(text: string): ReturnUrl {
  const url = parseConfiguredUrl(text);
  if (isProblem(url)) throw new Error(`${text} ${url.problem}`);
  return url;
}

function entry(text: string, ignorePath = false): AllowedUrl {
  const url = parseAllowedUrl(text, { ignorePath });
  if (isProblem(url)) throw new Error(`${text} ${url.problem}`);
  return url;
}

const base = configured('https://app.example.org/home');
const allowed = [
  'https://app.example.org/',
  'https://pinned.example.org/area',
  'https://slash.example.org/area/',
  'https://*.wild.example.org/',
  'http://127.0.0.1:9999',
  'http://[::1]:4455/',
  'https://port.example.org:8443/',
  'myapp://callback/done',
].map((text) => entry(text));

const check = (value: unknown): string | undefined => checkReturnUrl(value, { allowed, base });

describe('what is allowed goes out as the serialisation of what was checked', () => {
  test.each([
    ['https://app.example.org/blog/write?draft=1', 'https://app.example.org/blog/write?draft=1'],
    ['HTTPS://APP.Example.ORG/x', 'https://app.example.org/x'],
    ['https://app.example.org', 'https://app.example.org/'],
    ['https://app.example.org?next=1', 'https://app.example.org/?next=1'],
    ['https://app.example.org#top', 'https://app.example.org/#top'],
    ['https://app.example.org:443/home', 'https://app.example.org/home'],
    ['https://app.example.org/a/../b', 'https://app.example.org/b'],
    ['https://app.example.org/caf\u00e9', 'https://app.example.org/caf%C3%A9'],
    ['https://app.example.org/?a=\u2028b', 'https://app.example.org/?a=%E2%80%A8b'],
    ['https://app.example.org/100%2525', 'https://app.example.org/100%2525'],
    ['/dashboard', 'https://app.example.org/dashboard'],
    ['/dashboard?x=https://evil.example/', 'https://app.example.org/dashboard?x=https://evil.example/'],
    ['/', 'https://app.example.org/'],
    ['https://pinned.example.org/area', 'https://pinned.example.org/area'],
    ['https://pinned.example.org/area/page?x=1', 'https://pinned.example.org/area/page?x=1'],
    ['https://pinned.example.org/area/file%2Etxt', 'https://pinned.example.org/area/file%2Etxt'],
    ['https://slash.example.org/area/', 'https://slash.example.org/area/'],
    ['https://a.wild.example.org/', 'https://a.wild.example.org/'],
    ['https://a.b.c.wild.example.org/x', 'https://a.b.c.wild.example.org/x'],
    ['http://127.0.0.1:9999/continue', 'http://127.0.0.1:9999/continue'],
    ['http://[::1]:4455/x', 'http://[::1]:4455/x'],
    ['https://port.example.org:8443/', 'https://port.example.org:8443/'],
    ['myapp://callback/done', 'myapp://callback/done'],
    ['MyApp://CALLBACK/done/now', 'myapp://CALLBACK/done/now'],
  ])('%j becomes %j', (value, out) => {
    expect(check(value)).toBe(out);
  });
});

const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).filter((c) => c < ' ' || c > '~');
const blanks = [...'\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'];
const dots = ['..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '%25252e%25252e', '%252e.'];
const slashes = ['/', '%2f', '%5c', '%252f', '%255C', '%25252F'];

const families: Readonly<Record<string, readonly unknown[]>> = {
  'other than one text': [undefined, null, '', 1, {}, ['https://app.example.org/', 'https://app.example.org/x'], []],
  'user names': [
    'https://user@app.example.org/',
    'https://user:pass@app.example.org/',
    'https://@app.example.org/',
    'https://:@app.example.org/',
    'https://app.example.org@evil.example/',
    'https://app.example.org%40evil.example/',
    'https://evil.example%40app.example.org/',
    'https://app.example.org:443@evil.example/',
  ],
  backslashes: [
    'https:\\\\evil.example/',
    'https:/\\app.example.org/',
    '\\\\evil.example',
    '/\\evil.example',
    '\\/evil.example',
    'https://evil.example\\.app.example.org/',
    'https://evil.example\\@app.example.org/',
    '/x\\y',
    '/x?y=\\',
  ],
  'controls at the start': controls.flatMap((c) => [`${c}https://app.example.org/`, `${c}/x`]),
  'controls in the middle': controls.flatMap((c) => [
    `ht${c}tps://app.example.org/`,
    `https://app${c}.example.org/`,
    `https://app.example.org/a${c}b`,
    `/${c}/evil.example`,
  ]),
  'controls at the end': controls.flatMap((c) => [`https://app.example.org/${c}`, `/x${c}`]),
  'blanks at either end': blanks.flatMap((c) => [
    `${c}https://app.example.org/`,
    `https://app.example.org/${c}`,
    `${c}/x`,
    `/x${c}`,
  ]),
  'blanks in the authority': blanks.map((c) => `https://app${c}.example.org/`),
  'unpaired surrogates': ['https://app.example.org/\ud800', '/\udc00x', 'https://\ud800.example.org/'],
  'slashes at the start': ['//', '///', '////', '/////'].flatMap((s) => [`${s}evil.example/`, `${s}app.example.org/`]),
  'slashes after the scheme': [0, 1, 3, 4, 5].map((n) => `https:${'/'.repeat(n)}app.example.org/`),
  'bare words, queries and fragments': [
    'app.example.org',
    'dashboard',
    '?x=1',
    '#top',
    '.',
    '..',
    './x',
    '../x',
    ':',
    '://',
    'https',
    'https:',
    'https://',
  ],
  'paths that others read as hosts': slashes
    .flatMap((s) => [`https://app.example.org/${s}evil.example`, `/${s}evil.example`])
    .concat('/.//evil.example', '/x/..//evil.example', '/%2e//evil.example', 'https://app.example.org/.//evil.example'),
  'dangerous schemes': [
    'javascript:alert(1)',
    'JavaScript://app.example.org/%0aalert(1)',
    'jAvAsCrIpT://callback/done',
    'data:text/html,x',
    'DATA://callback/done',
    'vbscript://callback/done',
    'blob:https://app.example.org/x',
    'file:///etc/passwd',
    'file://app.example.org/x',
    'filesystem:https://app.example.org/x',
    'about:blank',
    'view-source:https://app.example.org/',
    'intent://app.example.org/#Intent;end',
    'ws://app.example.org/',
    'wss://app.example.org/',
    'ftp://app.example.org/',
    'java\tscript:alert(1)',
    'mailto:a@app.example.org',
  ],
  'another scheme': [
    'http://app.example.org/',
    'https://127.0.0.1:9999/',
    'httpss://app.example.org/',
    'other://callback/done',
  ],
  'look-alike hosts': [
    'https://evil.example/',
    'https://sub.app.example.org/',
    'https://evilapp.example.org/',
    'https://app.example.org.evil.example/',
    'https://app.example.orgevil.example/',
    'https://example.org/',
    'https://app-example.org/',
    'https://appXexample.org/',
  ],
  wildcards: [
    'https://wild.example.org/',
    'https://.wild.example.org/',
    'https://a..wild.example.org/',
    'https://*.wild.example.org/',
    'https://evilwild.example.org/',
    'https://a.wild.example.org:8443/',
    'http://a.wild.example.org/',
    'https://a.wild.example.org.evil.example/',
    'https://-.wild.example.org/',
  ],
  'other spellings of a host': [
    'https://\u0430pp.example.org/',
    'https://\uff41pp.example.org/',
    'https://app\u3002example.org/',
    'https://app\uff0eexample.org/',
    'https://a\u00adpp.example.org/',
    'https://%61pp.example.org/',
    'https://app.example%2eorg/',
    'https://app.example.org./',
    'https://app.example.org../',
    'https://xn--pp-6kc.example.org/',
    'https://app.exampl\u0065\u0301.org/',
    'https://a\u200dpp.example.org/',
    'https://app.example.or\u212a/',
    'https://\u017f.wild.example.org/',
  ],
  ports: [
    'https://app.example.org:/',
    'https://app.example.org:0443/',
    'https://app.example.org:00/',
    'https://app.example.org:8443/',
    'https://app.example.org:80/',
    'https://app.example.org:65979/',
    'https://app.example.org:443:443/',
    'https://app.example.org:4e3/',
    'https://port.example.org/',
    'https://port.example.org:08443/',
    'http://127.0.0.1:09999/',
    'http://127.0.0.1/',
    'https://app.example.org:443',
    'https://app.example.org:',
  ].filter((value) => value !== 'https://app.example.org:443'),
  addresses: [
    'http://2130706433:9999/',
    'http://0x7f000001:9999/',
    'http://0177.0.0.1:9999/',
    'http://127.1:9999/',
    'http://127.0.0.1.:9999/',
    'http://0x7f.0.0.1:9999/',
    'http://[::ffff:127.0.0.1]:9999/',
    'http://[::ffff:7f00:1]:9999/',
    'http://[0:0:0:0:0:0:0:1]:4455/',
    'http://[::1%25eth0]:4455/',
    'http://::1:4455/',
    'http://[::1]:04455/',
  ],
  'paths beside the pinned one': [
    'https://pinned.example.org/',
    'https://pinned.example.org/areas',
    'https://pinned.example.org/area-51',
    'https://pinned.example.org/AREA',
    'https://pinned.example.org/%61rea',
    'https://slash.example.org/area',
    'https://slash.example.org/',
    'https://pinned.example.org/?/area/',
    'https://pinned.example.org/#/area/',
    'https://pinned.example.org/x?https://pinned.example.org/area',
  ],
  'dot segments out of the pinned path': dots.flatMap((dot) =>
    slashes.flatMap((slash) => [
      `https://pinned.example.org/area${slash}${dot}${slash}admin`,
      `https://slash.example.org/area/${dot}${slash}admin`,
    ]),
  ),
  'separators hidden under the pinned path': slashes
    .slice(1)
    .map((slash) => `https://pinned.example.org/area/x${slash}y`),
  "an app's own scheme": [
    'myapp:callback/done',
    'myapp:/callback/done',
    'myapp:///callback/done',
    'myapp://callback',
    'myapp://callback/',
    'myapp://callback/undone',
    'myapp://callback:1/done',
    'myapp://user@callback/done',
    'myapp://callback.evil/done',
    'myapp://xcallback/done',
    'myapp://callbackx/done',
    'myapps://callback/done',
    'xmyapp://callback/done',
    'myapp://call%62ack/done',
    'myapp://callback/done/../x',
    'myapp://callback./done',
  ],
  'decoys that contain an allowed URL': [
    'https://evil.example/?https://app.example.org/',
    'https://evil.example/#https://app.example.org/',
    'https://evil.example/https://app.example.org/',
    'https://evil.example?@app.example.org/',
    'https://evil.example#@app.example.org/',
  ],
  'headers split': [
    'https://app.example.org/\r\nSet-Cookie: pwn=1',
    'https://app.example.org/\nX: y',
    '/\r\n',
    'https://app.example.org/\u0085X: y',
  ],
  'encoded twice': [
    'https%3A%2F%2Fapp.example.org%2F',
    'https:%2f%2fapp.example.org/',
    '%2fdashboard',
    'https%253A%252F%252Fapp.example.org',
  ],
  oversize: [
    `https://app.example.org/${'a'.repeat(4_073)}`,
    `https://app.example.org/${'\u00e9'.repeat(2_037)}`,
    `/${'a'.repeat(100_000)}`,
  ],
};

describe.each(Object.entries(families))('refuses %s', (_family, values) => {
  test.each(values.map((value) => [value]))('%j', (value) => {
    expect(check(value)).toBeUndefined();
  });
});

test('takes 4,096 bytes and not one more', () => {
  const longest = `https://app.example.org/${'a'.repeat(4_072)}`;
  expect(longest).toHaveLength(4_096);
  expect(check(longest)).toBe(longest);
  expect(check(`${longest}a`)).toBeUndefined();
});

test('a list of dialect v0.1-job compares scheme, host and port, never the path', () => {
  const landing = [entry('https://app.example.org/landing', true)];
  const at = (value: string) => checkReturnUrl(value, { allowed: landing, base });
  expect(at('https://app.example.org/other')).toBe('https://app.example.org/other');
  expect(at('https://app.example.org/a%2fb')).toBe('https://app.example.org/a%2fb');
  expect(at('https://app.example.org//evil.example')).toBeUndefined();
  expect(at('https://app.example.org:8443/landing')).toBeUndefined();
});

test('a relative value takes the origin of the target it would replace, and is then checked like any other', () => {
  const elsewhere = configured('http://127.0.0.1:9999/deep/page?x=1');
  expect(checkReturnUrl('/x', { allowed, base: elsewhere })).toBe('http://127.0.0.1:9999/x');
  expect(checkReturnUrl('/x', { allowed: [entry('https://app.example.org/')], base: elsewhere })).toBeUndefined();
});

test.each([
  ['exp://localhost:8081/--/a', 'exp://localhost:8081/--/a', true],
  ['exp://localhost:8081/--/a', 'exp://localhost:8082/--/a', false],
  ['exp://localhost:8081/--/a', 'exp://localhost/--/a', false],
  ['exp://localhost:8081/--/a', 'exp://other:8081/--/a', false],
  ['com.example.app:/cb', 'com.example.app:/cb', true],
  ['com.example.app:/cb', 'com.example.app:/cb?code=1', true],
  ['com.example.app:/cb', 'com.example.app:/cb/more', false],
  ['com.example.app:/cb', 'com.example.app:/x/../cb/more', false],
  ['com.example.app:/cb', 'com.example.app://cb', false],
  ['com.example.app:/cb', 'com.example.apps:/cb', false],
])("an app's own scheme: %s lets %s in: %s", (written, value, ok) => {
  expect(checkReturnUrl(value, { allowed: [entry(written)], base }) !== undefined).toBe(ok);
});

test.each([
  ['http://127.0.01/', '127.0.0.1'],
  ['https://\u00e4.example.org/', 'xn--4ca.example.org'],
  ['https://app.example.org:0443/', 'begins with 0'],
  ['https://app.example.org./', 'ends in a dot'],
  ['https:/app.example.org/', 'one slash'],
])('%s is refused for the one thing that is wrong with it', (text, mention) => {
  const read = parseConfiguredUrl(text);
  expect(isProblem(read) && read.problem).toContain(mention);
});

test('nothing is allowed by an empty list', () => {
  expect(checkReturnUrl('https://app.example.org/', { allowed: [], base })).toBeUndefined();
  expect(checkReturnUrl('/', { allowed: [], base })).toBeUndefined();
});

describe("the server's own prefix", () => {
  const own = [entry('https://id.example.org/self-service')];
  test.each([
    ['https://id.example.org/self-service/settings/browser', true],
    ['https://id.example.org/self-service', true],
    ['https://id.example.org/self-service-evil', false],
    ['https://id.example.org/self-service/../sessions', false],
    ['https://id.example.org/self-service/..%2fsessions', false],
    ['https://id.example.org/', false],
  ])('%s is allowed: %s', (value, ok) => {
    expect(checkReturnUrl(value, { allowed: own, base }) !== undefined).toBe(ok);
  });
});

describe('an entry of the allow list', () => {
  test.each([
    ['https://App.Example.org:443/a?x=1#y', { scheme: 'https', host: 'app.example.org', wildcard: false, path: '/a' }],
    ['http://app.example.org:443', { scheme: 'http', host: 'app.example.org:443', wildcard: false, path: '/' }],
    ['https://*.Example.org:8443/a', { scheme: 'https', host: 'example.org:8443', wildcard: true, path: '/a' }],
    ['http://*.localhost:3000', { scheme: 'http', host: 'localhost:3000', wildcard: true, path: '/' }],
    ['exp://localhost:8081/--/a', { scheme: 'exp', host: 'localhost:8081', wildcard: false, path: '/--/a' }],
    ['com.example.app:/cb', { scheme: 'com.example.app', host: '', wildcard: false, path: '/cb' }],
    ['com.example.app://callback', { scheme: 'com.example.app', host: 'callback', wildcard: false, path: '/' }],
  ])('%s is read', (text, expected) => {
    expect(parseAllowedUrl(text, { ignorePath: false })).toEqual(expected);
  });

  test('resolves against the base where one is given', () => {
    expect(parseAllowedUrl('/area', { ignorePath: false, base })).toEqual({
      scheme: 'https',
      host: 'app.example.org',
      wildcard: false,
      path: '/area',
    });
  });

  test.each([
    '',
    '*',
    '*foo.com',
    '*.com',
    'https://*',
    'https://*foo.com',
    'https://*.com',
    'https://*.co.uk/',
    'https://*.github.io',
    'https://foo.*.com',
    'https://*.*.example.org',
    'https://*.1.2.3.4/',
    'https://*.[::1]/',
    'myapp://*.example.org',
    'http*://example.org',
    'app.example.org',
    '/area',
    '//app.example.org',
    'https:/app.example.org',
    'https://',
    'https://user@app.example.org/',
    'https://app.example.org:/',
    'https://app.example.org./',
    'https://\u00e4.example.org/',
    'javascript://app/x',
    'JavaScript://app/x',
    'file://app.example.org/',
    'wss://app.example.org/',
    'myapp:callback',
    'myapp://',
    'myapp://callback:080',
    'myapp://callback:70000',
    'javascript:/app',
    ' https://app.example.org/',
    'https://app.example.org/a%2fb',
    'https://app.example.org//a',
    'https://app.example.org/a\\b',
  ])('%j is refused with a reason', (text) => {
    const read = parseAllowedUrl(text, { ignorePath: false });
    expect(isProblem(read) && read.problem).toMatch(/\w+/);
  });
});

describe('a URL of the configuration', () => {
  test.each([
    ['http://127.0.0.1:4455/welcome', 'http://127.0.0.1:4455/welcome'],
    ['https://APP.example.org', 'https://app.example.org/'],
    ['http://kratos_ui:3000/login?a=b', 'http://kratos_ui:3000/login?a=b'],
  ])('%s is read as %s', (text, expected) => {
    expect(parseConfiguredUrl(text)).toBe(expected);
  });

  test.each([
    '',
    '/home',
    '//app.example.org',
    'app.example.org',
    'https:app',
    'myapp://callback',
    'javascript:alert(1)',
    'https://a@b.example/',
    'https://app.example.org:0443/',
    'https://app.example.org/\n',
    ' https://app.example.org',
    'https://*.example.org/',
  ])('%j is refused with a reason', (text) => {
    const read = parseConfiguredUrl(text);
    expect(isProblem(read) && read.problem).toMatch(/\w+/);
  });
});

/** Written from the allow list by hand, sharing nothing with the parser under test. */
const OUT = new RegExp(
  [
    'https://app[.]example[.]org/',
    'https://pinned[.]example[.]org/area(?:[/?#]|$)',
    'https://slash[.]example[.]org/area/',
    'https://(?:[a-z0-9_-]+[.])+wild[.]example[.]org/',
    'http://127[.]0[.]0[.]1:9999/',
    'http://\\[::1\\]:4455/',
    'https://port[.]example[.]org:8443/',
    'myapp://callback/done(?:[/?#]|$)',
  ]
    .map((each) => `^${each}`)
    .join('|'),
);
/** A path that starts like another host, or still holds a backslash or a dot segment. */
const TWISTED = /^[a-z]+:\/\/[^/?#]+(?:\/\/|\/%2f|\/%5c|[^?#]*(?:\\|\/\.\.?(?:[/?#]|$)))/i;

const parts = fc.constantFrom(
  'https',
  'http',
  'HTTPS',
  'myapp',
  'javascript',
  ':',
  '/',
  '//',
  '///',
  '\\',
  '@',
  '?',
  '#',
  '%2f',
  '%5c',
  '%2e',
  '%252f',
  '.',
  '..',
  '*',
  'app.example.org',
  'pinned.example.org',
  'a.wild.example.org',
  'wild.example.org',
  'evil.example',
  '127.0.0.1:9999',
  'callback',
  'area',
  'done',
  ':443',
  ':0443',
  '\t',
  '\r\n',
  ' ',
  '\u3002',
  '\u212a',
  '\uff41',
  '\ud800',
  'xn--',
  '[::1]',
  ':4455',
);
const soup = fc.array(fc.oneof({ weight: 4, arbitrary: parts }, fc.string({ maxLength: 3, unit: 'binary' })), {
  maxLength: 10,
});
const shaped = fc
  .tuple(fc.constantFrom('https://', 'http://', 'myapp://', '/', 'HTTPS://'), parts, soup)
  .map(([start, host, rest]) => start + host + rest.join(''));

test('whatever is asked for, what goes out has an allowed origin and path for an independent parser too', () => {
  let out = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        shaped,
        soup.map((each) => each.join('')),
      ),
      (value) => {
        const url = check(value);
        if (url === undefined) return;
        out += 1;
        expect(url).toMatch(/^[\u0021-\u007e]+$/);
        expect(url).toMatch(OUT);
        expect(url).not.toMatch(TWISTED);
      },
    ),
    { numRuns: 5_000 },
  );
  // A property that never sees an allowed value proves nothing.
  expect(out).toBeGreaterThan(20);
});

test('any host but an allowed one is refused', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9\u00df\u212a\uff41%._-]{1,12}$/);
  fc.assert(
    fc.property(label, fc.constantFrom('', '.', '.example.org', 'app.example.org'), (start, end) => {
      const host = `${start}${end}`;
      const ok = host.replace(/[A-Z]/g, (c) => c.toLowerCase()) === 'app.example.org';
      expect(
        checkReturnUrl(`https://${host}/`, { allowed: [entry('https://app.example.org/')], base }) !== undefined,
      ).toBe(ok);
    }),
  );
});
