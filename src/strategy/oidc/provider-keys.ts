import {
  anything,
  content,
  flag,
  listOf,
  map,
  oneOf,
  text,
  url,
  type Leaf,
  type MapOf,
} from '../../config/schema/spec.ts';

/** Every kind of provider that some version of the reference knows; `presets.ts` has those this server knows. */
const PROVIDERS = [
  'github',
  'github-app',
  'gitlab-app',
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

const formerly = (releases: string, to: string, secret?: true): Leaf =>
  text(`The former name of \`${to}\`.`, { to, former: { releases }, ...(secret && { secret }) });
const former = {
  tenant: formerly('v0.4 to v0.8', 'microsoft_tenant'),
  team_id: formerly('v0.8', 'apple_team_id'),
  private_key_id: formerly('v0.8', 'apple_private_key_id'),
  private_key: formerly('v0.8', 'apple_private_key', true),
};

/** One entry of `config.providers`. */
export const providerKeys: MapOf = map(
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
    ...former,
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
    trust_refresh: flag(
      'A provider that sends no `auth_time` counts as a fresh proof of who somebody is all the same.',
      { default: false },
    ),
    aal2_acr_values: strings('`acr` values that count as a second factor.'),
    aal2_amr_values: strings('`amr` values that count as a second factor.'),
  },
  { required: ['id', 'provider', 'client_id'] },
);
