import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadSettings } from '../../src/app/configuration.ts';
import { upgradeFile } from '../../src/app/upgrade-file.ts';
import type { Loaded } from '../../src/config/config.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import { overlay } from '../support/config-bases.ts';
import { EXAMPLES, placeExample, versionOf, type Example } from '../support/kratos-examples.ts';
import { runCommand } from '../support/server.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-upgrade-')));
  folders.push(folder);
  return folder;
}

const ENV = { DSN: 'memory', SECRETS_DEFAULT: 'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0' };
const load = (file: string, cwd: string): Promise<Loaded> =>
  loadSettings({ files: [file], env: ENV, cwd, command: 'serve', dev: false, rewritten: true });

interface Both {
  readonly before: Loaded;
  readonly after: Loaded;
  readonly source: string;
  readonly text: string;
  readonly changes: readonly string[];
  /** Lines that a second upgrade would change. */
  readonly again: readonly string[];
}

async function upgraded(folder: string, file = 'kratos.yml'): Promise<Both> {
  const read = await upgradeFile({ file, env: {}, cwd: folder });
  if ('errors' in read) throw new Error(read.errors.map(formatIssue).join('\n'));
  const { text, changes } = read.upgraded;
  writeFileSync(join(folder, `after-${file}`), text);
  const second = await upgradeFile({ file: `after-${file}`, env: {}, cwd: folder });
  return {
    before: await load(file, folder),
    after: await load(`after-${file}`, folder),
    source: readFileSync(join(folder, file), 'utf8'),
    text,
    changes: changes.map(({ path, what }) => `${path}: ${what}`),
    again: 'errors' in second ? second.errors.map(formatIssue) : second.upgraded.changes.map(({ path }) => path),
  };
}

const comments = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\s)#\s*(.*\S)/gm)].map(([, comment = '']) => comment.trim()).toSorted();
const oldNames = ({ warnings }: Loaded): readonly string[] =>
  warnings.filter(({ code }) => code === 'old-spelling' || code === 'mixed-dialects').map(formatIssue);

/** What a configuration means, without the places of its parts. */
const meaning = ({ config }: Loaded): unknown =>
  JSON.parse(
    JSON.stringify(config ?? null, (key, value: unknown) =>
      ['place', 'path', 'at', 'files'].includes(key) ? undefined : value,
    ),
  );

/** One file of an example, its base laid under it. */
function placeWhole(example: Example, folder: string): void {
  const texts = placeExample(example, folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const [only = ''] = texts;
  const merged = texts.reduce<unknown>((made, text) => overlay(made, parse(text)), {});
  writeFileSync(join(folder, 'kratos.yml'), texts.length === 1 ? only : stringify(merged));
}

/** The two first dialects have lists that no list of today can stand for. */
const isFirst = (example: Example): boolean => versionOf(example)[0] === 0 && versionOf(example)[1] < 4;
/** What keeps an example from being read at all (test/config/kratos-examples.test.ts). */
const UNREADABLE = /e2e-recovery-mfa|v0\.[0-2]\.\d.*(?:docs|internal)/;
const NO_EXAMPLE = /config-stubs\/\.kratos(?:\.webauthn\.origins?)?\.yaml$/;
const READABLE = EXAMPLES.filter(({ title }) => !UNREADABLE.test(title) && !NO_EXAMPLE.test(title));

describe('every example of every release', () => {
  test.each(READABLE.filter((each) => !isFirst(each)).map((example) => [example.title, example] as const))(
    '%s means the same, without a former name, with its comments',
    async (_title, example) => {
      const folder = newFolder();
      placeWhole(example, folder);
      const { before, after, source, text, again } = await upgraded(folder);
      expect(after.errors.map(formatIssue)).toEqual([]);
      expect(oldNames(after)).toEqual([]);
      expect(meaning(after)).toEqual(meaning(before));
      expect(comments(text)).toEqual(comments(source));
      expect(again).toEqual([]);
    },
  );

  test.each(
    READABLE.filter((each) => isFirst(each) && !/oidc|internal/.test(each.title)).map(
      (example) => [example.title, example] as const,
    ),
  )('%s is written as today, with its comments', async (_title, example) => {
    const folder = newFolder();
    placeWhole(example, folder);
    const { before, after, source, text, again } = await upgraded(folder);
    expect(after.errors.map(formatIssue)).toEqual([]);
    expect(oldNames(after)).toEqual([]);
    expect(after.config?.dialect).toBe('current');
    const settings = ({ config }: Loaded): unknown => [
      config?.serve,
      config?.hashers,
      config?.allowedReturnUrls.map(({ host }) => host),
      config?.flows.registration.style,
      config?.flows.login.uiUrl,
      config?.flows.settings.uiUrl,
      config?.flows.verification,
      config?.session.lifespan,
      config?.secrets,
    ];
    expect(settings(after)).toEqual(settings(before));
    expect(comments(text)).toEqual(comments(source));
    expect(again).toEqual([]);
  });
});

const WHOLE = `# At the top.
version: v0.5.0-alpha.1

# Who is served.
serve:
  public:
    base_url: https://auth.example.org/ # the door
identity:
  # The people.
  default_schema_url: file://person.schema.json
selfservice:
  default_browser_return_url: https://app.example.org/
  # Where people may go.
  whitelisted_return_urls:
    - https://app.example.org # home
    - http://*.com
  strategies:
    # The only way in.
    password:
      enabled: true
  flows:
    login: &pages
      ui_url: https://app.example.org/login
      # Not long.
      request_lifespan: 10m
    registration:
      <<: *pages
      ui_url: https://app.example.org/registration
      after:
        password:
          hooks:
            - hook: session
            - hook: web_hook # tells the others
              config: { url: https://hooks.example.org/, method: POST, body: body.jsonnet }
hashers:
  argon2: { memory: 131072, iterations: 2, parallelism: 1, salt_length: 16, key_length: 16 }
session:
  cookie_same_site: Strict
secrets:
  cookie:
    - \${env:COOKIE_SECRET}
`;

describe('sallyport config upgrade', () => {
  const run = (folder: string, ...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(['config', 'upgrade', join(folder, 'kratos.yml'), ...args], {
      COOKIE_SECRET: 'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0',
    });

  test('keeps comments, variables and meaning, and says what it changed', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'kratos.yml'), WHOLE);
    const out = join(folder, 'sallyport.yaml');
    const { status, output } = await run(folder, '-o', out);
    expect(status, output).toBe(0);
    const text = readFileSync(out, 'utf8');
    expect(comments(text)).toEqual(comments(WHOLE));
    expect(text).toContain('${env:COOKIE_SECRET}');
    expect(text).toMatch(
      /# Where people may go\.\n {2}allowed_return_urls:\n {4}- https:\/\/app\.example\.org # home\n(?! {4}-)/,
    );
    expect(text).toMatch(/password:\n +# The only way in\.\n +enabled: true/);
    expect(parse(text)).toMatchObject({
      version: 'v26.2.0',
      identity: { default_schema_id: 'default', schemas: [{ id: 'default', url: 'file://person.schema.json' }] },
      selfservice: {
        methods: { password: { enabled: true }, link: { enabled: true }, code: { enabled: false } },
        flows: {
          login: { lifespan: '10m' },
          registration: { lifespan: '10m', style: 'unified' },
          recovery: { use: 'link' },
          verification: { use: 'link' },
        },
      },
      hashers: { argon2: { memory: '131072KB', key_length: 32 } },
      session: { cookie: { same_site: 'Strict' } },
    });
    expect(output).toMatch(
      /kratos\.yml:14:3 selfservice\.whitelisted_return_urls: is now selfservice\.allowed_return_urls/,
    );
    expect(output).toMatch(/is now file:\/\/body\.jsonnet/);
  });

  test('prints to the standard output unless asked otherwise, and writes in place', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'kratos.yml'), WHOLE);
    const printed = await run(folder);
    expect(printed.output).toContain('allowed_return_urls:');
    expect(readFileSync(join(folder, 'kratos.yml'), 'utf8')).toBe(WHOLE);
    expect((await run(folder, '--write')).status).toBe(0);
    const { output } = await run(folder);
    expect(output).toContain('is written as today');
  });

  test('prints JSON for JSON', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'kratos.json'), JSON.stringify({ session: { cookie_same_site: 'Lax' } }));
    const { text } = await upgraded(folder, 'kratos.json');
    expect(JSON.parse(text)).toMatchObject({ session: { lifespan: '1h', cookie: { same_site: 'Lax' } } });
  });

  test('leaves a file of today as it is, byte for byte', async () => {
    const folder = newFolder();
    const source = 'session:   { lifespan: 1h }   # odd\n\n\nlog: {level:  debug}\n';
    writeFileSync(join(folder, 'kratos.yml'), source);
    expect((await upgraded(folder)).text).toBe(source);
  });

  test('refuses what cannot be read, and writes nothing', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'kratos.yml'), 'selfservice: { flows: { login: { lifespn: 1h } } }\n');
    const { status, output } = await run(folder, '--write');
    expect(status).toBe(1);
    expect(output).toMatch(/kratos\.yml:1:\d+ selfservice\.flows\.login\.lifespn/);
    expect(readFileSync(join(folder, 'kratos.yml'), 'utf8')).toContain('lifespn');
  });

  test('writes the lists of v0.1 as they are written today, and says where that means something else', async () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, 'traits.schema.json'),
      JSON.stringify({
        type: 'object',
        properties: { mail: { $ref: '#/definitions/mail' } },
        definitions: { mail: { type: 'string' } },
      }),
    );
    writeFileSync(
      join(folder, 'kratos.yml'),
      stringify({
        urls: {
          self: { public: 'http://127.0.0.1:4433/' },
          profile_ui: 'http://a.example/',
          mfa_ui: 'http://a.example/',
        },
        identity: { traits: { default_schema_url: 'file://traits.schema.json' } },
        selfservice: {
          login: {
            after: {
              password: [{ job: 'session' }, { job: 'redirect', config: { redirect_to: 'https://a.example/in' } }],
            },
          },
          registration: {
            after: {
              password: [
                { job: 'verify' },
                { job: 'redirect', config: { redirect_to: 'https://a.example/new', allow_user_defined: true } },
                { job: 'session' },
              ],
              oidc: [{ job: 'session' }],
            },
          },
        },
      }),
    );
    const { after, text, changes } = await upgraded(folder);
    expect(after.errors.map(formatIssue)).toEqual([]);
    const written = parse(text) as { readonly identity: { readonly schemas: readonly { readonly url: string }[] } };
    expect(written).toMatchObject({
      selfservice: {
        flows: {
          login: { after: { password: { hooks: [{ hook: 'redirect', config: { to: 'https://a.example/in' } }] } } },
          registration: {
            after: {
              password: { default_browser_return_url: 'https://a.example/new' },
              oidc: { hooks: [{ hook: 'session' }] },
            },
          },
          verification: { enabled: true, use: 'link' },
        },
      },
    });
    expect(Object.keys(written)).not.toContain('urls');
    const { url } = written.identity.schemas[0] ?? { url: '' };
    expect(JSON.parse(Buffer.from(url.replace('base64://', ''), 'base64').toString())).toMatchObject({
      properties: { traits: { properties: { mail: { $ref: '#/properties/traits/definitions/mail' } } } },
    });
    expect(changes.join('\n')).toContain('verification sends by itself');
    expect(changes.join('\n')).toContain('it stood after `redirect` and never ran');
  });
});
