import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/app/configuration.ts';
import { upgradeFile } from '../../src/app/upgrade-file.ts';
import type { Loaded } from '../../src/config/config.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import { BASES, overlay, type Base } from '../support/config-bases.ts';
import { nested, schemaKeys } from '../support/schema-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (file: string): Promise<Loaded> =>
  loadSettings({ files: [file], env: {}, cwd: folder, command: 'serve', dev: false, rewritten: true, fragment: true });

/** What a configuration means; a section that held a dropped key alone is gone, and with it what was said of it. */
const meaning = ({ config }: Loaded): string =>
  JSON.stringify(config ?? null, (key, value: unknown) =>
    ['place', 'path', 'at', 'files', 'notOffered'].includes(key) ? undefined : value,
  );
const oldNames = ({ warnings }: Loaded): readonly string[] =>
  warnings.filter(({ code }) => code === 'old-spelling' || code === 'mixed-dialects').map(formatIssue);

/** In v0.1 and v0.3 the root of a schema is the traits. */
const TRAITS = `base64://${Buffer.from('{"type":"object","properties":{"email":{"type":"string"}}}').toString('base64')}`;
const baseOf = (base: Base): unknown =>
  base === 'v0.1-job' || base === 'v0.3-hook'
    ? overlay(BASES[base], { identity: { traits: { default_schema_url: TRAITS } } })
    : BASES[base];

interface Read {
  readonly before: Loaded;
  readonly after: Loaded;
}

/** Both readings of a file with one key more; undefined where the file is refused as it is. */
async function rewritten(base: Base, path: readonly string[], value: unknown): Promise<Read | undefined> {
  writeFileSync(join(folder, 'before.yml'), stringify(overlay(baseOf(base), nested(path, value))));
  const before = await load('before.yml');
  if (before.config === undefined) return undefined;
  const read = await upgradeFile({ file: 'before.yml', env: {}, cwd: folder });
  if ('errors' in read) throw new Error(read.errors.map(formatIssue).join('\n'));
  writeFileSync(join(folder, 'after.yml'), read.upgraded.text);
  return { before, after: await load('after.yml') };
}

const isFirst = ({ config }: Loaded): boolean =>
  config?.dialect !== 'current' || config.lists.some(({ dialect }) => dialect !== 'current');

describe.each<Base>(['v0.1-job', 'v0.3-hook', 'between', 'current'])('each key alone in a file of %s', (base) => {
  test('is written as today, and means the same', async () => {
    let seen = 0;
    // The schemas of the first two are written anew.
    const isLater = base === 'between' || base === 'current';
    for (const { path, values } of schemaKeys())
      for (const value of values.slice(0, 1)) {
        // A schema that is not there.
        if (path.includes('traits')) continue;
        const about = `${path.join('.')}: ${JSON.stringify(value)}`;
        const both = await rewritten(base, path, value);
        if (both === undefined) continue;
        seen += 1;
        expect(both.after.errors.map(formatIssue), about).toEqual([]);
        expect(oldNames(both.after), about).toEqual([]);
        const compared = isLater && !isFirst(both.before) ? [meaning(both.after), meaning(both.before)] : [];
        expect(compared[0], about).toBe(compared[1]);
      }
    expect(seen).toBeGreaterThan(300);
  }, 120_000);
});
