/** A configuration of today's dialect with passwords and nothing else, and the schema that it names. */
export const BASIC_CONFIG = `
version: v26.2.0
log: { level: warning }
identity:
  default_schema_id: person
  schemas:
    - { id: person, url: 'file://<folder>/person.schema.json' }
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  default_browser_return_url: http://127.0.0.1:4455/home
  methods:
    password: { config: { haveibeenpwned_enabled: false } }
  flows:
    error: { ui_url: http://127.0.0.1:4455/error }
    login: { ui_url: http://127.0.0.1:4455/login }
    settings: { ui_url: http://127.0.0.1:4455/settings }
    registration:
      ui_url: http://127.0.0.1:4455/registration
      style: unified
      after: { password: { hooks: [{ hook: session }] } }
`;

export const BASIC_FILES: Readonly<Record<string, string>> = {
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
            'ory.sh/kratos': { credentials: { password: { identifier: true } } },
          },
          name: { type: 'string', title: 'Name', maxLength: 100 },
          newsletter: { type: 'boolean', title: 'Newsletter' },
        },
        required: ['email'],
        additionalProperties: false,
      },
    },
  }),
};
