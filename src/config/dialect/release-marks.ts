import type { Release } from '../config.ts';
import type { YamlTree } from '../source/yaml-tree.ts';
import { findAll, type Written } from './find-all.ts';

/** A place that only some releases have, and what its value has to be there. */
export interface Mark {
  readonly pattern: string;
  readonly is?: (value: YamlTree) => boolean;
}

const scalar = (value: YamlTree): unknown => (value.kind === 'scalar' ? value.value : undefined);
const word =
  (...words: readonly string[]) =>
  (value: YamlTree): boolean =>
    words.includes(String(scalar(value)));
const kind =
  (type: 'number' | 'string') =>
  (value: YamlTree): boolean =>
    typeof scalar(value) === type;
const says =
  (part: string) =>
  (value: YamlTree): boolean =>
    String(scalar(value)).includes(part);

const names = (...patterns: readonly string[]): readonly Mark[] => patterns.map((pattern) => ({ pattern }));
const each = (pattern: string, is: Mark['is']): Mark => ({ pattern, ...(is && { is }) });

/** Every list of hooks below `selfservice.flows`. */
const ENTRIES = ['*.before.hooks.[]', '*.after.hooks.[]', '*.after.*.hooks.[]'].map(
  (place) => `selfservice.flows.${place}`,
);
const PROVIDER = 'selfservice.methods.oidc.config.providers.[]';
const MEMORY = 'hashers.argon2.memory';

/** Names that ended with v0.8. */
export const ENDED_WITH_V0_8: readonly Mark[] = [
  ...names(
    'selfservice.whitelisted_return_urls',
    'identity.default_schema_url',
    'selfservice.flows.*.request_lifespan',
    'selfservice.flows.login.default_browser_return_url',
    'selfservice.flows.registration.default_browser_return_url',
    'selfservice.methods.recovery_token',
    'selfservice.strategies.recovery_token',
    'session.cookie_same_site',
    'password',
    'serve.public.domain_aliases',
    ...['tenant', 'team_id', 'private_key', 'private_key_id'].map((key) => `${PROVIDER}.${key}`),
    'selfservice.strategies.oidc.config.providers.[].tenant',
  ),
  each(MEMORY, kind('number')),
];

/** Names that came after v0.8. */
export const CAME_AFTER_V0_8: readonly Mark[] = names(
  'selfservice.allowed_return_urls',
  'identity.default_schema_id',
  ...['templates', 'sms', 'channels', 'http', 'delivery_strategy', 'message_retries', 'message_ttl'].map(
    (key) => `courier.${key}`,
  ),
  'selfservice.methods.oidc.config.base_redirect_uri',
  ...['microsoft_tenant', 'apple_team_id', 'apple_private_key', 'apple_private_key_id'].map(
    (key) => `${PROVIDER}.${key}`,
  ),
  'selfservice.flows.*.use',
  'selfservice.flows.*.style',
  ...['code', 'passkey', 'b2b'].map((method) => `selfservice.methods.${method}`),
  'oauth2_provider',
  'feature_flags',
  ...ENTRIES.flatMap((entry) => ['response', 'headers', 'can_interrupt'].map((key) => `${entry}.config.${key}`)),
  'session.earliest_possible_extend',
  'session.whoami.tokenizer',
  'secrets.pagination',
);

/** Names that came with v1.1: whoever has one does not send text messages by `courier.sms`. */
export const CAME_WITH_V1_1: readonly Mark[] = names(
  'courier.channels',
  'selfservice.methods.passkey',
  'selfservice.methods.b2b',
  'selfservice.methods.code.passwordless_enabled',
  'selfservice.methods.code.passwordless_login_fallback_enabled',
  'selfservice.methods.code.mfa_enabled',
  'selfservice.methods.webauthn.config.rp.origins',
  'selfservice.flows.registration.enable_legacy_one_step',
  'selfservice.flows.*.style',
  'session.whoami.tokenizer',
  'secrets.pagination',
);

/** What came with each release between v0.4 and v0.8, the newest first. */
export const CAME_WITH: readonly (readonly [Release, readonly Mark[]])[] = [
  [
    'v0.8',
    [
      ...names(
        'ciphers',
        'secrets.cipher',
        ...['totp', 'lookup_secret', 'webauthn'].map((method) => `selfservice.methods.${method}`),
        'session.whoami.required_aal',
        'selfservice.flows.settings.required_aal',
        'courier.smtp.headers',
        'serve.*.request_log',
        'selfservice.flows.registration.enabled',
        'selfservice.methods.password.config.min_password_length',
        'selfservice.methods.password.config.identifier_similarity_check_enabled',
        'selfservice.methods.link.config.base_url',
        'clients',
      ),
      each(`${PROVIDER}.provider`, word('apple', 'spotify')),
    ],
  ],
  [
    'v0.7',
    [
      ...names(
        'cookies',
        'serve.*.tls',
        'selfservice.methods.link.config.lifespan',
        'selfservice.methods.password.config.haveibeenpwned_enabled',
      ),
      each('courier.smtp.connection_uri', says('legacy_ssl')),
      each(`${PROVIDER}.provider`, word('gitlab-app', 'auth0', 'vk', 'yandex')),
      ...ENTRIES.map((entry) => each(`${entry}.hook`, word('require_verified_address'))),
    ],
  ],
  [
    'v0.6',
    [
      ...names(
        'hashers.algorithm',
        'hashers.bcrypt',
        ...['expected_duration', 'expected_deviation', 'dedicated_memory'].map((key) => `hashers.argon2.${key}`),
        'selfservice.flows.*.before',
        'session.cookie.name',
        'courier.smtp.from_name',
        'serve.*.socket',
        'serve.public.domain_aliases',
        'tracing',
        `${PROVIDER}.label`,
        'selfservice.methods.password.config',
        'dev',
        'watch-courier',
        'sqa-opt-out',
        'expose-metrics-port',
      ),
      each(MEMORY, kind('string')),
      each(`${PROVIDER}.provider`, word('slack', 'facebook')),
      ...ENTRIES.map((entry) => each(`${entry}.hook`, word('web_hook'))),
    ],
  ],
  [
    'v0.5',
    [
      ...names(
        'selfservice.methods',
        'selfservice.flows.*.lifespan',
        'session.cookie',
        'serve.public.cors',
        'log.leak_sensitive_values',
        'password',
      ),
    ],
  ],
  [
    'v0.4',
    names(
      'selfservice.strategies',
      'selfservice.flows.*.request_lifespan',
      'session.cookie_same_site',
      'selfservice.flows.login.default_browser_return_url',
      'selfservice.flows.registration.default_browser_return_url',
    ),
  ],
];

const ENV_PATH = /^[A-Z0-9_]+ /;

/** What a file has of these marks. Environment variables do not mark a release: deployments set them for every one. */
export const marksIn = (tree: YamlTree, marks: readonly Mark[]): readonly Written[] =>
  marks.flatMap(({ pattern, is }) =>
    findAll(tree, pattern).filter(({ at, value }) => !ENV_PATH.test(at.path) && (is === undefined || is(value))),
  );
