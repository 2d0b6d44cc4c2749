import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from './support/basic-config.ts';
import { freePort } from './support/ports.ts';
import { runCommand } from './support/server.ts';

/* A hook ends no command, neither while its file is loaded nor while it says how it is configured. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-ends-'));
const config = join(folder, 'sallyport.yaml');
const plugin = join(folder, 'plugins', 'ends.ts');
beforeAll(async () => {
  mkdirSync(join(folder, 'plugins'));
  for (const [name, content] of Object.entries(BASIC_FILES)) writeFileSync(join(folder, name), content);
  const [first, second] = [await freePort(), await freePort()];
  writeFileSync(
    config,
    `dsn: 'sqlite://${join(folder, 'db.sqlite')}'
secrets: { cookie: [a-secret-for-the-tests-of-hooks-that-end] }
serve: { public: { host: 127.0.0.1, port: ${first} }, admin: { host: 127.0.0.1, port: ${second} } }
courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/' } }
${BASIC_CONFIG.replaceAll('<folder>', folder).replace('[{ hook: session }]', '[{ hook: session }, { hook: ends }]')}`,
  );
  writeFileSync(plugin, hook({}));
  const { status, output } = await runCommand(['migrate', 'sql', '--yes', '-c', config]);
  if (status !== 0) throw new Error(output);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A hook that is well but for `top`, which runs when its file is loaded, and `parse`, when it is configured. */
const hook = ({ top = '', parse = '' }): string => `
import { exit, kill } from 'node:process';
import { defineHook } from 'sallyport/plugin';
${top}
export default defineHook({
  name: 'ends',
  at: { 'registration.after': 'follow' },
  timeoutMs: 1000,
  config: { parse(input) { ${parse}; return input; } },
  run: { follow: () => ({ kind: 'continue' }) },
});
`;
const WAYS: readonly (readonly [string, string])[] = [
  ['process.exit', 'process.exit(0);'],
  ['process.exit', 'exit(0);'],
  ['process.reallyExit', 'process.reallyExit(0);'],
  ['process.abort', 'process.abort();'],
  ['process.kill', "process.kill(process.pid, 'SIGKILL');"],
  ['process.kill', "kill(process.pid, 'SIGKILL');"],
];

test('no way to end the process ends check: it fails and names every file', { timeout: 60_000 }, async () => {
  const files = WAYS.map(([name, call], n) => ({ name, call, file: join(folder, 'plugins', `ends${n}.ts`) }));
  for (const { call, file } of files) writeFileSync(file, hook({ top: call }));
  const { status, output } = await runCommand(['check', '-c', config, '--dev']);
  for (const { file } of files) rmSync(file);
  expect(status, output).toBe(1);
  for (const { name, file } of files)
    expect(output).toContain(`The hook ${file} called ${name}; a hook cannot end the process.`);
});

test.each<readonly [string, readonly string[]]>([
  ['check', ['-c', config, '--dev']],
  ['serve', ['-c', config, '--dev']],
  ['dev', ['-c', config]],
  ['courier', ['watch', '-c', config]],
  ['simulate', [plugin, '--point', 'registration.after', '-c', config]],
  ['graph', ['-c', config]],
  ['paths', ['-c', config]],
  ['plugins', ['-c', config]],
])('%s fails and says which hook wanted to end it', { timeout: 60_000 }, async (command, args) => {
  writeFileSync(plugin, hook({ top: 'process.exit(0);' }));
  const { status, output } = await runCommand([command, ...args]);
  expect([status, output.includes(`${plugin} called process.exit; a hook cannot end the process`)], output).toEqual([
    1,
    true,
  ]);
});

test.each([
  ['a while after its file began to load', { top: 'await new Promise((go) => setTimeout(go, 20)); process.exit(0);' }],
  ['when an entry is read', { parse: 'process.reallyExit(0)' }],
])('a hook ends nothing %s', { timeout: 60_000 }, async (_when, parts) => {
  writeFileSync(plugin, hook(parts));
  const { status, output } = await runCommand(['check', '-c', config, '--dev']);
  expect([status, output.includes('a hook cannot end the process')], output).toEqual([1, true]);
});

test('what a file leaves behind ends no command before its end, and fails it', async () => {
  writeFileSync(plugin, hook({ top: 'setTimeout(() => process.exit(0), 1); void Promise.reject(new Error("late"));' }));
  const { status, output } = await runCommand(['check', '-c', config, '--dev']);
  expect(status, output).toBe(1);
  expect(output).toContain('left an error behind');
  expect(output).toMatch(/Hook [^\n]*ends\.ts/);
});

test('migrate loads no hook, and is not ended by one', async () => {
  writeFileSync(plugin, hook({ top: 'process.exit(7);' }));
  const { status, output } = await runCommand(['migrate', 'sql', 'status', '-c', config]);
  expect(status, output).toBe(0);
  expect(readFileSync(plugin, 'utf8')).toContain('process.exit(7)');
});
