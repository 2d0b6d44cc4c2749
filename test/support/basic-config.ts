import { ADDRESS, personFiles } from './schemas.ts';

/** A configuration of today's dialect with passwords and nothing else. */
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

/** The schema that it names: a person who signs in with an e-mail address. */
export const BASIC_FILES = personFiles(ADDRESS.signsIn);
/** The same person, whose address is verified. */
export const VERIFIED_FILES = personFiles(ADDRESS.verified);
