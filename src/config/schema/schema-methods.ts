import { anything, content, duration, flag, integer, listOf, map, oneOf, text, url, type MapOf } from './spec.ts';
import { request } from './schema-request.ts';

const rp = (): MapOf =>
  map(
    {
      id: text('The relying party: the domain credentials are bound to.'),
      display_name: text('The name of the service that a person sees.'),
      origin: url('The origin of the pages, where there is one.'),
      origins: listOf(url('An origin.'), 'The origins of the pages.'),
      icon: text('An icon.', { inert: 'browsers no longer show it' }),
    },
    { required: ['id', 'display_name'] },
  );

export const PROVIDERS = [
  'github',
  'github-app',
  'gitlab',
  'generic',
  'google',
  'microsoft',
  'discord',
  'salesforce',
  'slack',
  'facebook',
  'auth0',
  'vk',
  'yandex',
  'apple',
  'spotify',
  'netid',
  'dingtalk',
  'patreon',
  'line',
  'linkedin',
  'linkedin_v2',
  'lark',
  'x',
  'fedcm-test',
  'amazon',
  'uaepass',
] as const;

const strings = (about: string): ReturnType<typeof listOf> => listOf(text('An entry.'), about);

export const provider: MapOf = map(
  {
    id: text('The id of the provider, in URLs and stored credentials.', {
      pattern: /^[A-Za-z0-9_.~-]+$/,
      wanted: 'letters, digits, - _ . ~',
    }),
    provider: oneOf(PROVIDERS, 'The preset of the provider.'),
    label: text('What a person reads on the button.'),
    client_id: text('The client id at the provider.'),
    client_secret: text('The client secret at the provider.', { secret: true }),
    mapper_url: content('The Jsonnet or TypeScript file that turns claims into traits.'),
    claims: anything('Claims to traits, instead of a file: `email: traits.email`.'),
    schema_url: text('How v0.1 mapped claims.', { refused: 'claims are mapped by Jsonnet now: write `mapper_url`' }),
    scope: strings('The scopes to ask for.'),
    issuer_url: url('The issuer of an OpenID provider, byte for byte as its tokens name it.', { asWritten: true }),
    auth_url: url('The authorization endpoint.'),
    token_url: url('The token endpoint.'),
    requested_claims: anything('The `claims` parameter.'),
    additional_id_token_audiences: strings('Further audiences accepted in ID tokens.'),
    organization_id: text('Hosted edition.', { inert: 'organizations belong to the hosted edition' }),
    fedcm_config_url: url('FedCM configuration.', { feature: 'oidc.fedcm' }),
    net_id_token_origin_header: text('netID: the origin header.', {
      inert: 'netID is not among the kinds of provider this server knows',
    }),
    microsoft_tenant: text('microsoft: the tenant.'),
    subject_source: oneOf(['userinfo', 'me', 'oid'], 'microsoft: where the subject comes from.', {
      default: 'userinfo',
    }),
    apple_team_id: text('apple: the team.'),
    apple_private_key_id: text('apple: the key id.'),
    apple_private_key: text('apple: the private key.', { secret: true }),
    claims_source: oneOf(['id_token', 'userinfo'], 'Where claims come from.', { default: 'id_token' }),
    pkce: oneOf(['auto', 'never', 'force'], 'Proof key for code exchange.', { default: 'auto' }),
    account_linking_mode: oneOf(
      ['confirm_with_existing_credential', 'automatic'],
      'What happens when the address belongs to a local account.',
      {
        default: 'confirm_with_existing_credential',
      },
    ),
    update_identity_on_login: oneOf(['never', 'automatic'], 'Whether a sign-in updates the traits.', {
      default: 'never',
      feature: 'oidc.update_identity_on_login',
      when: 'automatic',
    }),
    aal2_acr_values: strings('`acr` values that count as a second factor.'),
    aal2_amr_values: strings('`amr` values that count as a second factor.'),
  },
  { required: ['id', 'provider', 'client_id'] },
);

export const providers = (): ReturnType<typeof listOf> => listOf(provider, 'The identity providers.');

/** `selfservice.methods` */
export const methods: MapOf = map({
  password: map({
    enabled: flag('Sign-in by password.', { default: true }),
    config: map({
      min_password_length: integer(
        6,
        512,
        'The least number of characters; 6 and 7 are read as 8. 15 is recommended.',
        {
          default: 8,
        },
      ),
      identifier_similarity_check_enabled: flag('Refuses passwords that resemble the identifier.', { default: true }),
      haveibeenpwned_enabled: flag('Looks passwords up in a list of breaches, by a prefix of their hash.', {
        default: true,
        computed: 'true; false under `sallyport dev`',
      }),
      haveibeenpwned_host: text('The host of the breach list.', {
        default: 'api.pwnedpasswords.com',
        pattern: /^[A-Za-z0-9.-]+(?::\d{1,5})?$/,
        wanted: 'a host name',
      }),
      max_breaches: integer(0, 100, 'The number of breaches that a password may occur in.', { default: 0 }),
      ignore_network_errors: flag('Accepts a password when the breach list cannot be reached.', { default: true }),
      migrate_hook: map({
        enabled: flag('Asks another system about passwords that were not imported.', {
          default: false,
          feature: 'password.migrate_hook',
        }),
        config: map(
          {
            ...request('The request.').keys,
            emit_analytics_event: flag('Sends the two request id headers.', { default: true }),
          },
          { required: ['url'] },
        ),
      }),
    }),
  }),
  profile: map({ enabled: flag('Changing traits in settings.', { default: true }) }),
  code: map({
    enabled: flag('One-time codes by mail, for verification and recovery.', { default: true, feature: 'code' }),
    passwordless_enabled: flag('Sign-in by code.', { default: false, feature: 'code' }),
    mfa_enabled: flag('Codes as second factor; not together with `passwordless_enabled`.', {
      default: false,
      feature: 'code.mfa',
    }),
    config: map({
      lifespan: duration('How long a code can be used; signing in and up at most 10m unless this says otherwise.', {
        default: '1h',
      }),
      max_submissions: integer(1, 255, 'The number of wrong codes that a flow accepts.', { default: 5 }),
      missing_credential_fallback_enabled: flag(
        'Lets people without a code credential sign in by a verified address.',
        {
          default: false,
          feature: 'code.missing_credential_fallback',
        },
      ),
    }),
  }),
  link: map({
    enabled: flag('Links by mail, for verification and recovery.', { default: false, feature: 'link' }),
    config: map({
      lifespan: duration('How long a link can be used.', { default: '1h' }),
      base_url: text('Another base for links.', {
        refused: 'mails use serve.public.base_url; remove this key',
      }),
    }),
  }),
  totp: map({
    enabled: flag('Authenticator apps.', { default: false, feature: 'totp' }),
    config: map({ issuer: text('The name an app shows.', { computed: 'the host of the public URL' }) }),
  }),
  lookup_secret: map({ enabled: flag('Recovery codes to write down.', { default: false, feature: 'lookup_secret' }) }),
  webauthn: map({
    enabled: flag('Security keys.', { default: false, feature: 'webauthn' }),
    config: map(
      { passwordless: flag('Security keys as first factor.', { default: false }), rp: rp() },
      { required: ['rp'] },
    ),
  }),
  passkey: map({
    enabled: flag('Passkeys.', { default: false, feature: 'passkey' }),
    config: map(
      {
        rp: rp(),
        authenticator_selection: map({
          attachment: oneOf(['platform', 'cross-platform'], 'The kind of authenticators.'),
          resident_key: oneOf(['required', 'preferred', 'discouraged'], 'Discoverable credentials.', {
            default: 'required',
          }),
          user_verification: oneOf(['required', 'preferred', 'discouraged'], 'User verification.', {
            default: 'preferred',
          }),
        }),
        attestation: map({
          preference: oneOf(['none', 'indirect', 'direct', 'enterprise'], 'Attestation.', { default: 'none' }),
        }),
        timeouts: map({
          registration: duration('The time to create a passkey.'),
          login: duration('The time to use a passkey.'),
        }),
      },
      { required: ['rp'] },
    ),
  }),
  oidc: map({
    enabled: flag('Sign-in through identity providers.', { default: false, feature: 'oidc' }),
    config: map({
      base_redirect_uri: url('The base of callback URLs.', { computed: 'the public URL' }),
      providers: providers(),
    }),
  }),
  b2b: map(
    {
      config: map({
        organizations: listOf(
          map({
            id: text('Its id.'),
            label: text('Its name.'),
            domains: strings('Its domains.'),
            session_lifespan: duration('Its sessions.'),
          }),
          'Organizations of the hosted edition.',
        ),
      }),
    },
    { about: 'Hosted edition.', inert: 'organizations belong to the hosted edition' },
  ),
});
