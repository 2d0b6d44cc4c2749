import { parse, stringify } from 'yaml';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { type Seeded } from '../support/seeded.ts';

/* What an operator does to the files of a running server, well or badly. */

/** What the files say; every edit renders all of them anew, so that it also mends what the edit before broke. */
export interface Settings {
  readonly style: 'unified' | 'profile_first';
  readonly loginStyle: 'unified' | 'identifier_first';
  readonly use: 'code' | 'link';
  readonly passwordless: boolean;
  readonly hooks: readonly string[];
  readonly lifespan: number;
  readonly returnUrls: readonly string[];
  readonly cors: boolean;
  readonly title: string;
  readonly word: string;
  readonly subject: string;
}

export type Files = Readonly<Record<string, string>>;

export const FIRST: Settings = {
  style: 'unified',
  loginStyle: 'unified',
  use: 'code',
  passwordless: true,
  hooks: [],
  lifespan: 60,
  returnUrls: [],
  cors: false,
  title: 'Name',
  word: 'one',
  subject: 'one',
};

/** Nobody listens there: what is mailed stays in the outbox. */
const NOWHERE = { uri: 'smtp://127.0.0.1:1/?disable_starttls=true' };
export const CONFIG = `${mailConfig(NOWHERE, { passwordless: true })}`.replace(
  'courier: {',
  'courier: { template_override_path: <folder>/templates,',
);

const PLUGIN = (name: string, word: string): string => `import { defineHook } from 'sallyport/plugin';
import { word } from './lib/word.ts';
export default defineHook({
  name: '${name}',
  at: { 'registration.after': 'prepare', 'login.after': 'prepare' },
  timeoutMs: 5_000,
  run: { prepare: () => (word.length + '${word}'.length > 0 ? { kind: 'continue' } : {}) },
});
`;
const SUBJECT = 'templates/verification_code/valid/email.subject.gotmpl';

/** The files that an edit writes beside the configuration. */
export function filesOf({ title, word, subject }: Settings): Files {
  return {
    'person.schema.json': (MAIL_FILES['person.schema.json'] ?? '').replace('"title":"Name"', `"title":"${title}"`),
    'plugins/first.ts': PLUGIN('first', word),
    'plugins/second.ts': PLUGIN('second', word),
    'plugins/lib/word.ts': `export const word: string = '${word}';\n`,
    [SUBJECT]: `Your code (${subject})`,
  };
}

interface Tree {
  [key: string]: Tree;
}

/** The configuration; `first` is the text that the server was started with. */
export function configOf(first: string, settings: Settings): string {
  const tree = parse(first) as Tree; // the text of mailConfig, completed
  const { selfservice } = tree as { readonly selfservice: Tree };
  const { flows, methods } = selfservice as { readonly flows: Tree; readonly methods: Tree };
  const hooks = settings.hooks.map((hook) => ({ hook }));
  const after = { hooks: [...hooks, { hook: 'session' }] };
  Object.assign(selfservice, { allowed_return_urls: settings.returnUrls });
  Object.assign(flows['registration'] ?? {}, { style: settings.style, after: { password: after, code: after } });
  Object.assign(flows['login'] ?? {}, {
    style: settings.loginStyle,
    lifespan: `${settings.lifespan}m`,
    after: { password: { hooks } },
  });
  Object.assign(flows['verification'] ?? {}, { use: settings.use });
  Object.assign(methods['code'] ?? {}, { passwordless_enabled: settings.passwordless });
  Object.assign(tree['serve']?.['public'] ?? {}, { cors: { enabled: settings.cors } });
  return stringify(tree);
}

type Change = (settings: Settings, n: number) => Partial<Settings>;
const other = <T>(is: T, [one, two]: readonly [T, T]): T => (is === one ? two : one);

const CHANGES: readonly Change[] = [
  ({ style }) => ({ style: other(style, ['unified', 'profile_first']) }),
  ({ loginStyle }) => ({ loginStyle: other(loginStyle, ['unified', 'identifier_first']) }),
  ({ use }) => ({ use: other(use, ['code', 'link']) }),
  ({ passwordless }) => ({ passwordless: !passwordless }),
  ({ hooks }) => ({ hooks: hooks.length < 2 ? [...hooks, hooks.includes('first') ? 'second' : 'first'] : [] }),
  ({ hooks }) => ({ hooks: hooks.toReversed() }),
  (_, n) => ({ lifespan: 30 + (n % 60) }),
  (_, n) => ({ returnUrls: [`https://app${n}.test/`] }),
  ({ cors }) => ({ cors: !cors }),
  (_, n) => ({ title: `Name ${n}` }),
  (_, n) => ({ word: `word${n}` }),
  (_, n) => ({ subject: `subject ${n}` }),
];

/** One more change that is as it should be. */
export const changed = (settings: Settings, n: number, random: Seeded): Settings => ({
  ...settings,
  ...CHANGES[random.below(CHANGES.length)]?.(settings, n),
});

const BREAKS: readonly (readonly [file: string, breakIt: (text: string) => string])[] = [
  ['config.yml', (text) => `${text}\nlog: [\n`],
  ['config.yml', (text) => text.replace('selfservice:', 'selfservise:')],
  ['config.yml', (text) => text.replace('hook: session', 'hook: frobnicate')],
  ['config.yml', (text) => text.slice(0, text.indexOf('default_schema_id'))],
  ['config.yml', (text) => text.replace(/lifespan: \d+m/, 'lifespan: soon')],
  ['config.yml', (text) => text.replace(/cookie:\n\s+- .*/, 'cookie: [short]')],
  ['config.yml', (text) => text.replace('version: ', 'version: [').replace(/$/, '\n---\nsecond: document\n')],
  ['person.schema.json', () => '{ "type": '],
  ['person.schema.json', (text) => text.replace('"type":"string"', '"type":"stringy"')],
  ['plugins/first.ts', () => 'export default {'],
  ['plugins/second.ts', (text) => `${text}\nthrow new Error('on purpose');\n`],
  ['plugins/lib/word.ts', () => 'export const'],
  [SUBJECT, (text) => `${text} {{ .Identity `],
];

/** The same files with one of them broken. */
export function broken(files: Files, random: Seeded): { readonly files: Files; readonly what: string } {
  const at = random.below(BREAKS.length);
  const [file, breakIt] = BREAKS[at] as (typeof BREAKS)[number]; // below its length
  const whole = files[file] ?? '';
  const text = breakIt(whole);
  if (text === whole) throw new Error(`nothing was broken in ${file}, way ${at}`);
  return { files: { ...files, [file]: text }, what: `${file}, way ${at}` };
}
