import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatIssue } from '../kernel/issue.ts';
import { must } from '../kernel/error.ts';
import { BASES, overlay, RICH, SECRET, type Base } from '../../test/support/config-bases.ts';
import { loadText, MACHINE, type TextOptions } from '../../test/support/load-text.ts';
import type { Config, Dialect, HookList } from './config.ts';
import { loadConfig } from './load.ts';
import { METHODS } from '../strategy/methods.ts';
import { sectionsOf } from '../strategy/registry.ts';
import { offeredFeatures } from './schema/supported-features.ts';

async function load(base: Base, config: unknown = {}, options: TextOptions = {}): Promise<Config> {
  const { config: made, errors } = await loadText(overlay(BASES[base], config), options);
  expect(errors.map(formatIssue)).toEqual([]);
  return must(made, 'The configuration');
}
async function warnings(base: Base, config: unknown = {}, options: TextOptions = {}): Promise<string> {
  return (await loadText(overlay(BASES[base], config), options)).warnings.map(formatIssue).join('\n');
}
async function errors(base: Base, config: unknown = {}, options: TextOptions = {}): Promise<string> {
  return (await loadText(overlay(BASES[base], config), options)).errors.map(formatIssue).join('\n');
}
const list = ({ lists }: Config, name: string): HookList =>
  must(
    lists.find((each) => each.name === name),
    name,
  );

describe('the examples of the two founding documents', () => {
  const target = 'https://url-to-redirect/to';

  test('jobs after login: one list a strategy, redirect in the words of today', async () => {
    const redirect = [{ job: 'redirect', config: { redirect_to: target } }];
    const config = await load('v0.1-job', {
      selfservice: { login: { after: { passwordless: redirect, oidc: redirect, password: redirect } } },
    });
    expect(config.dialect).toBe('v0.1-job');
    expect(list(config, 'login.after.password')).toMatchObject({
      flow: 'login',
      point: 'after',
      method: 'password',
      dialect: 'v0.1-job',
      path: 'selfservice.login.after.password',
      entries: [{ hook: 'redirect', config: { to: target }, path: 'selfservice.login.after.password[0]' }],
    });
    expect(list(config, 'login.after.oidc').entries).toHaveLength(1);
  });

  test('jobs after registration: session before redirect, options of the document and of the code', async () => {
    const config = await load('v0.1-job', {
      selfservice: {
        registration: {
          after: {
            password: [
              { job: 'session' },
              { job: 'redirect', config: { redirect_to: target, allow_user_defined: true } },
            ],
            oidc: [{ job: 'redirect', config: { default_redirect_url: target, allow_user_defined_redirect: true } }],
          },
        },
      },
    });
    const both = { to: target, allow_user_defined: true };
    expect(list(config, 'registration.after.password').entries.map(({ hook, config: own }) => [hook, own])).toEqual([
      ['session', undefined],
      ['redirect', both],
    ]);
    expect(list(config, 'registration.after.oidc').entries[0]?.config).toEqual(both);
  });

  test('hooks before and after login, registration and settings, flat and below `hooks`', async () => {
    const to = 'https://www.ory.sh/maintenance';
    const redirect = { hook: 'redirect', config: { to } };
    const config = await load('v0.3-hook', {
      selfservice: {
        login: {
          before: [redirect],
          after: { oidc: { hooks: [redirect] }, password: [{ hook: 'revoke_active_sessions' }] },
        },
        registration: { before: { hooks: [redirect] }, after: { password: [{ hook: 'session' }, { hook: 'verify' }] } },
        settings: { after: [redirect] },
      },
    });
    expect(config.dialect).toBe('v0.3-hook');
    expect(config.lists.map(({ name, dialect }) => [name, dialect])).toEqual([
      ['login.before', 'v0.3-hook'],
      ['login.after.oidc', 'v0.3-hook'],
      ['login.after.password', 'v0.3-hook'],
      ['registration.before', 'v0.3-hook'],
      ['registration.after.password', 'v0.3-hook'],
      ['settings.after', 'v0.3-hook'],
    ]);
    expect(list(config, 'settings.after').entries[0]?.config).toEqual({ to });
  });

  test('four secrets: the first seals, all open', async () => {
    const session = ['something-super-secret', 'old-session-secret', 'older-session-secret', 'ancient-session-secret'];
    const config = await load('v0.1-job', { secrets: { session } });
    expect(config.secrets.cookie).toEqual(session);
    expect(await warnings('v0.1-job', { secrets: { session } })).toContain('secrets.session: holds 4 secrets');
  });
});

describe('old dialects in the shape of today', () => {
  test('every old key of the bases has its place', async () => {
    const config = await load('v0.1-job', {
      urls: { whitelisted_return_to_domains: ['https://app.example.org/landing'] },
      ttl: { session: '2h' },
      selfservice: {
        profile: { request_lifespan: '5m', privileged_session_max_age: '7m' },
        verify: { link_lifespan: '3h' },
      },
    });
    const ui = 'http://127.0.0.1:4455';
    expect(config.serve.public.writtenBaseUrl).toBe('http://127.0.0.1:4433/');
    expect(config.serve.public.baseUrl).toBe('http://127.0.0.1:4433');
    expect(config.flows.settings).toMatchObject({
      uiUrl: `${ui}/settings`,
      lifespan: 300_000,
      privilegedSessionMaxAge: 420_000,
      ownPage: false,
    });
    expect(config.flows.verification).toMatchObject({
      uiUrl: `${ui}/verify`,
      returnUrl: `${ui}/verified`,
      use: 'link',
    });
    expect(config.methods['link']).toMatchObject({ lifespan: 3 * 3_600_000 });
    expect(config.flows.logout.returnUrl).toBe(`${ui}/bye`);
    expect(config.flows.error.uiUrl).toBe(`${ui}/error`);
    expect(config.defaultReturnUrl).toBe(`${ui}/home`);
    expect(config.session.lifespan).toBe(7_200_000);
    expect(config.hashers).toMatchObject({
      algorithm: 'argon2',
      argon2: { memory: 16384, iterations: 1, parallelism: 1 },
    });
    expect(config.identity.schemas).toMatchObject([
      { id: 'default', url: 'file:///etc/sallyport/schema.json', rootIsTraits: true },
    ]);
    expect(config.methods['oidc']).toMatchObject({
      providers: [{ id: 'acme', clientSecret: 'csec', scope: ['email'], pkce: 'auto' }],
    });
    // v0.1 compares origins only; the public /self-service is always allowed.
    expect(config.allowedReturnUrls.map(({ host, path }) => [host, path])).toEqual([
      ['127.0.0.1:4433', '/self-service'],
      ['app.example.org', undefined],
    ]);
  });

  test.each([['v0.1-job'], ['v0.3-hook']] as const)(
    '%s takes for granted what its time took for granted',
    async (base) => {
      const config = await load(base);
      expect(config.flows.registration.style).toBe('unified');
      expect(config.methods['link']).toMatchObject({ lifespan: 86_400_000 });
      expect(config.methods['password']).toMatchObject({ minLength: 8 });
      expect(config.session.lifespan).toBe(86_400_000);
    },
  );

  test.each([['v0.1-job'], ['v0.3-hook'], ['current']] as const)(
    '%s without hashers has argon2id with 19456 KiB, 2 passes, 1 lane',
    async (base) => {
      const { hashers: _, ...rest } = BASES[base];
      const { config } = await loadText(rest);
      expect(config?.hashers).toMatchObject({
        algorithm: 'argon2',
        argon2: { memory: 19456, iterations: 2, parallelism: 1, saltLength: 16, keyLength: 32 },
      });
    },
  );

  test('default_return_to of a method and of a flow', async () => {
    const config = await load('v0.3-hook', {
      selfservice: {
        login: {
          after: {
            default_return_to: 'https://a.example/flow',
            password: { default_return_to: 'https://a.example/own' },
          },
        },
      },
    });
    expect(config.flows.login.returnUrl).toBe('https://a.example/flow');
    expect(config.flows.login.methodReturnUrls).toEqual({ password: 'https://a.example/own' });
  });

  test('both spellings with one value are fine', async () => {
    const config = await load('v0.1-job', {
      selfservice: { default_browser_return_url: 'http://127.0.0.1:4455/home' },
    });
    expect(config.defaultReturnUrl).toBe('http://127.0.0.1:4455/home');
  });

  test('a mixed file: each list keeps its dialect, and one warning says so', async () => {
    const mixed = {
      selfservice: {
        login: { after: { password: [{ job: 'redirect', config: { redirect_to: 'https://a.example/home' } }] } },
        registration: { after: { password: [{ hook: 'redirect', config: { to: 'https://a.example/closed' } }] } },
      },
    };
    const config = await load('v0.3-hook', mixed);
    expect(config.dialect).toBe('v0.3-hook');
    expect(config.lists.map(({ dialect }) => dialect)).toEqual(['v0.1-job', 'v0.3-hook']);
    expect((await warnings('v0.3-hook', mixed)).match(/mixes spellings/g)).toHaveLength(1);
    expect(await warnings('v0.3-hook')).not.toContain('mixes spellings');
  });

  test('default_redirect_url under hook is understood, with a warning', async () => {
    const old = {
      selfservice: {
        login: { after: { password: [{ hook: 'redirect', config: { default_redirect_url: 'https://a.example/x' } }] } },
      },
    };
    expect(list(await load('v0.3-hook', old), 'login.after.password').entries[0]?.config).toEqual({
      to: 'https://a.example/x',
    });
    expect(await warnings('v0.3-hook', old)).toContain('default_redirect_url: is a name of the v0.1 code');
  });

  test('passwordless stands for the methods that are one; a list of their own wins', async () => {
    const redirect = (to: string): unknown => [{ job: 'redirect', config: { redirect_to: to } }];
    const config = await load('v0.1-job', {
      selfservice: {
        methods: {
          code: { passwordless_enabled: true },
          passkey: { enabled: true, config: { rp: { id: 'a.example', display_name: 'A' } } },
        },
        login: {
          after: { passwordless: redirect('https://a.example/any'), passkey: redirect('https://a.example/key') },
        },
      },
    });
    const targets = config.lists.map(({ name, entries }) => [name, entries[0]?.config]);
    expect(targets).toEqual([
      ['login.after.code', { to: 'https://a.example/any' }],
      ['login.after.passkey', { to: 'https://a.example/key' }],
    ]);
  });

  test('a list twice, in the old place and in that of today, is refused with both paths', async () => {
    const hooks = [{ hook: 'revoke_active_sessions' }];
    const said = await errors('v0.3-hook', {
      selfservice: { login: { after: { password: hooks } }, flows: { login: { after: { password: { hooks } } } } },
    });
    expect(said).toContain('selfservice.login.after.password');
    expect(said).toContain('selfservice.flows.login.after.password.hooks');
  });
});

describe('the dialect of a file', () => {
  const flows = { flows: { login: { after: { hooks: [{ hook: 'a' }] } } } };
  const cases: readonly (readonly [string, unknown, Dialect])[] = [
    ['nothing', {}, 'current'],
    ['keys of today', { selfservice: flows }, 'current'],
    ['a job', { selfservice: { login: { after: { password: [{ job: 'session' }] } } } }, 'v0.1-job'],
    [
      'a job in the place of today',
      { selfservice: { flows: { login: { after: { hooks: [{ job: 'a' }] } } } } },
      'v0.1-job',
    ],
    ['profile_ui', { urls: { profile_ui: 'https://a.example/' } }, 'v0.1-job'],
    ['selfservice.profile', { selfservice: { profile: { request_lifespan: '1h' } } }, 'v0.1-job'],
    [
      'a job and a hook',
      { selfservice: { login: { after: { password: [{ job: 'session' }] } }, ...flows } },
      'v0.3-hook',
    ],
    [
      'a job and settings_ui',
      {
        urls: { settings_ui: 'https://a.example/' },
        selfservice: { login: { after: { oidc: [{ job: 'session' }] } } },
      },
      'v0.3-hook',
    ],
    ['an old key alone', { ttl: { session: '1h' } }, 'v0.3-hook'],
    ['a version of v0.1', { version: 'v0.1.1-alpha.1' }, 'v0.1-job'],
    ['a version of v0.3', { version: 'v0.3.0-alpha.1' }, 'v0.3-hook'],
    ['a version of today', { version: 'v26.2.0', ttl: { session: '1h' } }, 'current'],
  ];
  test.each(cases)('%s', async (_name, text, dialect) => {
    const { config, errors: wrong } = await loadText(text, { command: 'check' });
    expect(wrong.map(formatIssue)).toEqual([]);
    expect(config?.dialect).toBe(dialect);
  });
});

describe('several sources', () => {
  test('files merge deeply, lists are replaced, each value keeps its place', async () => {
    const first =
      'dsn: memory\nserve: { public: { port: 5000 }, admin: { port: 5001 } }\nsecrets: { cookie: [short] }\n';
    const second = 'serve:\n  public: { port: 6000 }\nsecrets:\n  cookie:\n    - also-too-short\n';
    const { errors: wrong } = await loadText(first, { beside: { 'b.yml': second }, next: ['b.yml'] });
    expect(wrong.map(({ path, place }) => [path, place])).toEqual([
      ['secrets.cookie[0]', { file: 'b.yml', line: 5, column: 7 }],
    ]);
    const good = second.replace('also-too-short', SECRET);
    const { config } = await loadText(first, { beside: { 'b.yml': good }, next: ['b.yml'] });
    expect(config?.serve).toMatchObject({ public: { port: 6000 }, admin: { port: 5001 } });
    expect(config?.secrets.cookie).toEqual([SECRET]);
    expect(config?.files).toHaveLength(2);
  });

  test('JSON is read too, tabs and all; TOML is not', async () => {
    const json = JSON.stringify(BASES.current, undefined, '\t');
    expect((await loadText(json, { name: 'a.json' })).errors).toEqual([]);
    expect((await loadText('dsn = "memory"', { name: 'a.toml' })).errors.map(formatIssue)).toEqual([
      'a.toml: is TOML, which is not read here; write it as YAML (.yaml, .yml) or JSON (.json)',
    ]);
    expect((await loadText('x', { name: 'a.ini' })).errors).toHaveLength(1);
  });

  test('a file that is missing is one error', async () => {
    const { config, errors: wrong } = await loadText(BASES.current, { next: ['nowhere.yaml'] });
    expect(config).toBeUndefined();
    expect(wrong.map(({ path }) => path)).toEqual(['nowhere.yaml']);
  });

  test('anchors, aliases and merge keys mean what they mean', async () => {
    const text = `dsn: memory\nsecrets: { cookie: [&s "${SECRET}"], default: [*s] }\nlimits:\n  flows: &b { tries: 5, per: 1m }\n  sends: { <<: *b, tries: 7 }\n`;
    const { config } = await loadText(text);
    expect(config?.secrets.cookie).toEqual([SECRET]);
    expect(config?.limits.sends).toEqual({ tries: 7, per: 60_000 });
  });

  test.each(['{"<<":{}}', '"<<": { dsn: memory }', "'<<': 1", '{"":1}', '{"\\n":{}}'])(
    'a key that is no name is told by its name: %s',
    async (text) => {
      const { errors } = await loadText(text);
      const said = errors.map(formatIssue).filter((each) => each.includes('is not a known key'));
      expect(said).toEqual([expect.stringMatching(/^config\.yaml:1:\d "(?:<<|\\n)?": is not a known key/)]);
    },
  );

  test('the environment wins over files', async () => {
    const provider = 'SELFSERVICE_METHODS_OIDC_CONFIG_PROVIDERS_0';
    const config = await load('current', RICH, {
      env: {
        SERVE_PUBLIC_PORT: '7000',
        LOG_LEVEL: 'error',
        SELFSERVICE_METHODS_PASSWORD_ENABLED: 'false',
        SELFSERVICE_ALLOWED_RETURN_URLS: 'https://one.example/, https://two.example/',
        CLIENTS_HTTP_PRIVATE_IP_EXCEPTION_URLS: '["http://127.0.0.1:1/**"]',
        [`${provider}_CLIENT_SECRET`]: 'other',
        SELFSERVICE_FLOWS_LOGIN_BEFORE_HOOKS_0_CONFIG_URL: 'https://hooks.example.org/b',
        COURIER_SMTP_HEADERS: '{"X-Tag": "b"}',
        SQA_OPT_OUT: 'true',
        IDENTITY_SCHEMAS: '[{"id":"default","url":"file:///b.json"}]',
      },
    });
    expect(config.serve.public.port).toBe(7000);
    expect(config.log.level).toBe('error');
    expect(config.methods['password']?.enabled).toBe(false);
    expect(config.allowedReturnUrls.map(({ host }) => host)).toEqual(['127.0.0.1:4433', 'one.example', 'two.example']);
    expect(config.methods['oidc']).toMatchObject({ providers: [{ id: 'acme', clientSecret: 'other' }] });
    expect(list(config, 'login.before').entries[0]?.config).toEqual({
      url: 'https://hooks.example.org/b',
      method: 'POST',
    });
    expect(config.courier.smtp?.headers).toEqual({ 'X-Tag': 'b' });
    expect(config.identity.schemas.map(({ url }) => url)).toEqual(['file:///b.json']);
  });

  test('names that belong to nobody in particular are not read', async () => {
    const env = {
      VERSION: '0.1',
      CONFIG: 'x',
      HELP: 'x',
      DEV: 'true',
      REVISION: 'r',
      SESSION: 'gnome',
      LOG: 'x',
      PLUGINS: 'y',
      PATH: '/bin',
    };
    const config = await load('current', {}, { env, dev: true });
    expect(config).toMatchObject({ dialect: 'current', revision: undefined, plugins: [] });
  });

  test('an error from the environment names the variable and hides secrets', async () => {
    const said = await errors('current', {}, { env: { SERVE_PUBLIC_PORT: 'many', SECRETS_COOKIE_0: 'CANARY7' } });
    expect(said).toContain('SERVE_PUBLIC_PORT serve.public.port: is "many"; write a whole number');
    expect(said).toContain('SECRETS_COOKIE_0 secrets.cookie[0]: is ‹hidden›');
    expect(said).not.toContain('CANARY7');
  });

  test('a string may ask for variables; one that is not set is an error', async () => {
    const config = await load(
      'current',
      { dsn: 'mysql://${env:U}:${env:P}@tcp(db:3306)/x', serve: { public: { port: '${env:PORT}' } } },
      { env: { U: 'me', P: 'p:w', PORT: '81' } },
    );
    expect(config.dsn).toMatchObject({ user: 'me', password: 'p:w' });
    expect(config.serve.public.port).toBe(81);
    expect(await errors('current', { revision: 'a${env:NOPE}' })).toContain(
      'revision: asks for the variable "NOPE", which is not set',
    );
    expect(await errors('current', { log: { level: '${env:L}' } }, { env: { L: 'CANARY7' } })).not.toContain('CANARY7');
  });

  test('secrets may stand in a file or in base64', async () => {
    const config = await load(
      'current',
      { secrets: { cookie: ['file://./cookie', `base64://${Buffer.from(`b${SECRET}`).toString('base64')}`] } },
      { beside: { cookie: `${SECRET}\n` } },
    );
    expect(config.secrets.cookie).toEqual([SECRET, `b${SECRET}`]);
    expect(await errors('current', { secrets: { cookie: ['file://./nowhere'] } })).toContain(
      'names a file that cannot be read: it is not there (ENOENT)',
    );
    expect(await errors('current', { secrets: { cookie: ['base64://***'] } })).toContain('is no text in base64');
  });

  test('a secret of random bytes is refused, and does not lose what makes it hard to guess', async () => {
    const bytes = Buffer.from('c1f0e2d3a4b59687f8e9dacbbcad9e8f7061524334251607f8e9dacbbcad9e8f', 'hex');
    for (const cookie of [`base64://${bytes.toString('base64')}`, 'file://./cookie']) {
      const said = await errors('current', { secrets: { cookie: [cookie] } }, { beside: { cookie: bytes } });
      expect(said).toMatch(/secrets\.cookie\[0\]: .*write their base64 itself, without base64:\/\//);
      expect(said).not.toContain(bytes.toString('base64'));
    }
  });
});

describe('what this build cannot offer', () => {
  test('is warned about once and stays off', async () => {
    const { config, warnings: said, errors: wrong } = await loadText(RICH);
    expect(wrong).toEqual([]);
    const wished = ['code', 'link', 'oidc', 'recovery', 'totp', 'verification', 'webauthn'];
    expect(config?.notOffered.toSorted()).toEqual(
      wished.filter((each) => !offeredFeatures(sectionsOf(METHODS)).has(each)),
    );
    for (const name of config?.notOffered ?? []) {
      expect(said.filter(({ found }) => found === `${name} is configured`)).toHaveLength(1);
    }
  });

  test('what is on by itself does not warn', async () => {
    const { config, warnings: said } = await loadText(BASES.current);
    expect(config?.notOffered).toEqual([]);
    expect(said.filter(({ allowed }) => allowed.includes('cannot offer'))).toEqual([]);
  });

  test.each([['v0.1-job'], ['v0.3-hook']] as const)('providers of %s start', async (base) => {
    const config = await load(base);
    expect(config.methods['oidc']?.enabled).toBe(!config.notOffered.includes('oidc'));
  });

  test('a key without effect says why', async () => {
    expect(await warnings('v0.1-job')).toContain('urls.mfa_ui: has no effect; no version ever sent anyone there');
    expect(await warnings('current', { log: { redaction_text: 'x' } })).toContain('log.redaction_text: has no effect');
  });

  test('TLS and unix sockets refuse the start: nobody may listen in the open by surprise', async () => {
    expect(await errors('current', { serve: { public: { tls: { key: { path: 'x' } } } } })).toContain(
      'serve.public.tls.key.path',
    );
    expect(await errors('current', { serve: { admin: { host: 'unix:/run/a.sock' } } })).toContain('serve.admin.host');
  });
});

describe('rules between keys', () => {
  const strict: TextOptions = { dev: false };
  const https = {
    serve: { public: { base_url: 'https://id.example.org/' } },
    hashers: { argon2: { memory: '19456KB', iterations: 2, key_length: 32 } },
  };
  const cors = (more: object): unknown => ({ serve: { public: { cors: { enabled: true, ...more } } } });
  const methods = (more: object): unknown => ({ selfservice: { methods: more } });
  const refused: readonly (readonly [name: string, config: unknown, mention: string, options?: TextOptions])[] = [
    ['a hash below the floor outside dev', {}, 'hashers.argon2.memory', strict],
    ['codes as both factors', methods({ code: { passwordless_enabled: true, mfa_enabled: true } }), 'code.mfa_enabled'],
    [
      'a short hash outside dev',
      overlay(https, { hashers: { argon2: { key_length: 16 } } }),
      'hashers.argon2.key_length',
      strict,
    ],
    [
      'a cheap bcrypt outside dev',
      { hashers: { algorithm: 'bcrypt', bcrypt: { cost: 10 } } },
      'hashers.bcrypt.cost',
      strict,
    ],
    ['more memory than the budget', { hashers: { argon2: { memory: '512MB' } } }, 'hashers.argon2.memory'],
    ['SameSite=None without Secure', { session: { cookie: { same_site: 'None' } } }, 'session.cookie.same_site'],
    [
      'a __Host- cookie with a domain',
      { session: { cookie: { name: '__Host-a', secure: true, domain: '127.0.0.1' } } },
      'session.cookie.name',
    ],
    [
      'a wildcard that is not a label',
      { serve: { public: { cors: { enabled: true, allowed_origins: ['https://*example.test'] } } } },
      'serve.public.cors.allowed_origins',
    ],
    [
      'a wildcard over a public suffix',
      { selfservice: { allowed_return_urls: ['https://*.com/'] } },
      'selfservice.allowed_return_urls[0]',
    ],
    [
      'a dangerous scheme on the allow list',
      { selfservice: { allowed_return_urls: ['JavaScript://x/'] } },
      'selfservice.allowed_return_urls[0]',
    ],
    [
      'verification by a method that is off',
      { selfservice: { flows: { verification: { enabled: true, use: 'link' } } } },
      'selfservice.flows.verification.use',
    ],
    ['a default schema nobody has', { identity: { default_schema_id: 'other' } }, 'identity.default_schema_id'],
    [
      'two schemas of one id',
      {
        identity: {
          schemas: [
            { id: 'default', url: 'file://a' },
            { id: 'default', url: 'file://b' },
          ],
        },
      },
      'identity.schemas[1]',
    ],
    ['both listeners on one port', { serve: { public: { host: '127.0.0.1', port: 4434 } } }, 'serve.admin.port'],
    [
      'credentials among the headers of hooks',
      { clients: { web_hook: { header_allowlist: ['Cookie'] } } },
      'clients.web_hook.header_allowlist',
    ],
    ['a cipher secret of 31 characters', { secrets: { cipher: [SECRET.slice(0, 31)] } }, 'secrets.cipher[0]'],
    [
      'apple without its key',
      {
        selfservice: {
          methods: {
            oidc: {
              enabled: true,
              config: { providers: [{ id: 'a', provider: 'apple', client_id: 'c', mapper_url: 'file://m' }] },
            },
          },
        },
      },
      'providers[0].apple_private_key',
    ],
    ['PostgreSQL', { dsn: 'postgres://u:CANARY7@h/db' }, 'dsn: begins with postgres://'],
  ];
  const provider = (more: object): object => ({
    selfservice: {
      methods: {
        oidc: {
          enabled: true,
          config: {
            providers: [
              { id: 'a', provider: 'google', client_id: 'c', client_secret: 's', mapper_url: 'file://m', ...more },
            ],
          },
        },
      },
    },
  });
  const withoutMapper = { mapper_url: undefined };
  const providers: typeof refused = [
    ['a provider that nobody knows', provider({ provider: 'gogle' }), 'providers[0].provider'],
    ['a provider without secret', provider({ client_secret: undefined }), 'providers[0].client_secret: is missing'],
    ['generic without issuer', provider({ provider: 'generic' }), 'providers[0].issuer_url: is missing'],
    ['auth0 without issuer', provider({ provider: 'auth0' }), 'providers[0].issuer_url: is missing'],
    ['microsoft without tenant', provider({ provider: 'microsoft' }), 'providers[0].microsoft_tenant: is missing'],
    [
      'a tenant by its domain',
      provider({ provider: 'microsoft', microsoft_tenant: 'acme.onmicrosoft.com' }),
      'providers[0].microsoft_tenant: is no tenant id',
    ],
    ['a provider without mapper', provider(withoutMapper), 'providers[0].mapper_url: is missing; write mapper_url, or'],
    ['two mappers', provider({ claims: { email: 'traits.email' } }), 'providers[0].claims: stands beside `mapper_url`'],
    [
      'a key of Apple that is none',
      provider({
        provider: 'apple',
        client_secret: undefined,
        apple_team_id: 't',
        apple_private_key_id: 'k',
        apple_private_key: 'CANARY7',
      }),
      'providers[0].apple_private_key: is no private key of the curve P-256',
    ],
    ['webauthn without its domain', methods({ webauthn: { enabled: true } }), 'webauthn.enabled'],
  ];
  const warned: typeof refused = [
    ['memory without a unit', { hashers: { argon2: { memory: 65536 } } }, 'hashers.argon2.memory: is a name of v0.4'],
    ['bcrypt without the algorithm', { hashers: { bcrypt: { cost: 12 } } }, 'hashers.bcrypt.cost: has no effect'],
    ['any origin, so without credentials', cors({}), 'serve.public.cors.allowed_origins: is not written, which'],
    ['any origin by name', cors({ allowed_origins: ['*'] }), 'serve.public.cors.allowed_origins: holds "*"'],
    ['names below localhost', cors({ allowed_origins: ['http://*.localhost:3000'] }), 'names of the machine that asks'],
    [
      'return URLs below localhost',
      { selfservice: { allowed_return_urls: ['http://*.localhost:3000'] } },
      'names of the machine that asks',
    ],
    [
      'a cheap bcrypt under dev',
      { hashers: { algorithm: 'bcrypt', bcrypt: { cost: 8 } } },
      'hashers.bcrypt.cost: is 8',
    ],
    [
      'little memory under dev',
      { hashers: { argon2: { memory: '1KB' } } },
      'hashers.argon2.memory: is 1 KiB; 8 KiB are used',
    ],
    [
      'another base for links',
      methods({ link: { enabled: true, config: { base_url: 'https://a.example/' } } }),
      'base_url: has no effect',
    ],
    [
      'a key beside those of a relying party',
      methods({ passkey: { enabled: true, config: { rp: { id: 'a', display_name: 'A', passwordless: true } } } }),
      'rp.passwordless: is not a known key',
    ],
    [
      'models of authenticators that nobody verifies',
      methods({
        webauthn: {
          enabled: true,
          config: {
            rp: { id: 'a.example', display_name: 'A' },
            authenticators: { allow: ['ee882879-721c-4913-9775-3dfcce97072a'] },
          },
        },
      }),
      'authenticators.allow: takes the word of authenticators',
    ],
    ['a provider that is not built in', provider({ provider: 'vk' }), 'providers[0].provider: is vk, a kind'],
    [
      'a tenant elsewhere',
      provider({ microsoft_tenant: 'common' }),
      'providers[0].microsoft_tenant: is set for google',
    ],
    [
      'a source of subjects elsewhere',
      provider({ subject_source: 'me' }),
      'providers[0].subject_source: is set for google',
    ],
    [
      'recovery by the default that is off',
      { selfservice: { flows: { recovery: { enabled: true } }, methods: { code: { enabled: false } } } },
      'selfservice.flows.recovery.enabled: is true, but code is switched off; recovery stays off',
    ],
    [
      'verification by the method that is on',
      {
        selfservice: {
          flows: { verification: { enabled: true } },
          methods: { code: { enabled: false }, link: { enabled: true } },
        },
      },
      'selfservice.flows.verification.enabled: is true, but code is switched off; link is used',
    ],
    ['`enabled` where `mitigate` is meant', { security: { account_enumeration: { enabled: true } } }, 'mitigate'],
    [
      'a time of zero below what is not there',
      { session: { whoami: { tokenizer: { templates: { a: { jwks_url: 'file://./jwks.json', ttl: '0ns' } } } } } },
      'ttl: is no time at all',
    ],
    [
      'an address with an underscore',
      { selfservice: { flows: { login: { ui_url: 'http://my__service/x' } } } },
      'underscore',
    ],
    ['a mail server without a port', { courier: { smtp: { connection_uri: 'smtp://a:b@mail.example/' } } }, 'port 587'],
    [
      'TLS by its old name',
      { courier: { smtp: { connection_uri: 'smtps://a:b@mail.example:465/?legacy_ssl=true' } } },
      'legacy_ssl',
    ],
  ];
  test.each(warned.map(([name, config, mention]) => ({ name, config, mention })))(
    'starts and warns of $name',
    async ({ config, mention }) => {
      expect(await errors('current', config)).toBe('');
      expect(await warnings('current', config)).toContain(mention);
    },
  );

  test('what is switched off is not judged, what nobody switched on does not refuse', async () => {
    const broken = { config: { providers: [{ id: 'a b', provider: 'gogle' }], surprise: 1 } };
    expect(await errors('current', methods({ oidc: broken }))).toBe('');
    expect(await warnings('current', methods({ oidc: broken }))).toContain('oidc.config.surprise');
    const off = methods({ oidc: { ...broken, enabled: false } });
    expect(await errors('current', off)).toBe('');
    expect(await warnings('current', off)).not.toContain('oidc');
    expect(await errors('current', methods({ oidc: { ...broken, enabled: true } }))).toContain('oidc.config.surprise');
    expect(await errors('current', methods({ oidc: { enabled: 'flase' } }))).toContain('oidc.enabled');
    expect(await errors('current', cors({ enabled: false, allowed_origins: 'x y', surprise: 1 }))).toBe('');
  });

  const named = [...refused, ...providers].map(([name, config, mention, options = {}]) => ({
    name,
    config,
    mention,
    options,
  }));
  test.each(named)('refuses $name', async ({ config, mention, options }) => {
    const said = await errors('current', config, options);
    expect(said).toContain(mention);
    expect(said).not.toContain('CANARY7');
  });

  test.each([
    [47_104, 1],
    [12_288, 3],
    [9_216, 4],
    [7_168, 5],
    [65_536, 3],
  ])('%i KiB with %i passes is above the floor', async (memory, iterations) => {
    const config = await load(
      'current',
      overlay(https, { hashers: { argon2: { memory: `${memory}KB`, iterations } } }),
      strict,
    );
    expect(config.hashers.argon2).toMatchObject({ memory, iterations });
  });

  test('the floor is for serving: migrate does not hash', async () => {
    expect((await load('current', {}, { dev: false, command: 'migrate' })).hashers.argon2.memory).toBe(16_384);
  });

  test('a hook that nobody waits for says so where no courier calls it', async () => {
    const ignoring = {
      selfservice: {
        flows: {
          registration: {
            after: {
              hooks: [
                { hook: 'web_hook', config: { url: 'https://a.example/', method: 'POST', response: { ignore: true } } },
              ],
            },
          },
        },
      },
    };
    expect(await warnings('current', ignoring)).toContain('is a hook with response.ignore, which a courier calls');
    expect(await warnings('current', ignoring, { watchCourier: true })).not.toContain('courier calls');
    expect(await warnings('current', overlay(ignoring, { 'watch-courier': true }))).not.toContain('courier calls');
  });

  test('a setting of every quick start is a note under dev, and about security elsewhere', async () => {
    const leaking = { log: { leak_sensitive_values: true } };
    const dev = await loadText(overlay(BASES.current, leaking));
    expect(dev.warnings.map(({ path }) => path)).not.toContain('log.leak_sensitive_values');
    expect(dev.notes.map(({ path }) => path)).toContain('log.leak_sensitive_values');
    const { warnings: said } = await loadText(overlay(BASES.current, leaking), strict);
    expect(said.filter(({ code, path }) => code === 'unsafe' && path === 'log.leak_sensitive_values')).toHaveLength(1);
  });

  test('scripts on another origin need CORS: a note', async () => {
    const scripts = async (more: object): Promise<boolean> => {
      const { notes } = await loadText(overlay(BASES.current, more));
      return notes.some(({ found }) => found.includes('serve.public.cors is off'));
    };
    expect(await scripts({})).toBe(true);
    expect(await scripts({ serve: { public: { cors: { enabled: true } } } })).toBe(false);
  });

  test('a fragment notes what the rest has to say; a reader of the file says nothing', async () => {
    const part = { selfservice: { flows: { login: { lifespan: '5m' } } } };
    const noted = await loadText(part, { command: 'check', dev: false, fragment: true });
    expect(noted.errors).toEqual([]);
    expect(noted.notes.map(({ path }) => path).toSorted()).toEqual(['dsn', 'secrets.cookie']);
    expect((await loadText(part, { command: 'check', dev: false })).notes).toEqual([]);
    const weak = { ...part, hashers: { algorithm: 'bcrypt', bcrypt: { cost: 8 } } };
    const judge = (options: TextOptions) => loadText(weak, { command: 'check', fragment: true, ...options });
    expect((await judge({ dev: false })).errors.map(({ code }) => code)).toEqual(['production-floor']);
    expect((await judge({ dev: true })).errors).toEqual([]);
  });

  test('a minimum of 6 is read as 8, with a warning', async () => {
    const six = { selfservice: { methods: { password: { config: { min_password_length: 6 } } } } };
    expect((await load('current', six)).methods['password']).toMatchObject({ minLength: 8 });
    expect(await warnings('current', six)).toContain('min_password_length: is 6; it is read as 8');
  });

  test('no secret, no start, in every dialect; a fragment notes it', async () => {
    for (const base of ['v0.1-job', 'v0.3-hook', 'current'] as const) {
      const { secrets: _, ...rest } = BASES[base];
      const said = (await loadText(rest)).errors.map(formatIssue).join('\n');
      expect(said).toBe(
        `config.yaml:1:1 ${base === 'current' ? 'secrets.cookie' : 'secrets.session'}: is missing; cookies are sealed: write at least one secret of 32 characters, or set SECRETS_COOKIE`,
      );
      expect((await loadText(rest, { command: 'check' })).errors).toEqual([]);
    }
  });

  test('secrets.default serves where a list is missing', async () => {
    const { secrets: _, ...rest } = BASES.current;
    const { config } = await loadText({ ...rest, secrets: { default: [SECRET] } });
    expect(config?.secrets).toMatchObject({ cookie: [SECRET], pagination: [SECRET], cipher: [] });
  });

  test('an admin listener open to others is warned about', async () => {
    expect(await warnings('current', { serve: { admin: { host: '0.0.0.0' } } })).toContain('serve.admin.host');
    expect(await warnings('current')).not.toContain('serve.admin.host');
  });

  test('cookies are Secure outside dev, unless told otherwise', async () => {
    expect((await load('current', https, strict)).session.cookie).toMatchObject({
      secure: true,
      sameSite: 'lax',
      path: '/',
    });
    expect(
      (await load('current', overlay(https, { cookies: { secure: 'false' } }), strict)).session.cookie.secure,
    ).toBe(false);
    expect((await load('current')).cookies.secure).toBe(false);
  });
});

describe('defaults', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-dev-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const dev = () =>
    loadConfig({
      files: [],
      env: {},
      command: 'dev',
      dev: false,
      cwd: folder,
      stateFolder: join(folder, 'state'),
      machine: MACHINE,
      methods: sectionsOf(METHODS),
    });

  test('`sallyport dev` needs no file', async () => {
    const { config, errors: wrong, warnings: said } = await dev();
    expect([...wrong, ...said]).toEqual([]);
    expect(config).toMatchObject({
      dev: true,
      dialect: 'current',
      dsn: { kind: 'sqlite', file: join(folder, 'state', 'sallyport.sqlite') },
      serve: {
        public: { host: '127.0.0.1', port: 4433, baseUrl: 'http://127.0.0.1:4433' },
        admin: { host: '127.0.0.1', port: 4434 },
      },
      flows: {
        registration: {
          style: 'unified',
          enabled: true,
          ownPage: true,
          uiUrl: 'http://127.0.0.1:4433/ui/registration',
        },
      },
      methods: { password: { breachCheck: { enabled: false } } },
      identity: { defaultSchemaId: 'default', schemas: [{ id: 'default', url: 'builtin:email' }] },
      courier: {
        keep: true,
        smtp: undefined,
        notify: ['recovery_used', 'address_changed', 'password_changed', 'factor_changed'],
      },
      journal: { keep: 7 * 86_400_000 },
    });
    expect(config?.lists.map(({ name, dialect, entries }) => [name, dialect, entries.map(({ hook }) => hook)])).toEqual(
      [['registration.after.password', 'current', ['session']]],
    );
  });

  test('it makes its secrets once and keeps them to itself', async () => {
    const first = (await dev()).config;
    const again = (await dev()).config;
    expect(again?.secrets).toEqual(first?.secrets);
    const file = join(folder, 'state', 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
    expect(await readFile(file, 'utf8')).toContain(first?.secrets.cookie[0]);
  });

  test('with a file it adds what is missing, and listens on loopback only', async () => {
    const { config, warnings: said } = await loadText(
      { serve: { public: { host: '0.0.0.0', port: 5000 } } },
      { command: 'dev' },
    );
    expect(config).toMatchObject({
      serve: { public: { host: '127.0.0.1', port: 5000 } },
      flows: { registration: { style: 'profile_first' } },
      lists: [],
    });
    expect(said.map(({ path }) => path)).toEqual(['serve.public.host']);
  });

  test('a fragment can be checked', async () => {
    const { config, errors: wrong } = await loadText(
      { selfservice: { flows: { login: { lifespan: '5m' } } } },
      { command: 'check', dev: false },
    );
    expect(wrong).toEqual([]);
    expect(config?.flows.login.lifespan).toBe(300_000);
    expect(config?.serve.public).toMatchObject({ host: '0.0.0.0', writtenBaseUrl: 'https://box:4433/' });
  });

  test('`serve` needs to be told its database', async () => {
    const { errors: wrong } = await loadText({ secrets: { cookie: [SECRET] } });
    expect(wrong.map(({ path }) => path)).toEqual(['dsn']);
  });

  test('what is loaded cannot be changed', async () => {
    const { config } = await loadText(RICH);
    const open = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(open));
    expect(config && open(config)).toBe(false);
  });

  test('relative URLs stand on the public URL', async () => {
    const config = await load('current', {
      selfservice: { flows: { login: { ui_url: '/sign-in' } }, allowed_return_urls: ['/shop'] },
    });
    expect(config.flows.login).toMatchObject({ uiUrl: 'http://127.0.0.1:4433/sign-in', ownPage: false });
    // On the host of the default return URL, security RD-9.
    expect(config.allowedReturnUrls.at(-1)).toMatchObject({ host: '127.0.0.1:4455', path: '/shop' });
  });

  test('plugins: paths from the folder of the file, packages by name', async () => {
    const { config } = await loadText(RICH);
    expect(config?.plugins.map(({ name }) => name)).toEqual([
      join(must(config, 'It').folder, 'hooks'),
      '@example/hook',
    ]);
  });
});

test.each([
  [{}, { inactivity: 0, maxPerIdentity: 0, whenFull: 'end_oldest' }],
  [{ inactivity: 0 }, { inactivity: 0 }],
  [
    { inactivity: '30m', max_per_identity: 5, when_full: 'refuse' },
    { inactivity: 1_800_000, maxPerIdentity: 5, whenFull: 'refuse' },
  ],
])('sessions end by use and by number as %j says', async (session, expected) => {
  expect((await load('current', { session })).session).toMatchObject(expected);
});

test.each([
  [{ inactivity: '24h' }, 'session.inactivity: is no shorter than session.lifespan'],
  [{ when_full: 'refuse' }, 'session.when_full: is written without session.max_per_identity'],
])('what of %j has no effect is told', async (session, told) => {
  expect(await warnings('current', { session })).toContain(told);
  const works = { session: { lifespan: '48h', max_per_identity: 3, ...session } };
  expect(await warnings('current', works)).not.toContain('session.');
});

test('a duration that may be nothing may come from the environment', async () => {
  expect((await load('current', {}, { env: { SESSION_INACTIVITY: '0' } })).session.inactivity).toBe(0);
});

test('a word that is too short to be looked for in passwords is told, and the others are kept', async () => {
  const words = { selfservice: { methods: { password: { config: { context_words: ['Acme', 'ab', '2026'] } } } } };
  expect((await load('current', words)).methods['password']).toMatchObject({ contextWords: ['Acme', 'ab', '2026'] });
  expect(await warnings('current', words)).toContain(
    'selfservice.methods.password.config.context_words: has "ab", "2026"; words of fewer than three letters',
  );
});
