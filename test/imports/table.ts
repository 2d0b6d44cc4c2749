/*
 * Who may import whom in src/. A row may import what lies in the same row and what it lists, nothing else; a listed path
 * stands for itself and for what lies below it. The rows go from the outermost to the innermost, so that every import
 * points downwards.
 */
export type Rows = Readonly<Record<string, readonly string[]>>;

const NOUNS = ['identity', 'session', 'secret', 'limit', 'flow', 'event'];

/** The folders of src/ and the two files beside them. */
export const MAY: Rows = {
  'main.ts': ['app', 'cli', 'hook/plugin-imports.ts', 'kernel'],
  'plugin.ts': ['hook', 'strategy', 'flow', 'language', 'kernel'],
  cli: [
    'app',
    'move-in',
    'http/server.ts',
    'analysis',
    'diagram',
    'engine',
    'store',
    'hook',
    'courier',
    'net',
    'telemetry',
    'config',
    ...NOUNS,
    'kernel',
  ],
  testing: [
    'app',
    'analysis',
    'engine/machine/graph.ts',
    'strategy/method.ts',
    'store',
    'hook',
    'config',
    ...NOUNS,
    'kernel',
  ],
  app: [
    'move-in',
    'http',
    'analysis',
    'diagram',
    'engine',
    'strategy',
    'store',
    'hook',
    'courier',
    'pages',
    'net',
    'telemetry',
    'language',
    'config',
    ...NOUNS,
    'kernel',
  ],
  'move-in': ['store', ...NOUNS, 'kernel'],
  http: [
    'analysis',
    'diagram',
    'engine/engine.ts',
    'engine/contract.ts',
    'engine/view/return-to.ts',
    'courier',
    'pages',
    'telemetry',
    'config',
    ...NOUNS,
    'kernel',
  ],
  analysis: ['engine', 'strategy', 'hook', 'courier', 'telemetry', 'flow', 'identity', 'config', 'kernel'],
  engine: ['strategy', 'store/store.ts', 'store/account-notices.ts', 'hook', 'courier', 'config', ...NOUNS, 'kernel'],
  diagram: ['flow', 'kernel'],
  strategy: ['courier', 'language', 'config', ...NOUNS, 'kernel'],
  store: ['courier', 'config', ...NOUNS, 'kernel'],
  hook: ['flow', 'config', 'kernel'],
  pages: ['flow', 'kernel'],
  courier: ['language', 'kernel'],
  net: ['config', 'kernel'],
  telemetry: ['config', 'kernel'],
  event: ['secret', 'limit', 'kernel'],
  session: ['identity', 'kernel'],
  flow: ['kernel'],
  identity: ['kernel'],
  config: ['kernel'],
  secret: ['kernel'],
  limit: ['kernel'],
  language: ['kernel'],
  kernel: [],
};

/** Files in a folder that has folders, too. */
export const LOOSE = 'loose files';
/** Every folder in it that has no row of its own. */
export const EACH = '*';

/** Within a folder that has folders: who may import whom. A loose file may have a row of its own. */
export const WITHIN: Readonly<Record<string, Rows>> = {
  analysis: { [LOOSE]: ['rules'], rules: [LOOSE] },
  config: {
    [LOOSE]: ['sections', 'dialect', 'schema', 'source'],
    upgrade: ['dialect', 'schema', 'source', LOOSE],
    sections: ['dialect', 'schema', 'source', LOOSE],
    dialect: ['schema', 'source', LOOSE],
    schema: ['source', LOOSE],
    source: [],
  },
  courier: { [LOOSE]: ['templates'], templates: [LOOSE] },
  engine: {
    [LOOSE]: ['contract.ts', 'parts.ts', 'values.ts', 'run', 'store-steps', 'journal', 'view', 'machine'],
    run: ['contract.ts', 'parts.ts', 'values.ts', 'store-steps', 'journal', 'view', 'machine'],
    'store-steps': ['contract.ts', 'parts.ts', 'values.ts', 'view', 'machine'],
    journal: ['contract.ts', 'parts.ts', 'machine'],
    view: ['contract.ts', 'parts.ts', 'values.ts', 'machine'],
    machine: [],
    // Types only: what routes know of the engine, and what the engine is made of.
    'contract.ts': [],
    'values.ts': ['contract.ts', 'machine'],
    'parts.ts': ['journal', 'machine'],
  },
  http: {
    [LOOSE]: ['middleware'],
    'self-service': ['middleware', LOOSE],
    admin: ['middleware', LOOSE],
    console: ['middleware', LOOSE],
    middleware: [LOOSE],
  },
  language: { [LOOSE]: [], 'go-template': [LOOSE], jsonnet: [LOOSE] },
  store: { knex: [LOOSE], [LOOSE]: [] },
  'store/knex': {
    [LOOSE]: ['tables', 'migration', 'sqlite', 'mysql'],
    tables: [LOOSE],
    migration: [LOOSE],
    sqlite: [LOOSE],
    mysql: [LOOSE],
  },
  // One folder a method, and none knows another. What two of them share lies in a folder of its own.
  strategy: { [LOOSE]: [EACH, 'ceremony'], [EACH]: [LOOSE, 'ceremony'], ceremony: [LOOSE] },
  testing: { [LOOSE]: ['paths', 'authenticator'], paths: ['authenticator'], authenticator: [] },
};

/** The one or two places of each package. */
export const HOMES: Rows = {
  koa: ['http', 'app'],
  '@koa/router': ['http', 'app'],
  knex: ['store/knex'],
  mysql2: ['store/knex/mysql'],
  xstate: ['flow/flow-grammar.ts', 'engine/machine'],
  yaml: ['config/source', 'config/upgrade'],
  argon2: ['strategy/password'],
  '@node-rs/argon2': ['strategy/password'],
  bcrypt: ['strategy/password'],
  '@simplewebauthn/server': ['strategy/ceremony'],
  jose: ['strategy/oidc', 'session'],
  'openid-client': ['strategy/oidc'],
  ajv: ['identity'],
  'ajv-formats': ['identity'],
  re2js: ['identity'],
  'ipaddr.js': ['net', 'limit', 'http/middleware'],
  nodemailer: ['courier'],
  otpauth: ['strategy/totp'],
  uqr: ['strategy/totp'],
  eta: ['courier'],
  elkjs: ['diagram'],
  pino: ['telemetry'],
  zod: ['hook', 'plugin.ts'],
  commander: ['cli', 'main.ts'],
};
