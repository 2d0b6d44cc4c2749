import { SWITCHES } from './feature-flags.ts';
import { courier } from './schema-courier.ts';
import type { NamedSection } from '../method-section.ts';
import { FORMER_KEYS } from './former-keys.ts';
import { flowsOf } from './schema-flows.ts';
import { log } from './schema-log.ts';
import { hostedEdition } from './schema-hosted.ts';
import { limits } from './schema-limits.ts';
import { serve } from './schema-serve.ts';
import { sameSite, session } from './schema-session.ts';
import { oldRoots, oldSecuritySession, oldSelfserviceOf, oldTraits } from './schema-old.ts';
import {
  anything,
  bytes,
  content,
  duration,
  flag,
  integer,
  listOf,
  map,
  memory,
  oneOf,
  recordOf,
  share,
  text,
  textFlag,
  url,
  type Leaf,
  type MapOf,
  type Spec,
} from './spec.ts';
import { withFormerKeys } from './with-former-keys.ts';

export const HOOK_HEADERS: readonly string[] = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Content-Length',
  'Content-Type',
  'Origin',
  'Priority',
  'Referer',
  'Sec-Ch-Ua',
  'Sec-Ch-Ua-Mobile',
  'Sec-Ch-Ua-Platform',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-Fetch-User',
  'True-Client-Ip',
  'User-Agent',
];

const strings = (about: string, value: readonly string[]): Spec => listOf(text('An entry.'), about, { default: value });

const secretList = (about: string, more: Partial<Leaf> = {}): Spec =>
  listOf(text('A secret.', { secret: true }), about, { secret: true, ...more });

const fixed: MapOf = map({
  version: text('The version the file was written for; decides the dialect.', {
    empty: true,
    pattern: /^(?:v?\d+\.\d+\.\d+\S*)?$/,
    wanted: 'a version such as v26.2.0',
  }),
  dsn: text('The database: `sqlite://…`, `mysql://…` or `memory`.', { secret: true }),
  dev: flag('As `--dev`: cookies over http, weak hashes, bodies of mails visible.', { default: false }),
  'watch-courier': flag('Sends mails in this process.', { default: false }),
  'expose-metrics-port': integer(0, 65_535, 'Metrics of `courier watch`, on the host of the admin listener; 0: none.', {
    default: 0,
  }),
  'sqa-opt-out': flag('Accepted; the server sends no telemetry.', { default: false }),
  config: anything('Mirror of the flag.', { inert: 'it only mirrors the flag `-c`' }),
  help: anything('Mirror of the flag.', { inert: 'it only mirrors the flag `--help`' }),
  revision: text('Shown by `GET /admin/health/config`.', { empty: true }),
  organizations: anything('Hosted edition.', { inert: 'organizations belong to the hosted edition' }),
  enterprise: map({
    identity_schema_fallback_url_template: text('Hosted edition.', { inert: 'it belongs to the hosted edition' }),
  }),
  preview: map({
    default_read_consistency_level: oneOf(['strong', 'eventual'], 'CockroachDB.', {
      inert: 'it is for CockroachDB only',
    }),
  }),
  serve,
  // Made of what the methods say: `selfserviceOf`.
  selfservice: map({}),
  identity: map({
    default_schema_id: text('The schema of people who register.', { default: 'default' }),
    schemas: listOf(
      map(
        {
          id: text('The id of the schema, as identities name it.'),
          url: content('The JSON schema: `file://`, `base64://` or `http(s)://`.'),
          selfservice_selectable: flag('A flow may ask for this schema (`?identity_schema=`).', { default: false }),
        },
        { required: ['id', 'url'] },
      ),
      'The identity schemas; one with `email` when there is none.',
    ),
    traits: oldTraits,
  }),
  secrets: map({
    default: secretList('Used for each of the lists below that is not given.'),
    cookie: secretList('Encrypts cookies and keys the digests of codes: the first one encrypts, all decrypt.'),
    cipher: secretList('Encrypts secrets in the database; each exactly 32 characters.'),
    pagination: secretList('Encrypts page tokens.'),
    session: secretList('The former spelling of `secrets.cookie`.', { to: 'secrets.cookie' }),
  }),
  ciphers: map({
    algorithm: oneOf(['noop', 'aes', 'xchacha20-poly1305'], 'The cipher of the reference.', {
      computed: 'AES-256-GCM when `secrets.cipher` is set',
      inert: 'what is stored is sealed with AES-256-GCM as soon as secrets.cipher is set',
    }),
  }),
  hashers: map({
    algorithm: oneOf(['argon2', 'bcrypt'], 'How passwords are hashed.', { default: 'argon2' }),
    bcrypt: map(
      { cost: integer(4, 15, 'Cost of a bcrypt hash; at least 12 outside of `--dev`.', { default: 12 }) },
      { required: ['cost'] },
    ),
    argon2: map({
      memory: memory('Memory of one hash.', { default: '19456KB' }),
      iterations: integer(1, 10, 'Passes over the memory.', { default: 2 }),
      parallelism: integer(1, 16, 'Parallel lanes of one hash.', { default: 1 }),
      salt_length: integer(16, 1024, 'Length of the salt, in bytes.', { default: 16 }),
      key_length: integer(16, 1024, 'Length of the hash, in bytes.', { default: 32 }),
      expected_duration: duration('For calibration.', { inert: 'it only serves calibration' }),
      expected_deviation: duration('For calibration.', { inert: 'it only serves calibration' }),
      dedicated_memory: bytes('For calibration.', {
        inert: 'the hash budget is a quarter of the memory, at most 256 MiB',
      }),
    }),
  }),
  session,
  cookies: map({
    domain: text('The domain of all cookies.', { computed: 'the host alone' }),
    path: text('The path of all cookies.', { default: '/', pattern: /^\/[^;\s]*$/, wanted: 'a path' }),
    same_site: sameSite('SameSite of all cookies.', { default: 'Lax' }),
    secure: textFlag('Secure of all cookies.', { computed: 'true outside dev' }),
  }),
  courier,
  clients: map({
    http: map({
      disallow_private_ip_ranges: flag('Refuses requests into private networks.', { default: true }),
      private_ip_exception_urls: listOf(
        text('A URL or glob pattern.'),
        'Requests to these URLs may reach private networks.',
        { default: [] },
      ),
    }),
    smtp: map({
      disallow_private_ip_ranges: flag('Refuses mail servers in private networks.', {
        default: false,
        feature: 'clients.smtp',
      }),
    }),
    web_hook: map({ header_allowlist: strings('Request headers hooks may see; replaces the list.', HOOK_HEADERS) }),
  }),
  security: map({
    account_enumeration: map({
      mitigate: flag('Answers do not tell whether an identifier belongs to an account.', { default: false }),
      enabled: flag('Read by no version.', { inert: 'did you mean `mitigate`?' }),
    }),
    disallow_ref_in_identity_schemas: flag('Refuses references out of an identity schema.', {
      default: false,
      feature: 'security.disallow_ref_in_identity_schemas',
    }),
    session: oldSecuritySession,
  }),
  oauth2_provider: map(
    {
      url: url('The admin URL of an OAuth2 server.', { secret: true }),
      headers: recordOf(text('A header.', { secret: true, empty: true }), 'Headers to send.'),
      override_return_to: flag('The login challenge wins over `return_to`.', { default: false }),
    },
    { about: 'Login for an OAuth2 server.', feature: 'oauth2_provider' },
  ),
  tracing: map(
    {
      provider: oneOf(['jaeger', 'otel', 'zipkin'], 'Where traces go.', {
        retired: ['datadog', 'elastic-apm', 'instana'],
      }),
      service_name: text('The name in traces.', { empty: true }),
      deployment_environment: text('The environment in traces.', { empty: true }),
      providers: map({
        jaeger: map({
          local_agent_address: text('The agent.'),
          sampling: map({
            server_url: text('The sampling server.'),
            trace_id_ratio: share('Share of traces kept.', { default: 1 }),
          }),
        }),
        zipkin: map({
          server_url: text('The server.'),
          sampling: map({ sampling_ratio: share('Share of traces kept.', { default: 0 }) }),
        }),
        otlp: map({
          server_url: text('The server.'),
          insecure: flag('Without TLS.'),
          sampling: map({ sampling_ratio: share('Share of traces kept.', { default: 1 }) }),
          authorization_header: text('The authorization header.', { secret: true }),
        }),
      }),
    },
    { about: 'Traces of requests.', feature: 'tracing' },
  ),
  log,
  database: map({
    cleanup: map(
      {
        batch_size: integer(1, 1_000_000, 'Rows at a time.'),
        sleep: map({ tables: duration('Pause between tables.', { zero: true }) }),
        older_than: duration('Never read by any version.', { zero: true }),
      },
      { about: 'Figures of `cleanup sql`.', inert: 'the server cleans up after itself in small batches' },
    ),
  }),
  feature_flags: map(
    Object.fromEntries([
      ...SWITCHES.map((name): [string, Spec] => [
        name,
        flag('As in Ory Kratos.', { default: false, feature: `feature_flags.${name}` }),
      ]),
      ['cacheable_sessions_max_age', duration('How long a session may be cached.', {})],
      [
        'password_profile_registration_node_group',
        oneOf(['default', 'password'], 'The group of profile nodes.', { default: 'default' }),
      ],
    ]),
  ),
  limits,
  journal: map({
    keep: duration('How long the records of a flow are kept after its lifespan.', {
      default: '24h',
      computed: '24h; 168h under `sallyport dev`',
    }),
    sample: share('The share of flows kept after their lifespan; failed ones always are.', { default: 1 }),
  }),
  plugins: listOf(text('A path or a package.'), 'Hooks beside the folder `plugins/`.'),
  ...oldRoots,
});

const selfserviceOf = (sections: readonly NamedSection[]): MapOf =>
  map({
    default_browser_return_url: url('Where a browser goes when neither `return_to` nor the flow names a URL.', {
      path: true,
      computed: 'the public URL',
    }),
    allowed_return_urls: listOf(
      text('A URL, `/path`, or `https://*.example.org/path`.'),
      'The URLs that `return_to` may name.',
    ),
    flows: flowsOf(sections),
    methods: map({ ...Object.fromEntries(sections.map(({ name, keys }) => [name, keys])), b2b: hostedEdition }),
    ...oldSelfserviceOf(sections),
  });

/** Every key of every dialect: its type, range, default and what it is for. The reference page is made from it. */
export const schemaOf = (sections: readonly NamedSection[]): MapOf =>
  withFormerKeys({ ...fixed, keys: { ...fixed.keys, selfservice: selfserviceOf(sections) } }, FORMER_KEYS, sections);
