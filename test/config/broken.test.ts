import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfiguration, type ReadConfiguration } from '../../src/app/configuration.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import { runCommand } from '../support/server.ts';
import { mutate, type Broken } from './mutations.ts';

/** All three dialects, with and without a plugin. */
const EXAMPLES = [
  { file: 'minimal/sallyport.yaml', schema: 'person.schema.json' },
  { file: 'custom-hook/sallyport.yaml', schema: 'person.schema.json' },
  { file: 'first-dialects/jobs.yaml', schema: 'traits.schema.json' },
  { file: 'first-dialects/hooks.yaml', schema: 'traits.schema.json' },
];
const ENV = { SALLYPORT_COOKIE_SECRET: 'k3Jx9-qPz7_Wm2Rt8-Vb5Nc1-Ys6Hd4Fg0' };
/** What an example for `dev` leaves out. */
const STANDING = "dsn: memory\nsecrets: { cookie: ['${env:SALLYPORT_COOKIE_SECRET}'] }\n";
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const PLUGIN = (name: string, more = ''): string => `import { defineHook } from 'sallyport/plugin';
export default defineHook({ name: '${name}', at: { 'registration.after': 'prepare' }, timeoutMs: 100,
  run: { prepare: () => ({ kind: 'continue' }) }, ${more} });`;
/** What can be wrong with the files in `plugins/`. */
const PLUGINS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a name that a built-in hook has': { 'plugins/session.ts': PLUGIN('session') },
  'a name that another file has': { 'plugins/one.ts': PLUGIN('one'), 'plugins/two.ts': PLUGIN('one') },
  "a name that is not the file's": { 'plugins/one.ts': PLUGIN('other') },
  'a file that throws': { 'plugins/one.ts': 'throw new Error("on purpose");' },
  'a file that does not parse': { 'plugins/one.ts': 'export default {{' },
  'a file that exports nothing': { 'plugins/one.ts': 'export const hook = 1;' },
  'a file that imports what is not there': { 'plugins/one.ts': "import 'no-such-package';" },
  'a point nobody has': { 'plugins/one.ts': PLUGIN('one').replace('registration.after', 'registration.during') },
  'a phase without a run': { 'plugins/one.ts': PLUGIN('one').replace("'prepare'", "'write'") },
  'no time limit': { 'plugins/one.ts': PLUGIN('one').replace('timeoutMs: 100,', '') },
  'a key nobody reads': { 'plugins/one.ts': PLUGIN('one', 'priority: 3') },
};

describe.each(EXAMPLES)('$file', ({ file, schema }) => {
  const example = fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));
  const written = readFileSync(example, 'utf8');
  const good = /^dsn:/m.test(written) ? written : `${STANDING}${written}`;
  const inPlugins = Object.entries(PLUGINS).map(([what, files]): Broken => ({
    name: `plugins: ${what}`,
    text: good,
    files,
  }));
  // A second factor is not offered yet: what is wrong with the address of its page is a warning.
  const judged = mutate(good, schema).filter(({ name }) => !name.startsWith('urls.mfa_ui '));
  const cases = [...judged, ...inPlugins];

  test('is good as it is', async () => {
    const { errors } = await read(place({ name: 'good', text: good, files: {} }));
    expect(errors).toEqual([]);
  });

  test(`is refused with a position in each of ${cases.length} broken forms`, async () => {
    const accepted: string[] = [];
    for (const broken of cases) {
      const { configuration, errors } = await read(place(broken));
      const told = errors.map(formatIssue).filter((text) => /^\S.*:\d+:\d+ \S/.test(text));
      if (configuration !== undefined || told.length === 0) {
        accepted.push(`${broken.name}: ${errors.map(formatIssue).join(' | ') || 'accepted'}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(new Set(cases.map(({ text, files }) => JSON.stringify([text, files]))).size).toBeGreaterThanOrEqual(60);
  }, 120_000);

  test('is refused by the command itself, which ends and opens nothing; check says the same', async () => {
    const step = Math.ceil(cases.length / 4);
    for (const broken of cases.filter((_, n) => n % step === 1)) {
      const file = place(broken);
      const { status, output } = await runCommand(['serve', '--dev', '-c', file], ENV);
      expect(status, broken.name).toBe(1);
      expect(output, broken.name).toMatch(/:\d+:\d+ /);
      expect(output, broken.name).toContain('nothing was started');
      expect(output, broken.name).not.toMatch(/^ {4}at /m);
      const checked = await runCommand(['check', '--dev', '--format', 'json', '-c', file], ENV);
      const { errors, warnings } = JSON.parse(checked.output) as Pick<ReadConfiguration, 'errors' | 'warnings'>;
      const said = [...errors.map(formatIssue), ...warnings.map((each) => `warning: ${formatIssue(each)}`)];
      const lines = output.split('\n');
      expect([checked.status, errors.map(formatIssue).filter((each) => !lines.includes(each))]).toEqual([1, []]);
      expect(lines.filter((line) => /^\S+:\d+:\d+ |^warning: /.test(line) && !said.includes(line))).toEqual([]);
    }
  }, 180_000);

  /** A copy of the example with this done to it; the path of its configuration. */
  function place({ text, files }: Broken): string {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-broken-'));
    folders.push(folder);
    cpSync(dirname(example), folder, { recursive: true });
    const target = join(folder, 'broken.yaml');
    writeFileSync(target, text);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (content === undefined) rmSync(join(folder, path));
      else writeFileSync(join(folder, path), content);
    }
    return target;
  }
});

async function read(file: string): Promise<ReadConfiguration> {
  return await readConfiguration({ files: [file], env: ENV, cwd: dirname(file), command: 'serve', dev: true });
}
