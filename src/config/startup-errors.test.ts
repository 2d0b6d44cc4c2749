import { expect, test } from 'vitest';
import { formatIssue } from '../kernel/issue.ts';
import { BASES, overlay, type Base } from '../../test/support/config-bases.ts';
import { loadText } from '../../test/support/load-text.ts';

const SITE = 'https://app.example.org/';
const job = (config: unknown): unknown => ({ job: 'redirect', config });
const hook = (config: unknown): unknown => ({ hook: 'redirect', config });
const twin = { hook: 'redirect', config: { to: SITE } };
const login = (list: unknown, method = 'password'): unknown => ({
  selfservice: { login: { after: { [method]: list } } },
});
const registration = (list: unknown): unknown => ({ selfservice: { registration: { after: { password: list } } } });
const LOGIN = 'selfservice.login.after.password';

/** The seed vectors (section 5.10) that break a configuration's shape rather than a hook's own rules. */
const cases: readonly (readonly [name: string, base: Base, config: unknown, mentions: readonly string[]])[] = [
  [
    'redirect without its target (v0.1)',
    'v0.1-job',
    login([job({ allow_user_defined: true })]),
    [LOGIN, 'redirect_to'],
  ],
  [
    'redirect without config (v0.1)',
    'v0.1-job',
    registration([{ job: 'redirect' }]),
    ['selfservice.registration.after.password', 'redirect_to'],
  ],
  [
    'redirect without config (v0.3)',
    'v0.3-hook',
    { selfservice: { login: { before: [hook({})] } } },
    ['selfservice.login.before', 'to'],
  ],
  [
    'a target that is no URL',
    'v0.1-job',
    login([job({ redirect_to: 'not-a-url' })], 'oidc'),
    ['selfservice.login.after.oidc', 'redirect_to', 'not-a-url'],
  ],
  ['an empty target', 'v0.3-hook', login([hook({ to: '' })]), [LOGIN, 'to']],
  ['a dangerous target', 'v0.3-hook', login([hook({ to: 'javascript:alert(1)' })]), [LOGIN, 'javascript']],
  [
    'a before list for settings (v0.3)',
    'v0.3-hook',
    { selfservice: { settings: { before: [hook({ to: SITE })] } } },
    ['selfservice.settings.before'],
  ],
  [
    'a list for settings with jobs',
    'v0.3-hook',
    { selfservice: { settings: { after: [job({ redirect_to: SITE })] } } },
    ['selfservice.settings.after', 'job'],
  ],
  [
    'a list for the profile of v0.1',
    'v0.1-job',
    { selfservice: { profile: { after: [{ job: 'verify' }] } } },
    ['selfservice.profile.after'],
  ],
  [
    'both words in one list',
    'v0.3-hook',
    registration([{ job: 'session' }, { hook: 'verify' }]),
    ['selfservice.registration.after.password', 'job', 'hook'],
  ],
  [
    'both words in one entry',
    'v0.3-hook',
    registration([{ job: 'session', hook: 'session' }]),
    ['selfservice.registration.after.password', 'job', 'hook'],
  ],
  ['a short secret', 'v0.1-job', { secrets: { session: ['too-short'] } }, ['secrets.session']],
  [
    'the same secret twice',
    'v0.1-job',
    { secrets: { session: ['something-super-secret', 'something-super-secret'] } },
    ['secrets.session'],
  ],
  ['no secret', 'v0.1-job', overlay(login([{ job: 'session' }]), { secrets: { session: [] } }), ['secrets.session']],
  [
    'a slip in the name of a method',
    'v0.3-hook',
    login([{ hook: 'revoke_active_sessions' }], 'pasword'),
    ['selfservice.login.after', 'pasword', 'password'],
  ],
  [
    'a wish that is no boolean',
    'v0.1-job',
    login([job({ redirect_to: SITE, allow_user_defined: 'sometimes' })]),
    [LOGIN, 'allow_user_defined'],
  ],
  [
    'an allowed URL without a scheme',
    'v0.1-job',
    { urls: { whitelisted_return_to_domains: ['app.example.org'] } },
    ['urls.whitelisted_return_to_domains', 'app.example.org'],
  ],
  [
    'two spellings that disagree',
    'v0.1-job',
    {
      urls: { whitelisted_return_to_domains: ['https://a.example.org/'] },
      selfservice: { allowed_return_urls: ['https://b.example.org/'] },
    },
    ['urls.whitelisted_return_to_domains', 'selfservice.allowed_return_urls'],
  ],
  ['an option redirect does not have', 'v0.1-job', login([job({ redirect_to: SITE, status: 301 })]), [LOGIN, 'status']],
  [
    'an entry twice',
    'v0.1-job',
    login([{ job: 'revoke_active_sessions' }, { job: 'revoke_active_sessions' }]),
    [LOGIN, 'revoke_active_sessions'],
  ],
  [
    'an entry twice under another id',
    'v0.3-hook',
    login([hook({ to: SITE }), { ...twin, id: 'again' }]),
    [LOGIN, 'redirect'],
  ],
  [
    'a word for hook with a typing error',
    'v0.3-hook',
    login([{ hok: 'session' }]),
    [`${LOGIN}[0].hok`, 'did you mean `hook`?'],
  ],
  ['the word run', 'v0.1-job', login([{ run: 'session' }]), [LOGIN, 'run', 'job']],
  ['a word where a list belongs', 'v0.1-job', login('session'), [LOGIN]],
  ['the v0.1 option under hook', 'v0.3-hook', login([hook({ redirect_to: SITE })]), [LOGIN, 'redirect_to', 'to']],
  ['the v0.3 option under job', 'v0.1-job', login([job({ to: SITE })]), [LOGIN, 'redirect_to', 'to']],
  [
    'a wish under hook',
    'v0.3-hook',
    login([hook({ to: SITE, allow_user_defined: true })]),
    [LOGIN, 'allow_user_defined'],
  ],
  [
    'default_redirect_to',
    'v0.3-hook',
    { selfservice: { login: { after: { default_redirect_to: SITE } } } },
    ['default_redirect_to', 'default_return_to'],
  ],
  [
    'schema_url of v0.1',
    'v0.1-job',
    {
      selfservice: {
        strategies: {
          oidc: {
            config: {
              providers: [
                { id: 'a', provider: 'google', client_id: 'c', client_secret: 's', schema_url: 'http://x.example/s' },
              ],
            },
          },
        },
      },
    },
    ['schema_url', 'mapper_url'],
  ],
  ['a short secret (current)', 'current', { secrets: { cookie: ['too-short'] } }, ['secrets']],
];

test.each(cases)('refuses %s', async (_name, base, config, mentions) => {
  const { config: made, errors } = await loadText(overlay(BASES[base], config));
  const said = errors.map(formatIssue).join('\n');
  expect(made).toBeUndefined();
  for (const each of mentions) expect(said).toContain(each);
  expect(errors.every(({ place }) => place === undefined || place.line > 0)).toBe(true);
});

test('says everything that is wrong at once, in the order of the file', async () => {
  const text = [
    'dsn: nonsense',
    'serve: { public: { port: 99999, hots: x } }',
    'secrets: { cookie: [short] }',
    'selfservice:',
    '  flows: { login: { ui_url: "nowhere", after: { password: { hooks: [{}] } } } }',
  ].join('\n');
  const { errors } = await loadText(text);
  expect(errors.map(({ path, place }) => `${place?.line} ${path}`)).toEqual([
    '1 dsn',
    '2 serve.public.port',
    '2 serve.public.hots',
    '3 secrets.cookie[0]',
    '5 selfservice.flows.login.ui_url',
    '5 selfservice.flows.login.after.password.hooks[0]',
  ]);
});

test('no error or warning ever holds a secret', async () => {
  const canary = 'CANARY7';
  const { errors, warnings } = await loadText(
    {
      dsn: `mysql://root:${canary}@nowhere`,
      secrets: { cookie: [canary], cipher: [{ nested: canary }], default: canary },
      courier: {
        smtp: { connection_uri: `smtp://u:${canary}@host?x=${canary}` },
        channels: [
          {
            id: 'sms',
            request_config: {
              url: 'nowhere',
              headers: { a: [canary] },
              auth: { type: 'basic_auth', config: { user: 1, password: [canary] } },
            },
          },
        ],
      },
      selfservice: {
        methods: { oidc: { config: { providers: [{ id: 'a', client_secret: [canary], apple_private_key: canary }] } } },
      },
    },
    { env: { SECRETS_PAGINATION: canary } },
  );
  expect(errors.length).toBeGreaterThan(8);
  expect([...errors, ...warnings].map(formatIssue).join('\n')).not.toContain(canary);
});

test.each([
  'secrets: { cookie: [ CANARY7',
  'secrets:\n  cookie: "CANARY7\n',
  'secrets: &CANARY7\n\tcookie: *CANARY8',
  'secrets: !CANARY7 x',
  'CANARY7: a: b: c',
  'dsn: CANARY7\ndsn: CANARY7',
])('a slip in the syntax does not print what stands around it: %j', async (text) => {
  const { errors } = await loadText(text);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.map(formatIssue).join('\n')).not.toContain('CANARY');
});
