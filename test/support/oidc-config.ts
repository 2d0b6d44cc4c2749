import { stringify } from 'yaml';
import type { TestProvider } from './provider.ts';
import { ADDRESS, emailTrait, schemaText } from './schemas.ts';

/** What the identity schema of these tests asks for: an address, and a name that no provider has to say. */
const schema = schemaText({
  title: 'Member',
  traits: {
    email: emailTrait(ADDRESS.verified),
    name: { type: 'string', title: 'Name', maxLength: 100, minLength: 2 },
  },
  required: ['email', 'name'],
});

export const MAPPER = `
local claims = std.extVar('claims');
{
  identity: {
    traits: {
      [if 'email' in claims then 'email' else null]: claims.email,
      [if 'name' in claims then 'name' else null]: claims.name,
    },
    verified_addresses: if 'email' in claims then [{ via: 'email', value: claims.email }] else [],
  },
}
`;

export const OIDC_FILES: Readonly<Record<string, string>> = {
  'member.schema.json': schema,
  'claims.jsonnet': MAPPER,
};

export interface OidcConfig {
  readonly providers: readonly Readonly<Record<string, unknown>>[];
  /** Members of \`selfservice.flows\`, over what stands here. */
  readonly flows?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly selfservice?: Readonly<Record<string, unknown>>;
}

/** One provider as it is written. */
export const providerEntry = (
  id: string,
  { issuer }: Pick<TestProvider, 'issuer'>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  id,
  provider: 'generic',
  client_id: 'shop',
  client_secret: 'shop-secret',
  issuer_url: issuer,
  scope: ['openid', 'email'],
  mapper_url: 'file://<folder>/claims.jsonnet',
  ...more,
});

const UI = 'http://127.0.0.1:4455';

/** Passwords and providers, in today's dialect; people are signed in when they register. */
export function oidcConfig({ providers, flows = {}, more = {}, selfservice = {} }: OidcConfig): string {
  const signedIn = { hooks: [{ hook: 'session' }] };
  return stringify({
    version: 'v26.2.0',
    log: { level: 'warning' },
    identity: { default_schema_id: 'member', schemas: [{ id: 'member', url: 'file://<folder>/member.schema.json' }] },
    hashers: { argon2: { memory: '8MB', iterations: 1 } },
    secrets: {
      cookie: ['a-cookie-secret-that-only-these-tests-know-1'],
      cipher: ['thirty-two-characters-of-secret!'],
    },
    selfservice: {
      default_browser_return_url: `${UI}/home`,
      methods: {
        password: { config: { haveibeenpwned_enabled: false } },
        oidc: { enabled: true, config: { providers } },
      },
      ...selfservice,
      flows: {
        error: { ui_url: `${UI}/error` },
        login: { ui_url: `${UI}/login`, ...flows['login'] },
        settings: { ui_url: `${UI}/settings`, ...flows['settings'] },
        registration: {
          ui_url: `${UI}/registration`,
          style: 'unified',
          after: { password: signedIn, oidc: signedIn },
          ...flows['registration'],
        },
      },
    },
    ...more,
  });
}
