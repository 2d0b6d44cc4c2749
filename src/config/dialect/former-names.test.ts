import { describe, expect, test } from 'vitest';
import { BASES, overlay } from '../../../test/support/config-bases.ts';
import { loadText, type TextOptions } from '../../../test/support/load-text.ts';
import { nested, schemaKeys } from '../../../test/support/schema-values.ts';
import { formatIssue } from '../../kernel/issue.ts';
import type { Loaded, Release } from '../config.ts';
import { FORMER_KEYS } from '../schema/former-keys.ts';
import { parseTree } from '../source/read.ts';
import { collectProblems } from '../source/problems.ts';
import { recogniseOrigin } from './dialect.ts';

/** A file of v0.5 that has all it needs. */
const BETWEEN = {
  dsn: BASES.current.dsn,
  serve: BASES.current.serve,
  courier: BASES.current.courier,
  secrets: BASES.current.secrets,
  identity: { default_schema_url: 'file:///etc/sallyport/schema.json' },
  selfservice: {
    default_browser_return_url: 'http://127.0.0.1:4455/',
    methods: { password: { enabled: true } },
    flows: { login: { ui_url: 'http://127.0.0.1:4455/login' } },
  },
};

const load = (value: unknown, options: TextOptions = {}): Promise<Loaded> => loadText(value, options);
const said = ({ warnings }: Loaded): readonly string[] => warnings.map(formatIssue);
const names = (loaded: Loaded): readonly string[] => said(loaded).filter((line) => line.includes('is a name of'));
/** Without places and folders: they differ between two spellings. */
const plain = ({ config }: Loaded): string =>
  JSON.stringify(config ?? null, (key, value: unknown) =>
    ['place', 'path', 'at', 'file'].includes(key) ? undefined : value,
  ).replaceAll(/sallyport-config-\w+/g, 'folder');

const values = new Map(schemaKeys().map(({ path, values: all }) => [path.join('.'), all]));

describe('a former name', () => {
  const same = FORMER_KEYS.flatMap(({ key, meaning }) => (meaning.kind === 'same' ? [{ key, to: meaning.to }] : []));

  test.each(same.filter(({ to }) => !to.startsWith('courier.sms')))('$key means $to', async ({ key, to }) => {
    const value = values.get(to)?.find((each) => !Array.isArray(each) || each.length > 0);
    expect(value).toBeDefined();
    const then = await load(overlay(BETWEEN, nested(key.split('.'), value)));
    const now = await load(overlay(BETWEEN, nested(to.split('.'), value)));
    expect(then.errors.map(formatIssue)).toEqual(now.errors.map(formatIssue).map((line) => line.replace(to, key)));
    // A name of v0.4 alone makes a file of v0.4, whose sessions are shorter.
    const session = /"lifespan":\d+,"earliestExtend":\d+/;
    expect(plain(then).replace(session, '')).toBe(plain(now).replace(session, ''));
    expect(names(then).filter((line) => line.includes(`${key}: `))).toEqual([
      expect.stringMatching(/^config\.yaml:\d+:\d+ .*is a name of .*; write `/),
    ]);
    expect(names(then).join('\n')).toContain(`write \`${to}\``);
  });

  test.each(FORMER_KEYS.filter(({ meaning }) => meaning.kind === 'dropped').map(({ key }) => [key]))(
    '%s is read past, with a warning',
    async (key) => {
      const loaded = await load(overlay(BETWEEN, nested(key.split('.'), 'https://a.example/')));
      expect(loaded.errors).toEqual([]);
      expect(said(loaded).filter((line) => line.includes(`${key}: has no effect`))).toHaveLength(1);
    },
  );

  test.each(
    FORMER_KEYS.flatMap(({ key, meaning }) => (meaning.kind === 'refused' ? [[key, meaning.instead] as const] : [])),
  )('%s is refused with what to write: %s', async (key, instead) => {
    const path = key.split('.');
    const at = path.indexOf('[]');
    const inside = nested(at === -1 ? path : path.slice(at + 1), 'x');
    const value = at === -1 ? inside : nested(path.slice(0, at), [inside]);
    const { errors } = await load(overlay(BETWEEN, value));
    expect(errors.map(formatIssue).join('\n')).toContain(`is set; ${instead}`);
  });

  test('beside the name of today stands only with the same value', async () => {
    const both = (old: string): unknown =>
      overlay(BETWEEN, {
        selfservice: { flows: { login: { request_lifespan: old, lifespan: '10m' } } },
      });
    expect((await load(both('10m'))).errors).toEqual([]);
    const { errors } = await load(both('11m'));
    expect(errors.map(formatIssue)).toEqual([
      expect.stringMatching(
        /^config\.yaml:\d+:\d+ selfservice\.flows\.login\.request_lifespan: says something else than selfservice\.flows\.login\.lifespan/,
      ),
    ]);
  });

  test('is never proposed for a misspelt one', async () => {
    const { errors } = await load(
      overlay(BASES.current, { selfservice: { flows: { login: { request_lifespn: '1h' } } } }),
    );
    expect(errors.map(formatIssue).join('\n')).not.toContain('request_lifespan');
  });

  test('comes from the environment too: lists with commas or blanks, memory as a number', async () => {
    const env = {
      SELFSERVICE_WHITELISTED_RETURN_URLS: 'https://one.example/ https://two.example/',
      IDENTITY_DEFAULT_SCHEMA_URL: 'file:///etc/sallyport/other.json',
      SELFSERVICE_FLOWS_LOGIN_REQUEST_LIFESPAN: '7m',
      HASHERS_ARGON2_MEMORY: '32768',
      PASSWORD_MAX_BREACHES: '3',
    };
    const { config, errors } = await load(BETWEEN, { env });
    expect(errors).toEqual([]);
    expect(config?.allowedReturnUrls.map(({ host }) => host)).toEqual(['127.0.0.1:4433', 'one.example', 'two.example']);
    expect(config?.identity.schemas.map(({ url }) => url)).toEqual(['file:///etc/sallyport/other.json']);
    expect(config?.flows.login.lifespan).toBe(420_000);
    expect(config?.hashers.argon2.memory).toBe(32_768);
    expect(config?.methods['password']).toMatchObject({ breachCheck: { max: 3 } });
  });
});

describe('names within the providers', () => {
  const provider = (more: object): unknown =>
    overlay(BETWEEN, {
      selfservice: {
        methods: {
          oidc: {
            enabled: true,
            config: {
              providers: [{ id: 'a', client_id: 'b', client_secret: 'c', mapper_url: 'file:///m.jsonnet', ...more }],
            },
          },
        },
      },
    });

  test('tenant of microsoft', async () => {
    const loaded = await load(provider({ provider: 'microsoft', tenant: 'common' }));
    expect(loaded.errors).toEqual([]);
    expect(loaded.config?.methods['oidc']).toMatchObject({ providers: [{ more: { microsoft_tenant: 'common' } }] });
    expect(names(loaded).join('\n')).toContain(
      'providers[0].tenant: is a name of v0.4 to v0.8; write `microsoft_tenant`',
    );
  });

  test('tenant of another is left out, with a warning', async () => {
    const loaded = await load(provider({ provider: 'github', tenant: 'common' }));
    expect(loaded.errors).toEqual([]);
    expect(said(loaded).join('\n')).toContain('is set for github');
  });

  test('gitlab-app was a slip', async () => {
    const { errors } = await load(provider({ provider: 'gitlab-app' }));
    expect(errors.map(formatIssue).join('\n')).toContain('write `github-app`');
  });
});

describe('what a file of v0.4 to v0.8 means without saying it', () => {
  test('registration on one page, links, sessions of a day', async () => {
    const { config, notes } = await load(
      overlay(BETWEEN, { selfservice: { flows: { recovery: { enabled: true }, verification: { enabled: true } } } }),
    );
    expect(config?.flows.registration.style).toBe('unified');
    expect(config?.flows.recovery).toMatchObject({ enabled: true, use: 'link' });
    expect(config?.flows.verification).toMatchObject({ enabled: true, use: 'link' });
    expect(config?.session.lifespan).toBe(86_400_000);
    expect(notes.map(formatIssue).join('\n')).toMatch(/stands in a file of Ory Kratos v0\.5/);
    expect(notes.map(formatIssue).join('\n')).toContain('notify_unknown_recipients: is not written');
  });

  test('sessions of an hour, and callbacks elsewhere, in v0.4', async () => {
    const loaded = await load({
      ...BETWEEN,
      selfservice: {
        default_browser_return_url: 'http://127.0.0.1:4455/',
        strategies: {
          oidc: {
            enabled: true,
            config: {
              providers: [
                { id: 'a', provider: 'github', client_id: 'b', client_secret: 'c', mapper_url: 'file:///m.jsonnet' },
              ],
            },
          },
        },
        flows: { login: { ui_url: 'http://127.0.0.1:4455/login' } },
      },
    });
    expect(loaded.errors).toEqual([]);
    expect(loaded.config).toMatchObject({ dialect: 'current', session: { lifespan: 3_600_000 } });
    expect(said(loaded).join('\n')).toContain('/self-service/browser/flows/strategies/oidc/callback/<id> by v0.4');
    expect(said(loaded).join('\n')).not.toContain('v0.3');
  });

  test('links end with their flow up to v0.6', async () => {
    const { config } = await load(
      overlay(BETWEEN, {
        selfservice: { flows: { recovery: { enabled: true, lifespan: '20m' }, verification: { lifespan: '30m' } } },
      }),
    );
    expect(config?.methods['link']).toMatchObject({ lifespan: 1_200_000 });
  });

  test('recovery without the links it mails is refused with both keys', async () => {
    const { errors } = await load(
      overlay(BETWEEN, {
        selfservice: { methods: { link: { enabled: false } }, flows: { recovery: { enabled: true } } },
      }),
    );
    expect(errors.map(formatIssue).join('\n')).toMatch(
      /selfservice\.flows\.recovery\.enabled: is true, but selfservice\.methods\.link\.enabled is false/,
    );
  });

  test('`verify` after settings did nothing, and does nothing', async () => {
    const loaded = await load(
      overlay(BETWEEN, {
        selfservice: {
          flows: { verification: { enabled: true }, settings: { after: { profile: { hooks: [{ hook: 'verify' }] } } } },
        },
      }),
    );
    expect(loaded.errors).toEqual([]);
    expect(loaded.config?.lists.flatMap(({ entries }) => entries)).toEqual([]);
    expect(said(loaded).join('\n')).toContain('settings.after.profile.hooks[0]: is `verify`');
  });

  test.each([
    ['bcrypt', { algorithm: 'bcrypt', bcrypt: { cost: 8 } }, { bcrypt: { cost: 12 } }],
    ['a short hash', { argon2: { memory: 65_536, iterations: 3, key_length: 16 } }, { argon2: { keyLength: 32 } }],
    ['little memory', { argon2: { memory: '1MB', iterations: 2 } }, { argon2: { memory: 19_456, iterations: 2 } }],
    [
      'too much memory',
      { argon2: { memory: 4_194_304, iterations: 4 } },
      { argon2: { memory: 19_456, iterations: 4 } },
    ],
  ])('%s is raised to the floor, with a warning', async (_name, hashers, expected) => {
    const loaded = await load(
      overlay(overlay(BETWEEN, { serve: { public: { base_url: 'https://a.example/' } } }), { hashers }),
      { dev: false },
    );
    expect(loaded.errors).toEqual([]);
    expect(loaded.config?.hashers).toMatchObject(expected);
    expect(said(loaded).join('\n')).toMatch(/hashers\.\S+: (?:is|makes) .*new hashes are made with/);
  });

  test.each([
    ['v0.4', { request_lifespan: '10m' }, {}, 'smtp://a:b@mail.example.org:587/', /clear text/],
    ['v0.7', {}, { cookies: { path: '/' } }, 'smtps://a:b@mail.example.org:465/', /v0\.7 meant STARTTLS/],
    ['v0.7', {}, {}, 'smtps://a:b@mail.example.org:465/?legacy_ssl=true', /legacy_ssl/],
  ])('mail addresses of %s', async (_release, login, more, uri, warning) => {
    const { errors, warnings } = await load(
      overlay(overlay(BETWEEN, more), {
        courier: { smtp: { connection_uri: uri } },
        selfservice: { flows: { login } },
      }),
    );
    expect(errors).toEqual([]);
    expect(warnings.map(formatIssue).join('\n')).toMatch(warning);
  });
});

describe('the default schema', () => {
  const identity = { default_schema_url: 'file:///a.json', schemas: [{ id: 'other', url: 'file:///b.json' }] };

  test('stands before the others', async () => {
    const { config } = await load({ ...BETWEEN, identity });
    expect(config?.identity).toMatchObject({
      defaultSchemaId: 'default',
      schemas: [
        { id: 'default', url: 'file:///a.json', rootIsTraits: false },
        { id: 'other', url: 'file:///b.json' },
      ],
    });
  });

  test('may be named twice with one address, and not with two', async () => {
    const twice = (url: string): unknown => ({
      ...BETWEEN,
      identity: { ...identity, schemas: [{ id: 'default', url }] },
    });
    expect((await load(twice('file:///a.json'))).config?.identity.schemas).toHaveLength(1);
    const { errors } = await load(twice('file:///c.json'));
    expect(errors.map(formatIssue).join('\n')).toMatch(
      /identity\.default_schema_url: says something else than identity\.schemas\[0\]/,
    );
  });
});

describe('names of v0.4 to v0.8 beside later ones', () => {
  const mixed = overlay(BETWEEN, {
    selfservice: { whitelisted_return_urls: ['https://a.example/'], flows: { recovery: { enabled: true } } },
    courier: { message_retries: 3 },
  });

  test('are read, with the defaults of today, and one warning says so', async () => {
    const { config, errors, warnings } = await load(mixed);
    expect(errors).toEqual([]);
    expect(config?.flows).toMatchObject({ recovery: { use: 'code' }, registration: { style: 'profile_first' } });
    const told = warnings.filter(({ code }) => code === 'mixed-dialects').map(formatIssue);
    expect(told).toEqual([
      expect.stringMatching(/whitelisted_return_urls.*courier\.message_retries.*mails carry codes/),
    ]);
  });

  test('leave it to a written `use`', async () => {
    const { config, warnings } = await load(overlay(mixed, { selfservice: { flows: { recovery: { use: 'code' } } } }));
    expect(config?.flows.recovery.enabled).toBe(true);
    expect(warnings.map(formatIssue).join('\n')).not.toContain('mails carry codes');
  });
});

describe('text messages', () => {
  const sms = (more: object): unknown =>
    overlay(BETWEEN, {
      courier: {
        sms: {
          enabled: true,
          from: '+4912345678',
          request_config: { url: 'https://sms.example.org/', body: 'file:///sms.jsonnet', header: { 'X-Tag': 'a' } },
          ...more,
        },
      },
    });

  test('of v0.9 and v1.0 go by a channel', async () => {
    const loaded = await load(sms({}));
    expect(loaded.errors).toEqual([]);
    expect(loaded.config?.courier.channels).toMatchObject([{ id: 'sms', request: { headers: { 'X-Tag': 'a' } } }]);
    expect(names(loaded).join('\n')).toContain('courier.sms: is a name of v0.9 to v1.0');
  });

  test('had no effect in files of v1.1, and have none', async () => {
    const later = { selfservice: { methods: { code: { passwordless_enabled: true } } } };
    const loaded = await load(overlay(sms({}), later));
    expect(loaded.config?.courier.channels).toEqual([]);
    expect(said(loaded).join('\n')).toContain('courier.sms: has no effect');
  });

  test('that are switched off are not judged', async () => {
    const { config, errors } = await load(sms({ enabled: false }));
    expect(errors).toEqual([]);
    expect(config?.courier.channels).toEqual([]);
  });
});

test('a body without a scheme is a file', async () => {
  const config = { url: 'https://hooks.example.org/', method: 'POST', body: './body.jsonnet' };
  const loaded = await load(
    overlay(BASES.current, {
      selfservice: { flows: { login: { before: { hooks: [{ hook: 'web_hook', config }] } } } },
    }),
  );
  expect(loaded.config?.lists[0]?.entries[0]?.config).toEqual({ ...config, body: 'file://./body.jsonnet' });
  expect(names(loaded).join('\n')).toContain('write file://./body.jsonnet');
});

test.each<readonly [Release, string]>([
  ['v0.1', 'urls: { profile_ui: "http://a.example/" }'],
  ['v0.3', 'urls: { settings_ui: "http://a.example/" }'],
  ['v0.3', 'selfservice: { strategies: { password: { enabled: true } } }'],
  [
    'v0.4',
    'selfservice: { strategies: { password: { enabled: true } }, flows: { login: { ui_url: "http://a.example/" } } }',
  ],
  ['v0.4', 'session: { cookie_same_site: Lax }'],
  ['v0.5', 'identity: { default_schema_url: "file://a.json" }'],
  ['v0.5', 'password: { max_breaches: 1 }'],
  ['v0.5', 'hashers: { argon2: { memory: 65536 } }'],
  ['v0.6', 'identity: { default_schema_url: "file://a.json" }\nhashers: { algorithm: bcrypt }'],
  ['v0.7', 'identity: { default_schema_url: "file://a.json" }\ncookies: { domain: a.example }'],
  ['v0.8', 'identity: { default_schema_url: "file://a.json" }\nciphers: { algorithm: noop }'],
  // The version of a file is wrong in half of them.
  ['v0.8', 'version: v0.4.6-alpha.1\nidentity: { default_schema_url: "file://a.json" }\nciphers: { algorithm: noop }'],
  ['current', 'version: v0.7.1-alpha.1\nidentity: { default_schema_id: default }'],
  ['current', 'identity: { default_schema_url: "file://a.json", default_schema_id: default }'],
  ['current', 'selfservice: { flows: { settings: { after: { profile: { hooks: [{ hook: verify }] } } } } }'],
])('a file of %s is recognised: %s', (release, text) => {
  const tree = parseTree(text, 'config.yaml', collectProblems());
  expect(tree && recogniseOrigin(tree).release).toBe(release);
});
