import { overlay, SECRET } from '../support/config-bases.ts';
import { ADDRESS, emailTrait, schemaText } from '../support/schemas.ts';

/** Configurations that are meant well, and the same with a mistake in them. */
export interface Case {
  readonly name: string;
  readonly base: 'current' | 'v0.3-hook' | 'v0.1-job' | 'none';
  /** Merged over the base; lists replace. */
  readonly change?: unknown;
  /** Files beside it: schemas, plugins. */
  readonly files?: Readonly<Record<string, string>>;
}
export interface Mistake extends Case {
  /** The finding that says so; `refused`: the start is refused. */
  readonly finds: string;
  /** Part of the path it is found at. */
  readonly at?: string;
}

const APP = 'https://app.example.org';
const AUTH = 'https://auth.example.org/';

const schema = (use: object, more: Readonly<Record<string, object>> = {}): string =>
  schemaText({
    title: 'Person',
    traits: { email: emailTrait(use), name: { type: 'string' }, ...more },
    required: ['email'],
  });
const PERSON = schema({ ...ADDRESS.verified, recovery: { via: 'email' } });
const OLD_PERSON = JSON.stringify({
  type: 'object',
  properties: { email: { type: 'string', format: 'email', 'ory.sh/kratos': ADDRESS.verified } },
  required: ['email'],
}); // prettier-ignore

export const FILES: Readonly<Record<string, string>> = { 'person.json': PERSON, 'traits.json': OLD_PERSON };

const courier = { smtp: { connection_uri: 'smtp://mail.example.org:25/' } };
const serve = { public: { base_url: AUTH }, admin: { base_url: 'http://127.0.0.1:4434/' } };

const current = {
  dsn: 'sqlite://./sallyport.sqlite',
  secrets: { cookie: [SECRET] },
  serve,
  courier,
  identity: { default_schema_id: 'person', schemas: [{ id: 'person', url: 'file://./person.json' }] },
  selfservice: {
    default_browser_return_url: `${APP}/`,
    allowed_return_urls: [`${APP}/`],
    methods: { password: { enabled: true } },
    flows: {
      error: { ui_url: `${APP}/error` },
      login: { ui_url: `${APP}/login` },
      registration: { ui_url: `${APP}/registration`, after: { password: { hooks: [{ hook: 'session' }] } } },
      settings: { ui_url: `${APP}/settings` },
    },
  },
};

const urls = {
  self: { public: AUTH, admin: 'http://127.0.0.1:4434/' },
  login_ui: `${APP}/login`,
  registration_ui: `${APP}/registration`,
  verify_ui: `${APP}/verify`,
  error_ui: `${APP}/error`,
  default_return_to: `${APP}/`,
};
const old = {
  dsn: 'sqlite://./sallyport.sqlite',
  secrets: { session: [SECRET] },
  courier,
  identity: { traits: { default_schema_url: 'file://./traits.json' } },
};
const strategies = { password: { enabled: true } };
const logout = { redirect_to: `${APP}/bye` };
const oldJob = {
  ...old,
  urls: { ...urls, profile_ui: `${APP}/settings`, whitelisted_return_to_domains: [APP] },
  selfservice: {
    strategies,
    logout,
    login: {
      after: {
        password: [
          { job: 'session' },
          { job: 'redirect', config: { redirect_to: `${APP}/`, allow_user_defined: true } },
        ],
      },
    },
    registration: { after: { password: [{ job: 'session' }] } },
  },
};
const oldHook = {
  ...old,
  urls: { ...urls, settings_ui: `${APP}/settings`, whitelisted_return_to_urls: [`${APP}/`] },
  selfservice: { strategies, logout, registration: { after: { password: [{ hook: 'session' }] } } },
};
const BASES = { 'v0.1-job': oldJob, 'v0.3-hook': oldHook, current, none: {} };

export const contentOf = ({ base, change }: Case): unknown => overlay(BASES[base], change);

const flows = (change: object): unknown => ({ selfservice: { flows: change } });
const methods = (change: object): unknown => ({ selfservice: { methods: change } });
const after = (flow: string, hooks: readonly object[], method = 'password'): unknown =>
  flows({ [flow]: { after: { [method]: { hooks } } } });
const generic = (flow: string, hooks: readonly object[]): unknown => flows({ [flow]: { after: { hooks } } });
const redirect = { hook: 'redirect', config: { to: `${APP}/elsewhere` } };
const job = { job: 'redirect', config: { redirect_to: `${APP}/elsewhere` } };
const oldAfter = (flow: string, list: readonly object[]): unknown => ({
  selfservice: { [flow]: { after: { password: list } } },
});

const plugin = (name: string, at: string, runs: string, more = ''): Readonly<Record<string, string>> => ({
  [`plugins/${name}.ts`]: `import { defineHook } from 'sallyport/plugin';\nexport default defineHook({ name: '${name}', at: ${at}, timeoutMs: 500, ${more} run: { ${runs} } });\n`,
});
const guard = { hook: 'require_verified_address' };
const VERIFIES = { verification: { enabled: true, use: 'code', ui_url: `${APP}/verify` } };
const mapper = Buffer.from(`local claims = std.extVar('claims'); { identity: { traits: { email: claims.email } } }`);
const OIDC = {
  oidc: {
    enabled: true,
    config: {
      providers: [{ id: 'acme', provider: 'generic', client_id: 'cid', client_secret: 'a-client-secret', issuer_url: 'https://id.example.com', scope: ['email'], mapper_url: `base64://${mapper.toString('base64')}` }],
    },
  },
}; // prettier-ignore
const webHook = (more: object = {}): object => ({ hook: 'web_hook', config: { url: 'https://hooks.example.org/a', method: 'POST', body: `base64://${Buffer.from('function(ctx) {}').toString('base64')}`, ...more } }); // prettier-ignore
const GO_ON = `() => ({ kind: 'continue' })`;
const AWAY = `() => ({ kind: 'redirect', to: '${APP}/' })`;

/** Each has one mistake somebody really makes. */
export const MISTAKES: readonly Mistake[] = [
  { name: 'a redirect before login', base: 'current', change: flows({ login: { before: { hooks: [redirect] } } }), finds: 'nobody-can-sign-in', at: 'login.before' },
  { name: 'the last method switched off', base: 'current', change: methods({ password: { enabled: false } }), finds: 'nobody-can-sign-in', at: 'methods.password' },
  { name: 'a job list without session', base: 'v0.1-job', change: oldAfter('login', [{ job: 'redirect', config: { redirect_to: `${APP}/`, allow_user_defined: true } }]), finds: 'nobody-can-sign-in' },
  { name: 'a job list that only ends sessions', base: 'v0.1-job', change: oldAfter('login', [{ job: 'revoke_active_sessions' }]), finds: 'nobody-can-sign-in' },
  { name: 'a job list whose session stands behind its redirect', base: 'v0.1-job', change: oldAfter('login', [job, { job: 'session' }]), finds: 'nobody-can-sign-in' },
  { name: 'a redirect before login, v0.3', base: 'v0.3-hook', change: { selfservice: { login: { before: [redirect] } } }, finds: 'nobody-can-sign-in' },
  { name: 'a redirect before login, v0.1', base: 'v0.1-job', change: { selfservice: { login: { before: [job] } } }, finds: 'nobody-can-sign-in' },
  { name: 'a schema without an identifier', base: 'current', files: { 'person.json': schema({ verification: { via: 'email' } }) }, finds: 'nobody-has-identifier' },
  { name: 'an identifier for a method that is off', base: 'current', files: { 'person.json': schema({ credentials: { webauthn: { identifier: true } } }) }, finds: 'nobody-has-identifier' },
  { name: 'a second schema without an identifier', base: 'current', change: { identity: { schemas: [{ id: 'person', url: 'file://./person.json' }, { id: 'staff', url: 'file://./staff.json' }] } }, files: { 'staff.json': schema({}) }, finds: 'nobody-has-identifier', at: 'staff' },
  { name: 'http in front of secure cookies', base: 'current', change: { serve: { public: { base_url: 'http://auth.example.org/' } } }, finds: 'cookie-never-returns', at: 'base_url' },
  { name: 'a cookie for another path', base: 'current', change: { session: { cookie: { path: '/app' } } }, finds: 'cookie-never-returns', at: 'cookie.path' },
  { name: 'a cookie for another domain', base: 'current', change: { cookies: { domain: 'example.net' } }, finds: 'configuration', at: 'cookies.domain' },
  { name: 'a login page on another site', base: 'current', change: flows({ login: { ui_url: 'https://login.example.net/' } }), finds: 'cross-site-ui', at: 'login.ui_url' },
  { name: 'localhost and 127.0.0.1 mixed', base: 'current', change: { serve: { public: { base_url: 'http://127.0.0.1:4433/' } }, selfservice: { flows: { login: { ui_url: 'http://localhost:3000/login' } } } }, finds: 'cross-site-ui' },
  { name: 'a settings page over http', base: 'current', change: flows({ settings: { ui_url: 'http://app.example.org/settings' } }), finds: 'cross-site-ui', at: 'settings.ui_url' },
  { name: 'a neighbour below co.uk', base: 'current', change: { serve: { public: { base_url: 'https://auth.co.uk/' } }, selfservice: { flows: { login: { ui_url: 'https://shop.co.uk/login' } } } }, finds: 'cross-site-ui', at: 'login.ui_url' },
  { name: 'a redirect after registration, v0.3', base: 'v0.3-hook', change: oldAfter('registration', [redirect]), finds: 'registration-suspended' },
  { name: 'session and redirect after registration, v0.3', base: 'v0.3-hook', change: oldAfter('registration', [{ hook: 'session' }, redirect]), finds: 'registration-suspended' },
  { name: 'a redirect after every registration', base: 'current', change: flows({ registration: { after: { password: { hooks: [] }, hooks: [redirect] } } }), finds: 'registration-suspended' },
  { name: 'a redirect after registration, today', base: 'current', change: after('registration', [{ hook: 'session' }, redirect]), finds: 'registration-suspended', at: 'hooks[1]' },
  { name: 'a plugin that ends every change of settings', base: 'current', change: after('settings', [{ hook: 'detour' }]), files: plugin('detour', `{ 'settings.after': 'prepare' }`, `prepare: ${AWAY}`, 'ends: true,'), finds: 'change-suspended' },
  { name: 'mitigation and a session after registration', base: 'current', change: { security: { account_enumeration: { mitigate: true } } }, finds: 'account-revealed' },
  { name: 'an entry behind a redirect', base: 'v0.3-hook', change: oldAfter('login', [redirect, { hook: 'revoke_active_sessions' }]), finds: 'hook-never-runs', at: '[1]' },
  { name: 'a list for all methods hidden by one of its own', base: 'current', change: flows({ settings: { after: { hooks: [{ hook: 'note_it' }], password: { hooks: [{ hook: 'revoke_active_sessions' }] } } } }), files: plugin('note_it', `{ 'settings.after': 'follow' }`, `follow: ${GO_ON}`), finds: 'hook-never-runs' },
  { name: 'hooks for a method that is off', base: 'current', change: after('registration', [{ hook: 'session' }], 'oidc'), finds: 'hook-never-runs', at: 'oidc' },
  { name: 'sessions revoked after a login that is off', base: 'current', change: after('login', [{ hook: 'revoke_active_sessions' }], 'oidc'), finds: 'hook-never-runs', at: 'oidc' },
  { name: 'a guard before verification that is off', base: 'current', change: flows({ verification: { before: { hooks: [{ hook: 'guard' }] } } }), files: plugin('guard', `{ 'verification.before': 'prepare' }`, `prepare: ${GO_ON}`), finds: 'hook-never-runs' },
  { name: 'hooks after a recovery that is off', base: 'current', change: generic('recovery', [{ hook: 'revoke_active_sessions' }]), finds: 'hook-never-runs', at: 'recovery' },
  { name: 'a guard in a list that persists first', base: 'v0.1-job', change: oldAfter('registration', [{ job: 'company_only' }, { job: 'session' }]), files: plugin('company_only', `{ 'registration.after': { hooks_first: 'prepare', persist_first: 'follow' } }`, `prepare: ${GO_ON}, follow: ${GO_ON}`), finds: 'hook-cannot-refuse' },
  { name: 'verify without an address to verify', base: 'current', change: after('registration', [{ hook: 'session' }, { hook: 'verify' }]), files: { 'person.json': schema(ADDRESS.signsIn) }, finds: 'nothing-to-verify' },
  { name: 'verify without a courier', base: 'current', change: { courier: null, ...Object(after('registration', [{ hook: 'verify' }])) }, finds: 'mail-goes-nowhere' },
  { name: 'ten seconds to register', base: 'current', change: flows({ registration: { lifespan: '10s' } }), finds: 'too-short', at: 'registration.lifespan' },
  { name: 'a login flow that lives a year', base: 'current', change: flows({ login: { lifespan: '8760h' } }), finds: 'waits-for-ever', at: 'login.lifespan' },
  { name: 'sessions of ten seconds', base: 'current', change: { session: { lifespan: '10s' } }, finds: 'too-short', at: 'session.lifespan' },
  { name: 'a fixed redirect after login, v0.1', base: 'v0.1-job', change: oldAfter('login', [{ job: 'session' }, job]), finds: 'return-to-lost' },
  { name: 'a fixed redirect after login, v0.3', base: 'v0.3-hook', change: oldAfter('login', [redirect]), finds: 'return-to-lost' },
  { name: 'a fixed redirect after login, today', base: 'current', change: after('login', [redirect]), finds: 'return-to-lost' },
  { name: 'a return URL behind a redirect', base: 'current', change: flows({ login: { after: { password: { default_browser_return_url: `${APP}/in`, hooks: [redirect] } } } }), finds: 'return-url-never-used' },
  { name: 'a return URL of a method that is off', base: 'current', change: flows({ registration: { after: { oidc: { default_browser_return_url: `${APP}/in` } } } }), finds: 'return-url-never-used' },
  { name: 'a session after registration beside a guard at login', base: 'current', change: overlay(flows({ login: { after: { password: { hooks: [guard] } } }, ...VERIFIES }), after('registration', [{ hook: 'session' }])), finds: 'unverified-session', at: 'registration.after.password.hooks[0]' },
  { name: 'a guard for passwords that providers pass by', base: 'current', change: overlay(overlay(flows({ login: { after: { password: { hooks: [guard] } } }, ...VERIFIES }), after('registration', [])), methods(OIDC)), finds: 'unverified-session', at: 'selfservice.flows.login' },
  { name: 'a guard where nobody can verify', base: 'current', change: overlay(after('login', [guard]), after('registration', [])), finds: 'nobody-can-verify', at: 'login.after.password.hooks[0]' },
  { name: 'recovery without an address for it', base: 'current', change: flows({ recovery: { enabled: true, use: 'code', ui_url: `${APP}/recover` } }), files: { 'person.json': schema(ADDRESS.signsIn) }, finds: 'nothing-to-recover', at: 'recovery.enabled' },
  { name: 'codes as both factors by one mailbox', base: 'current', change: overlay(methods({ code: { mfa_enabled: true } }), flows({ recovery: { enabled: true, use: 'code', ui_url: `${APP}/recover` } })), files: { 'person.json': schema(ADDRESS.mailed) }, finds: 'recovery-lowers-level', at: 'code.mfa_enabled' },
  { name: 'passkeys of people without a name', base: 'current', change: methods({ passkey: { enabled: true, config: { rp: { id: 'example.org', display_name: 'Shop', origins: [APP] } } } }), finds: 'method-does-not-work', at: 'passkey.enabled' },
  { name: 'codes as second factor of nobody', base: 'current', change: methods({ code: { mfa_enabled: true } }), finds: 'method-does-not-work', at: 'code.mfa_enabled' },
  { name: 'settings without the second factor', base: 'current', change: overlay(methods({ code: { mfa_enabled: true } }), flows({ settings: { required_aal: 'aal1' } })), files: { 'person.json': schema(ADDRESS.mailed) }, finds: 'factor-aside', at: 'settings.required_aal' },
  { name: 'passkeys alone, and no way back', base: 'current', change: methods({ password: { enabled: false }, passkey: { enabled: true, config: { rp: { id: 'example.org', display_name: 'Shop', origins: [APP] } } } }), files: { 'person.json': schema({ ...ADDRESS.verified, credentials: { passkey: { display_name: true } } }) }, finds: 'last-way-in-lost', at: 'passkey.enabled' },
  { name: 'a hook that is misspelt', base: 'current', change: after('registration', [{ hook: 'sesion' }]), finds: 'refused' },
  { name: 'a hook where it may not stand', base: 'current', change: after('registration', [{ hook: 'revoke_active_sessions' }]), finds: 'refused' },
  { name: 'the same entry twice', base: 'current', change: after('registration', [{ hook: 'session' }, { hook: 'session' }]), finds: 'refused' },
  { name: 'a redirect to a script', base: 'current', change: after('login', [{ hook: 'redirect', config: { to: 'javascript:alert(1)' } }]), finds: 'refused' },
  { name: 'an origin with a path', base: 'current', change: { serve: { public: { cors: { enabled: true, allowed_origins: ['https://app.example.org/app'] } } } }, finds: 'refused' },
]; // prettier-ignore

const written = (change: object): Case['change'] => change;

/** None of these may be accused: no error, no warning. */
export const GOOD: readonly Case[] = [
  { name: 'today', base: 'current' },
  { name: 'v0.3', base: 'v0.3-hook' },
  { name: 'v0.1', base: 'v0.1-job' },
  { name: 'nothing at all', base: 'none' },
  { name: 'codes as second factor', base: 'current', change: methods({ code: { mfa_enabled: true } }), files: { 'person.json': schema(ADDRESS.mailed) } },
  { name: 'no hooks', base: 'current', change: after('registration', []) },
  { name: 'session and verify', base: 'current', change: after('registration', [{ hook: 'session' }, { hook: 'verify' }]) },
  { name: 'verify alone', base: 'current', change: after('registration', [{ hook: 'verify' }]) },
  { name: 'one session at a time', base: 'current', change: after('login', [{ hook: 'revoke_active_sessions' }]) },
  { name: 'one session at a time for every method', base: 'current', change: generic('login', [{ hook: 'revoke_active_sessions' }]) },
  { name: 'sessions end with the password', base: 'current', change: after('settings', [{ hook: 'revoke_active_sessions' }]) },
  { name: 'verify after a change of profile', base: 'current', change: after('settings', [{ hook: 'verify' }], 'profile') },
  { name: 'one page to register', base: 'current', change: flows({ registration: { style: 'unified' } }) },
  { name: 'two pages to register', base: 'current', change: flows({ registration: { style: 'profile_first' } }) },
  { name: 'the identifier first', base: 'current', change: flows({ login: { style: 'identifier_first' } }) },
  { name: 'registration switched off', base: 'current', change: flows({ registration: { enabled: false } }) },
  { name: 'registration closed by a redirect', base: 'current', change: flows({ registration: { before: { hooks: [redirect] } } }) },
  { name: 'registration closed, v0.3', base: 'v0.3-hook', change: { selfservice: { registration: { before: [redirect] } } } },
  { name: 'registration closed, v0.1', base: 'v0.1-job', change: { selfservice: { registration: { before: [job] } } } },
  { name: 'the pages in the box', base: 'none', change: { serve, secrets: current.secrets, dsn: current.dsn, selfservice: { default_browser_return_url: AUTH } } },
  { name: 'return URLs of flows', base: 'current', change: flows({ login: { after: { default_browser_return_url: `${APP}/in` } }, logout: { after: { default_browser_return_url: `${APP}/bye` } } }) },
  { name: 'return URLs of methods', base: 'current', change: flows({ login: { after: { password: { default_browser_return_url: `${APP}/in` } } } }) },
  { name: 'long passwords', base: 'current', change: methods({ password: { config: { min_password_length: 16 } } }) },
  { name: 'accounts stay hidden', base: 'current', change: { security: { account_enumeration: { mitigate: true } }, ...Object(after('registration', [])) } },
  { name: 'no profile', base: 'current', change: methods({ profile: { enabled: false } }) },
  { name: 'two schemas', base: 'current', change: { identity: { schemas: [{ id: 'person', url: 'file://./person.json' }, { id: 'staff', url: 'file://./staff.json' }] } }, files: { 'staff.json': PERSON } },
  { name: 'a plugin that refuses', base: 'current', change: after('registration', [{ hook: 'company_only' }, { hook: 'session' }]), files: plugin('company_only', `{ 'registration.after': 'prepare' }`, `prepare: ${GO_ON}`) },
  { name: 'a plugin that writes', base: 'current', change: after('registration', [{ hook: 'note_it' }, { hook: 'session' }]), files: plugin('note_it', `{ 'registration.after': 'write' }`, `write: ${GO_ON}`) },
  { name: 'a plugin that follows', base: 'current', change: after('registration', [{ hook: 'tell' }, { hook: 'session' }]), files: plugin('tell', `{ 'registration.after': 'follow' }`, `follow: ${GO_ON}`) },
  { name: 'a plugin in two places', base: 'current', change: flows({ login: { before: { hooks: [{ hook: 'guard' }] } }, settings: { before: { hooks: [{ hook: 'guard' }] } } }), files: plugin('guard', `{ 'login.before': 'prepare', 'settings.before': 'prepare' }`, `prepare: ${GO_ON}`) },
  { name: 'a plugin for every change of settings', base: 'current', change: generic('settings', [{ hook: 'tell' }]), files: plugin('tell', `{ 'settings.after': 'follow' }`, `follow: ${GO_ON}`) },
  { name: 'a plugin at the logout', base: 'current', change: flows({ logout: { before: { hooks: [{ hook: 'bye' }] } } }), files: plugin('bye', `{ 'logout.before': 'prepare' }`, `prepare: ${GO_ON}`) },
  { name: 'a plugin after the logout', base: 'current', change: flows({ logout: { after: { hooks: [{ hook: 'bye' }] } } }), files: plugin('bye', `{ 'logout.after': 'follow' }`, `follow: ${GO_ON}`) },
  { name: 'a plugin in all three phases', base: 'current', change: after('registration', [{ hook: 'busy' }, { hook: 'session' }]), files: plugin('busy', `{ 'registration.after': 'prepare' }`, `prepare: ${GO_ON}, write: ${GO_ON}, follow: ${GO_ON}`) },
  { name: 'a plugin that refuses, v0.3', base: 'v0.3-hook', change: oldAfter('registration', [{ hook: 'company_only' }, { hook: 'session' }]), files: plugin('company_only', `{ 'registration.after': { hooks_first: 'prepare', persist_first: 'follow' } }`, `prepare: ${GO_ON}, follow: ${GO_ON}`) },
  { name: 'a guard, and no session before it', base: 'current', change: overlay(flows({ login: { after: { password: { hooks: [guard] } } }, ...VERIFIES }), after('registration', [])) },
  { name: 'a guard for passwords beside codes, which prove their address', base: 'current', change: overlay(overlay(flows({ login: { after: { password: { hooks: [guard] } } }, ...VERIFIES }), after('registration', [])), methods({ code: { passwordless_enabled: true } })), files: { 'person.json': schema({ credentials: { password: { identifier: true }, code: { identifier: true, via: 'email' } }, verification: { via: 'email' } }) } },
  { name: 'verification and recovery', base: 'current', change: flows({ ...VERIFIES, recovery: { enabled: true, use: 'code', ui_url: `${APP}/recover` } }) },
  { name: 'providers', base: 'current', change: overlay(methods(OIDC), after('registration', [{ hook: 'session' }], 'oidc')) },
  { name: 'a web hook that may refuse', base: 'current', change: after('registration', [webHook({ can_interrupt: true }), { hook: 'session' }]) },
  { name: 'a web hook that is told', base: 'current', change: after('login', [webHook({ response: { ignore: true } })]) },
  { name: 'sessions of a month', base: 'current', change: written({ session: { lifespan: '720h' } }) },
  { name: 'ten minutes to sign in', base: 'current', change: flows({ login: { lifespan: '10m' } }) },
  { name: 'a day to register', base: 'current', change: flows({ registration: { lifespan: '24h' } }) },
  { name: 'settings at any age of the session', base: 'current', change: { selfservice: { flows: { settings: { privileged_session_max_age: '0s' }, login: { after: { password: { hooks: [redirect] } } } } } },  },
  { name: 'a machine of one\'s own', base: 'current', change: { serve: { public: { base_url: 'http://127.0.0.1:4433/' } }, selfservice: { flows: { error: { ui_url: 'http://127.0.0.1:3000/e' }, login: { ui_url: 'http://127.0.0.1:3000/l' }, registration: { ui_url: 'http://127.0.0.1:3000/r' }, settings: { ui_url: 'http://127.0.0.1:3000/s' } } } } },
  { name: 'two names below co.uk', base: 'current', change: { serve: { public: { base_url: 'https://auth.shop.co.uk/' } }, selfservice: { flows: { login: { ui_url: 'https://www.shop.co.uk/l' }, registration: { ui_url: 'https://www.shop.co.uk/r' }, settings: { ui_url: 'https://www.shop.co.uk/s' } } } } },
  { name: 'pages on another site with cookies for it', base: 'current', change: { cookies: { same_site: 'None', secure: true }, selfservice: { flows: { login: { ui_url: 'https://login.example.net/' } } } } },
  { name: 'a path in front', base: 'current', change: { serve: { public: { base_url: 'https://app.example.org/auth/' } }, session: { cookie: { path: '/auth' } } } },
  { name: 'subdomains to return to', base: 'current', change: { selfservice: { allowed_return_urls: ['https://*.example.org/'] } } },
  { name: 'cookies for all of a domain', base: 'current', change: { cookies: { domain: 'example.org' } } },
  { name: 'stricter limits', base: 'current', change: { limits: { password_failures: { tries: 5, per: '15m' } } } },
  { name: 'short verify, v0.1', base: 'v0.1-job', change: oldAfter('registration', [{ job: 'verify' }, { job: 'session' }]) },
  { name: 'a redirect after registration, v0.1', base: 'v0.1-job', change: oldAfter('registration', [{ job: 'session' }, job]) },
  { name: 'an account and nothing more, v0.1', base: 'v0.1-job', change: oldAfter('registration', []) },
  { name: 'one session at a time, v0.1', base: 'v0.1-job', change: oldAfter('login', [{ job: 'revoke_active_sessions' }, { job: 'session' }]) },
  { name: 'session alone, v0.1', base: 'v0.1-job', change: oldAfter('login', [{ job: 'session' }]) },
  { name: 'session and verify, v0.3', base: 'v0.3-hook', change: oldAfter('registration', [{ hook: 'session' }, { hook: 'verify' }]) },
  { name: 'one session at a time, v0.3', base: 'v0.3-hook', change: oldAfter('login', [{ hook: 'revoke_active_sessions' }]) },
  { name: 'verify after settings, v0.3', base: 'v0.3-hook', change: { selfservice: { settings: { after: { profile: [{ hook: 'verify' }] } } } } },
  { name: 'a redirect after settings, v0.3', base: 'v0.3-hook', change: { selfservice: { settings: { after: { profile: [redirect] } } } } },
]; // prettier-ignore

/** Meant so, perhaps: it is noted, and nothing fails. */
export const NOTED: readonly Mistake[] = [
  { name: 'sessions without the second factor', base: 'current', change: overlay(methods({ code: { mfa_enabled: true } }), { session: { whoami: { required_aal: 'aal1' } } }), files: { 'person.json': schema(ADDRESS.mailed) }, finds: 'factor-aside', at: 'whoami.required_aal' },
  { name: 'a second factor that nobody has', base: 'current', change: { session: { whoami: { required_aal: 'highest_available' } } }, finds: 'factor-of-nobody', at: 'whoami.required_aal' },
]; // prettier-ignore
