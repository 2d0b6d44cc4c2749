import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/app/configuration.ts';
import { compileFlows } from '../../src/engine/machine/compile-flows.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import { writeConfig } from '../support/server.ts';
import { CONFIGURATIONS, FILES } from './configurations.ts';
import { EXAMPLES, readMachines, SECRET, statePaths } from './machines.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

async function machinesOf(file: string): Promise<unknown> {
  const source = { files: [file], env: SECRET, cwd: root, command: 'check' as const, dev: true };
  const { configuration, errors } = await readConfiguration(source);
  if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
  const flows = compileFlows(configuration);
  return Object.fromEntries(
    [...flows].map(([kind, { shape, config }]) => [kind, { shape, states: statePaths(config.states) }]),
  );
}

function placed(config: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-machines-'));
  folders.push(folder);
  const names = { database: join(folder, 'none.sqlite'), hooks: 'http://127.0.0.1:1', provider: 'http://127.0.0.1:2' };
  return writeConfig({ config, files: FILES, names, folder, ports: { public: 1, admin: 2 } });
}

describe('the states that rows stand on are those of the release before, and the machines have the same shape:', () => {
  const kept = readMachines();

  test.each(EXAMPLES)('%s', async (example) => {
    expect(await machinesOf(join(root, example))).toEqual(kept[example]);
  });

  test.each(Object.entries(CONFIGURATIONS))('%s', async (name, config) => {
    expect(await machinesOf(placed(config))).toEqual(kept[name]);
  });
});
