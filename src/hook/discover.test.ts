import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { must } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import { hookTest } from '../testing/hook-test.ts';
import { BUNDLED, discoverHooks, type Discovery } from './discover.ts';
import type { Discovered } from './found-hook.ts';
import { resolvePluginImports } from './plugin-imports.ts';

/** Node's own import, not Vitest's: what is tested is how Node loads a file that nobody built. */
const native = 'data:text/javascript,export const load = (url) => import(url);';
let load: (url: string) => Promise<unknown>;
let undo: () => void = () => undefined;
let folder: string;

beforeAll(async () => {
  ({ load } = (await import(/* @vite-ignore */ native)) as { load: typeof load });
  ({ undo } = resolvePluginImports(new URL('./plugin-imports.ts', import.meta.url).href));
});
afterAll(() => undo());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-hooks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function plant(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function discover(more: Partial<Discovery> = {}): Promise<Discovered> {
  return discoverHooks({
    bundled: join(folder, 'none'),
    folders: [join(folder, 'plugins')],
    packages: [],
    resolveFrom: folder,
    methods: ['password', 'code', 'oidc'],
    load,
    ...more,
  });
}

const said = ({ issues }: Discovered): string => issues.map(formatIssue).join('\n');

const hook = (name: string, more = ''): string => `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: '${name}',
  at: { 'login.after': 'prepare' },
  timeoutMs: 100,
  run: { prepare: () => ({ kind: 'continue' }) },
  ${more}
});
`;

describe('discoverHooks', () => {
  it('finds the hooks that come with the server', async () => {
    const found = await discover({ bundled: BUNDLED });
    expect(said(found)).toBe('');
    expect([...found.hooks.keys()].toSorted()).toEqual([
      'redirect',
      'require_verified_address',
      'revoke_active_sessions',
      'session',
      'show_verification_ui',
      'verification',
      'verify',
      'web_hook',
    ]);
    expect([...found.hooks.values()].every(({ origin }) => origin === 'bundled')).toBe(true);
  });

  it('loads a file of any folder, which imports sallyport/plugin without an installation', async () => {
    await plant({ 'plugins/company_mail.ts': hook('company_mail'), 'plugins/plain.mjs': hook('plain') });
    const found = await discover();
    expect(said(found)).toBe('');
    expect([...found.hooks.keys()]).toEqual(['company_mail', 'plain']);
  });

  it('leaves tests, types, folders and other files alone, and warns of code under a name that no hook can have', async () => {
    await plant({
      'plugins/one.ts': hook('one'),
      'plugins/one.test.ts': 'throw new Error()',
      'plugins/one.d.ts': 'throw new Error()',
      'plugins/lib/shared.ts': 'throw new Error()',
      'plugins/README.md': '',
      'plugins/My-Hook.ts': 'throw new Error()',
    });
    const found = await discover();
    expect([...found.hooks.keys()]).toEqual(['one']);
    expect(said(found)).toBe('');
    expect(found.warnings.map(({ path }) => path)).toEqual([join(folder, 'plugins/My-Hook.ts')]);
  });

  it('knows no hooks where there is no folder', async () => {
    const found = await discover();
    expect([found.hooks.size, found.issues, found.warnings]).toEqual([0, [], []]);
  });

  const broken: readonly (readonly [what: string, text: string, ...mentions: string[]])[] = [
    ['without a default export', 'export const x = 1;', 'default export'],
    ['with a default export that is no hook', 'export default 7;', 'default export'],
    ['whose name is not the name of the file', hook('other'), 'name', '"other"', '"x"'],
    ['without a time limit', hook('x', 'timeoutMs: undefined,'), 'timeoutMs', 'missing'],
    [
      'that may write for two seconds',
      hook('x', "timeoutMs: 2000, at: { 'login.after': 'write' }, run: { write: () => ({ kind: 'continue' }) },"),
      'timeoutMs',
      '2000',
      '1000',
    ],
    ['without a run for a phase it names', hook('x', "at: { 'login.after': 'follow' },"), 'run.follow'],
    ['at a point that does not exist', hook('x', "at: { 'login.during': 'prepare' },"), 'login.during', 'login.after'],
    ['with a key that nobody knows', hook('x', 'retries: 3,'), 'retries', 'unknown key'],
    ['that says of itself what nobody knows', hook('x', 'meta: { isBest: true },'), 'meta.isBest', 'issuesSession'],
    ['whose flag is no flag', hook('x', "meta: { onlyLeads: 'yes' },"), 'meta.onlyLeads', 'true, false'],
    [
      'that declares a verdict its phase does not have',
      hook('x', "meta: { verdicts: { prepare: ['divert'] } },"),
      'meta.verdicts.prepare: "divert"',
      'continue, modify, redirect, fail',
    ],
    [
      'that declares verdicts for a phase it has no part in',
      hook('x', "meta: { verdicts: { follow: ['continue'] } },"),
      'there is no run.follow',
    ],
    [
      'that ends its list and declares that it lets it go on',
      hook('x', "ends: true, meta: { verdicts: { prepare: ['continue'] } },"),
      'it always ends its list',
    ],
    ['that wants to be isolated', hook('x', 'isolate: true,'), 'isolate', 'worker'],
    ['with an enum', `enum A { B }\n${hook('x')}`, 'x.ts:1:1', 'enum'],
    [
      'with a parameter property',
      `\n\nclass A { constructor(private readonly b: number) {} }\n${hook('x')}`,
      'x.ts:3:',
      'parameter propert',
    ],
    ['that does not parse', 'const a = 1;\nconst b = ;', 'x.ts:2:11', 'does not parse'],
    ['that imports what is not there', "import a from 'nowhere-at-all';\nexport default a;", 'nowhere-at-all'],
    ['that throws while it is loaded', "const a = 1;\nthrow new Error('no database');", 'x.ts:2:', 'no database'],
    ['that throws something odd', 'throw Object.freeze({ get stack() { throw 1 } });', 'throws while it is loaded'],
    [
      'that throws when its export is read',
      'export default new Proxy({}, { ownKeys() { throw new Error("gone") } });',
      'gone',
    ],
  ];
  it.each(broken)('refuses a file %s, and still loads the others', async (_what, text, ...mentions) => {
    await plant({ 'plugins/x.ts': text, 'plugins/good.ts': hook('good') });
    const found = await discover();
    for (const mention of [join(folder, 'plugins/x.ts'), ...mentions]) expect(said(found)).toContain(mention);
    expect([...found.hooks.keys()]).toEqual(['good']);
  });

  it('says the line of a mistake in plain JavaScript as well', async () => {
    await plant({ 'plugins/x.mjs': 'const a = 1;\nconst b = ;\nexport default a;' });
    expect(said(await discover())).toContain('x.mjs:2:11');
  });

  it('gives up on a file that never finishes loading, by name', async () => {
    await plant({ 'plugins/stuck.ts': 'export default await new Promise(() => {});', 'plugins/good.ts': hook('good') });
    const found = await discover({ limitMs: 50 });
    expect(said(found)).toContain('stuck.ts');
    expect(said(found)).toContain('0.05 seconds');
    expect([...found.hooks.keys()]).toEqual(['good']);
  });

  it('refuses two hooks of one name, and names of hooks that the server has or will have', async () => {
    await plant({
      'plugins/one.ts': hook('one'),
      'more/one.ts': hook('one'),
      'plugins/session.ts': hook('session'),
      'plugins/web_hook.ts': hook('web_hook'),
    });
    const found = await discover({ folders: [join(folder, 'plugins'), join(folder, 'more')] });
    expect(said(found)).toContain(
      `more/one.ts:4:3 name: "one"; another name: ${join(folder, 'plugins/one.ts')} has this one`,
    );
    expect(said(found)).toContain('session.ts:4:3 name: "session"');
    expect(said(found)).toContain('web_hook.ts:4:3 name: "web_hook"');
    expect([...found.hooks.keys()]).toEqual(['one']);
  });

  it('follows links only inside the folder, and only to regular files', async () => {
    await plant({ 'plugins/..data/in.ts': hook('in'), 'elsewhere/out.ts': hook('out') });
    await symlink(join(folder, 'plugins/..data/in.ts'), join(folder, 'plugins/in.ts'));
    await symlink(join(folder, 'elsewhere/out.ts'), join(folder, 'plugins/out.ts'));
    await mkdir(join(folder, 'plugins/folder.ts'));
    const found = await discover();
    expect([...found.hooks.keys()]).toEqual(['in']);
    expect(said(found)).toContain('out.ts: it is a link that leads out of the folder');
    expect(said(found)).toContain('folder.ts: it is not a regular file');
  });

  const listed = async (name: string): Promise<Discovered> =>
    discover({ folders: [], packages: [{ name, place: { file: 'sallyport.yaml', line: 3, column: 5 } }] });

  it('takes files, folders and packages that the configuration names', async () => {
    await plant({
      'a/one.ts': hook('one'),
      'b/two.ts': hook('two'),
      'node_modules/@acme/hook/package.json':
        '{"type":"module","exports":{".":{"types":"./x.d.ts","import":"./lib/main.js"}}}',
      'node_modules/@acme/hook/lib/main.js': hook('from_package'),
      'unpacked/package.json': '{"type":"module","main":"main.js"}',
      'unpacked/main.js': hook('unpacked_one'),
    });
    const names = [join(folder, 'a/one.ts'), join(folder, 'b'), '@acme/hook', join(folder, 'unpacked')];
    const found = await discover({
      folders: [join(folder, 'a')],
      packages: names.map((name) => ({ name, place: undefined })),
    });
    expect(said(found)).toBe('');
    expect([...found.hooks.keys()]).toEqual(['one', 'two', 'from_package', 'unpacked_one']);
  });

  it('loads the package of the examples, and its hook does what it says', async () => {
    const example = fileURLToPath(new URL('../../examples/hook-package', import.meta.url));
    const found = await listed(example);
    expect(said(found)).toBe('');
    const noteMethod = must(found.hooks.get('note_method'), 'The hook of the example').hook;
    const work: Promise<void>[] = [];
    hookTest(
      noteMethod,
      [
        { name: 'notes the method', at: 'registration.after', config: {}, writes: ['notes.set'] },
        { name: 'needs a key that is a word', config: { key: '' }, refused: 'key' },
      ],
      (_name, run) => work.push(run()),
    );
    await Promise.all(work);
    expect(work).toHaveLength(3);
  });

  it.each([
    ['a package that is not installed', 'nobody-has-this', 'no such package'],
    ['a file that is not there', '/nowhere/at/all.ts', 'ENOENT'],
    ['a name that is no hook', '/etc/hostname', 'file name'],
  ])('says the line of the configuration that names %s', async (_what, name, mention) => {
    const text = said(await listed(name));
    expect(text).toContain('sallyport.yaml:3:5 plugins[0]');
    expect(text).toContain(mention);
  });

  it('refuses a package that is TypeScript or leads out of itself', async () => {
    await plant({
      'node_modules/raw/package.json': '{"type":"module","main":"main.ts"}',
      'node_modules/raw/main.ts': hook('raw'),
      'node_modules/out/package.json': '{"main":"../raw/main.ts"}',
    });
    expect(said(await listed('raw'))).toContain('published as JavaScript');
    expect(said(await listed('out'))).toContain('not a file of the package');
  });

  it('loads each file inside the context that names it', async () => {
    await plant({ 'plugins/one.ts': hook('one') });
    const seen: string[] = [];
    await discover({
      within: (file, work) => {
        seen.push(file);
        return work();
      },
    });
    expect(seen).toEqual([join(folder, 'plugins/one.ts')]);
  });
});
