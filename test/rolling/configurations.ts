import { BASE } from './visitor.ts';

/** Two of them, so that every page of every flow is there. */
export type ConfigurationName = 'one-page' | 'two-pages';

const PAGES = 'http://127.0.0.1:4455';
const HOOK = `{ hook: web_hook, config: { url: '<hooks>/told', method: POST, body: 'file://body.jsonnet' } }`;
const REFUSING = `{ hook: web_hook, config: { url: '<hooks>/asked', method: POST, body: 'file://body.jsonnet', can_interrupt: true } }`;

const common = (more: { readonly flows: string; readonly use: string; readonly style: string }): string => `
version: v26.2.0
dsn: sqlite://<database>?_fk=true
log: { level: warning }
serve: { public: { base_url: '${BASE}/' } }
secrets:
  cookie: [a-cookie-secret-that-only-these-tests-know-1]
  cipher: [thirty-two-characters-of-secret!]
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
hashers: { argon2: { memory: 19456KB, iterations: 2 } }
courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/' } }
selfservice:
  default_browser_return_url: ${PAGES}/home
  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    link: { enabled: true }
    code: { enabled: true, passwordless_enabled: true }
    oidc:
      enabled: true
      config:
        providers:
          - id: acme
            provider: generic
            client_id: shop
            client_secret: shop-secret
            issuer_url: <provider>
            scope: [openid, email]
            mapper_url: file://<folder>/claims.jsonnet
  flows:
    error: { ui_url: ${PAGES}/error }
    verification: { ui_url: ${PAGES}/verification, enabled: true, use: ${more.use} }
    recovery: { ui_url: ${PAGES}/recovery, enabled: true, use: ${more.use} }
    registration:
      ui_url: ${PAGES}/registration
      style: ${more.style}
      after:
        password: { hooks: [${HOOK}, { hook: session }] }
        code: { hooks: [{ hook: session }] }
        oidc: { hooks: [{ hook: session }] }
${more.flows}`;

export const CONFIGURATIONS: Readonly<Record<ConfigurationName, string>> = {
  'one-page': common({
    use: 'code',
    style: 'unified',
    flows: `    login: { ui_url: ${PAGES}/login, after: { password: { hooks: [${REFUSING}] } } }
    settings: { ui_url: ${PAGES}/settings, privileged_session_max_age: 1h, required_aal: aal1 }
`,
  }),
  'two-pages': common({
    use: 'link',
    style: 'profile_first',
    flows: `    login: { ui_url: ${PAGES}/login, style: identifier_first }
    settings: { ui_url: ${PAGES}/settings, privileged_session_max_age: 5s, required_aal: aal1 }
`,
  }),
};

export const FILES: Readonly<Record<string, string>> = {
  'body.jsonnet': 'function(ctx) { email: ctx.identity.traits.email }',
  'claims.jsonnet': `
local claims = std.extVar('claims');
{
  identity: {
    traits: { email: claims.email, [if 'name' in claims then 'name' else null]: claims.name },
    verified_addresses: [{ via: 'email', value: claims.email }],
  },
}
`,
  'person.schema.json': JSON.stringify({
    $id: 'https://sallyport.test/person.schema.json',
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Person',
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          email: {
            type: 'string',
            format: 'email',
            title: 'E-mail',
            'ory.sh/kratos': {
              credentials: { password: { identifier: true }, code: { identifier: true, via: 'email' } },
              verification: { via: 'email' },
              recovery: { via: 'email' },
            },
          },
          name: { type: 'string', title: 'Name', minLength: 2 },
        },
        required: ['email', 'name'],
        additionalProperties: false,
      },
    },
  }),
};
