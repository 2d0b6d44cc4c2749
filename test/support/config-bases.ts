/** One small configuration of each dialect, and a large one of today's; the same people and pages in all. */
const UI = 'http://127.0.0.1:4455';
const DSN = 'sqlite:///var/lib/sallyport/test.sqlite?_fk=true';
export const SECRET = 'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0';

const hashers = { argon2: { memory: 16384, iterations: 1, parallelism: 1, salt_length: 16, key_length: 16 } };
const selfservice = {
  strategies: {
    password: { enabled: true },
    oidc: {
      enabled: true,
      config: {
        providers: [
          {
            id: 'acme',
            provider: 'generic',
            client_id: 'cid',
            client_secret: 'csec',
            issuer_url: 'http://127.0.0.1:5555',
            scope: ['email'],
            mapper_url: 'file:///etc/sallyport/mapper.jsonnet',
          },
        ],
      },
    },
  },
  logout: { redirect_to: `${UI}/bye` },
  verify: { return_to: `${UI}/verified` },
};
const shared = {
  dsn: DSN,
  courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1025/?disable_starttls=true' } },
  identity: { traits: { default_schema_url: 'file:///etc/sallyport/schema.json' } },
  secrets: { session: [SECRET] },
  hashers,
  selfservice,
};
const urls = {
  self: { public: 'http://127.0.0.1:4433/', admin: 'http://127.0.0.1:4434/' },
  login_ui: `${UI}/login`,
  registration_ui: `${UI}/registration`,
  verify_ui: `${UI}/verify`,
  error_ui: `${UI}/error`,
  default_return_to: `${UI}/home`,
};

export const BASES = {
  'v0.1-job': { ...shared, urls: { ...urls, profile_ui: `${UI}/settings`, mfa_ui: `${UI}/mfa` } },
  'v0.3-hook': { ...shared, urls: { ...urls, settings_ui: `${UI}/settings` } },
  // v0.5: flows below `selfservice.flows`, and old names.
  between: {
    dsn: DSN,
    courier: shared.courier,
    identity: { default_schema_url: 'file:///etc/sallyport/schema.json' },
    serve: { public: { base_url: 'http://127.0.0.1:4433/' }, admin: { base_url: 'http://127.0.0.1:4434/' } },
    secrets: { cookie: [SECRET] },
    hashers,
    selfservice: {
      default_browser_return_url: `${UI}/home`,
      whitelisted_return_urls: [`${UI}/`],
      methods: { password: { enabled: true } },
      flows: {
        login: { ui_url: `${UI}/login`, lifespan: '10m' },
        registration: { ui_url: `${UI}/registration` },
        settings: { ui_url: `${UI}/settings` },
        error: { ui_url: `${UI}/error` },
      },
    },
  },
  current: {
    dsn: DSN,
    courier: shared.courier,
    identity: { default_schema_id: 'default', schemas: [{ id: 'default', url: 'file:///etc/sallyport/schema.json' }] },
    serve: { public: { base_url: 'http://127.0.0.1:4433/' }, admin: { base_url: 'http://127.0.0.1:4434/' } },
    secrets: { cookie: [SECRET] },
    hashers: { algorithm: 'argon2', argon2: { ...hashers.argon2, memory: '16384KB' } },
    selfservice: {
      default_browser_return_url: `${UI}/home`,
      methods: { password: { enabled: true } },
      flows: {
        login: { ui_url: `${UI}/login` },
        registration: { ui_url: `${UI}/registration`, style: 'unified' },
        settings: { ui_url: `${UI}/settings` },
        error: { ui_url: `${UI}/error` },
      },
    },
  },
} as const;
export type Base = keyof typeof BASES;

const hook = { hook: 'web_hook', config: { url: 'https://hooks.example.org/a', method: 'POST' } };

/** A value for nearly every kind of key there is. */
export const RICH = {
  ...BASES.current,
  version: 'v26.2.0',
  serve: {
    public: {
      host: '127.0.0.1',
      port: 4433,
      base_url: 'http://127.0.0.1:4433/',
      cors: { enabled: true, allowed_origins: ['https://app.example.org'], max_age: 60 },
      trusted_proxies: { count: 1, header: 'X-Forwarded-For' },
      request_log: { disable_for_health: true },
    },
    admin: { host: '127.0.0.1', port: 4434, base_url: 'http://127.0.0.1:4434/' },
  },
  secrets: { cookie: [SECRET], cipher: ['R7u2Lq9xTz4Bn8Ws1Ke6Jm3Yc5Pd0Vf_'] },
  session: {
    lifespan: '12h',
    earliest_possible_extend: '1h',
    whoami: { required_aal: 'aal1' },
    cookie: { name: 'my_session', persistent: false, same_site: 'Strict', secure: 'false' },
  },
  cookies: { path: '/', same_site: 'Lax' },
  courier: {
    smtp: {
      connection_uri: 'smtps://user:pass@mail.example.org:465/?skip_ssl_verify=true',
      from_address: 'no-reply@example.org',
      from_name: 'Example',
      headers: { 'X-Tag': 'a' },
    },
    worker: { pull_count: 5, pull_wait: '2s' },
    channels: [
      {
        id: 'sms',
        type: 'http',
        request_config: {
          url: 'https://sms.example.org/send',
          method: 'POST',
          body: 'file:///etc/sallyport/sms.jsonnet',
          auth: { type: 'basic_auth', config: { user: 'u', password: 'p' } },
        },
      },
    ],
  },
  clients: {
    http: { disallow_private_ip_ranges: true, private_ip_exception_urls: ['http://127.0.0.1:1/**'] },
    web_hook: { header_allowlist: ['User-Agent'] },
  },
  security: { account_enumeration: { mitigate: true } },
  log: { level: 'debug', format: 'json' },
  limits: { flows: { tries: 100, per: '1m' } },
  journal: { keep: '48h', sample: 0.5 },
  plugins: ['./hooks', '@example/hook'],
  selfservice: {
    default_browser_return_url: `${UI}/home`,
    allowed_return_urls: ['https://app.example.org/area', 'https://*.example.org/'],
    methods: {
      password: {
        enabled: true,
        config: { min_password_length: 12, max_breaches: 2, haveibeenpwned_host: 'pw.example.org' },
      },
      profile: { enabled: true },
      code: { enabled: true, config: { lifespan: '15m', max_submissions: 3 } },
      link: { enabled: true, config: { lifespan: '30m' } },
      totp: { enabled: true, config: { issuer: 'Example' } },
      webauthn: { enabled: true, config: { rp: { id: 'example.org', display_name: 'Example' } } },
      oidc: { enabled: true, config: { providers: selfservice.strategies.oidc.config.providers } },
    },
    flows: {
      login: {
        ui_url: `${UI}/login`,
        lifespan: '10m',
        style: 'unified',
        before: { hooks: [hook] },
        after: { default_browser_return_url: `${UI}/in`, password: { hooks: [{ hook: 'revoke_active_sessions' }] } },
      },
      registration: {
        ui_url: `${UI}/registration`,
        enabled: true,
        style: 'unified',
        after: { password: { default_browser_return_url: `${UI}/new`, hooks: [{ hook: 'session' }] } },
      },
      settings: { ui_url: `${UI}/settings`, privileged_session_max_age: '15m', required_aal: 'aal1' },
      verification: { enabled: true, use: 'code', ui_url: `${UI}/verify`, lifespan: '20m' },
      recovery: { enabled: true, use: 'link', ui_url: `${UI}/recover`, after: { hooks: [hook] } },
      logout: { after: { default_browser_return_url: `${UI}/bye` } },
      error: { ui_url: `${UI}/error` },
    },
  },
} as const;

/** Mappings merge recursively, everything else replaces. */
export function overlay(left: unknown, right: unknown): unknown {
  if (!isMapping(left) || !isMapping(right)) return right === undefined ? left : right;
  const out: Record<string, unknown> = { ...left };
  for (const [key, value] of Object.entries(right)) out[key] = key in left ? overlay(left[key], value) : value;
  return out;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
