import { expect, test } from 'vitest';
import { BASES, overlay } from '../../test/support/config-bases.ts';
import { loadText } from '../../test/support/load-text.ts';
import { formatIssue } from '../kernel/issue.ts';

const said = async (more: unknown, env: Record<string, string> = {}): Promise<readonly string[]> =>
  (await loadText(overlay(BASES.current, more), { env })).errors.map(formatIssue);

const page = (url: string): unknown => ({ selfservice: { flows: { login: { ui_url: url } } } });

test.each([
  [
    'an address that lacks a number',
    page('http://127.0.01/'),
    /read as the address 127\.0\.0\.1: write all four numbers/,
  ],
  ['a port that begins with 0', page('http://a.example:08/'), /has a port that is empty or begins with 0/],
  ['a host that ends in a dot', page('http://a.example./'), /has a host that ends in a dot/],
  ['one slash', page('http:/a.example/'), /one slash behind its scheme, where two belong/],
  ['letters of another case', { session: { cookie: { same_site: 'lax' } } }, /is "lax": it is spelt Lax/],
  ['a word in capitals', { hashers: { algorithm: 'ARGON2' } }, /is "ARGON2": it is spelt argon2/],
  ['a number without its unit', { session: { lifespan: 3600 } }, /is 3600: a unit is missing/],
])('%s is named as the one thing that is wrong', async (_name, more, message) => {
  const errors = await said(more);
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toMatch(/^config\.yaml:\d+:\d+ /);
});

test.each([
  ['at the top of the file', { dsn: null }, 'dsn'],
  ['a secret', { secrets: null }, 'secrets.cookie'],
  ['below its section', { selfservice: { methods: { webauthn: { enabled: true } } } }, 'webauthn'],
  [
    'of a request',
    {
      courier: {
        delivery_strategy: 'http',
        http: {
          request_config: {
            url: 'https://a.example/',
            body: 'file:///b.jsonnet',
            auth: { type: 'api_key', config: {} },
          },
        },
      },
    },
    'auth.config',
  ],
])('what is missing %s has the place of what is around it', async (_name, more, path) => {
  const { errors, warnings } = await loadText(overlay(BASES.current, more));
  const found = [...errors, ...warnings].filter((each) => each.path.includes(path));
  expect(found.length).toBeGreaterThan(0);
  for (const each of found) expect(formatIssue(each)).toMatch(/^config\.yaml:\d+:\d+ /);
});

test('the level of the log may be in capitals, as programs around set it', async () => {
  const { config, errors } = await loadText(BASES.current, { env: { LOG_LEVEL: 'DEBUG' } });
  expect(errors).toEqual([]);
  expect(config?.log.level).toBe('debug');
  expect((await loadText(overlay(BASES.current, { log: { level: 'Warning' } }))).config?.log.level).toBe('warn');
});

test.each([
  ['SERVE_PUBLIC_PORT', 'tcp://10.0.0.1:80'],
  ['SERVE_ADMIN_PORT', 'udp://10.0.0.1:53'],
  ['COURIER_SMTP_FROM_ADDRESS', 'tcp://10.0.0.1:25'],
])('%s=%s, which an orchestrator set, says the way out', async (name, value) => {
  expect(await said({}, { [name]: value })).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${name} .*the address of a service of that name; unset the variable, or write enableServiceLinks: false`,
      ),
    ),
  ]);
});
