import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfiguration } from '../../src/app/configuration.ts';
import { formatIssue } from '../../src/kernel/issue.ts';
import { runCommand } from '../support/server.ts';

/* Every path that a configuration names, where something else is than it should be. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-unreadable-'));
beforeAll(() => {
  mkdirSync(join(folder, 'a-folder'));
  writeFileSync(join(folder, 'a-file'), '');
  symlinkSync('round', join(folder, 'round'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROVIDER = 'id: a, provider: google, client_id: a, client_secret: b';

/** Where a path is named: the key that must be told, and the lines of the configuration. */
const PLACES: readonly (readonly [key: string, write: (path: string) => string])[] = [
  ['identity.schemas', (path) => `identity: { default_schema_id: a, schemas: [{ id: a, url: 'file://${path}' }] }`],
  ['courier.template_override_path', (path) => `courier: { template_override_path: '${path}' }`],
  [
    'courier.templates',
    (path) => `courier: { templates: { login_code: { valid: { email: { subject: 'file://${path}' } } } } }`,
  ],
  [
    'courier.channels',
    (path) =>
      `courier: { channels: [{ id: sms, request_config: { url: 'https://x.example/', method: POST, body: 'file://${path}' } }] }`,
  ],
  [
    'mapper_url',
    (path) =>
      `selfservice: { methods: { oidc: { enabled: true, config: { providers: [{ ${PROVIDER}, mapper_url: 'file://${path}' }] } } } }`,
  ],
  [
    'selfservice.flows.login.after',
    (path) =>
      `selfservice: { flows: { login: { after: { hooks: [{ hook: web_hook, config: { url: 'https://x.example/', method: POST, body: 'file://${path}' } }] } } } }`,
  ],
  ['secrets.cookie', (path) => `secrets: { cookie: ['file://${path}'] }`],
];

const WRONG: readonly (readonly [what: string, path: string, said: RegExp])[] = [
  ['a folder', 'a-folder', /\(EISDIR\)/],
  ['nothing', 'nowhere', /\(ENOENT\)/],
  ['a path through a file', 'a-file/x', /\((?:ENOTDIR|ENOENT)\)/],
  ['a link to itself', 'round', /\(ELOOP\)/],
];

const CASES = PLACES.flatMap(([key, write]) =>
  WRONG.filter(([what]) => !(key === 'courier.template_override_path' && what === 'a folder')).map(
    ([what, path, said]) => [key, what, write(join(folder, path)), said] as const,
  ),
);

test.each(CASES)('%s with %s is told with its place and its code', async (key, _what, config, said) => {
  const file = join(folder, 'config.yml');
  const secrets = key === 'secrets.cookie' ? '' : 'secrets: { cookie: [a-secret-for-the-tests-of-trouble-1] }\n';
  writeFileSync(file, `dsn: memory\n${secrets}${config}\n`);
  const read = await readConfiguration({ files: [file], env: {}, cwd: folder, command: 'serve', dev: true });
  const lines = read.errors.map(formatIssue);
  expect(lines, lines.join('\n')).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
  expect(lines.find((each) => said.test(each))).toContain(key);
});

test.each([
  ['a folder', 'folder.yml', 'EISDIR'],
  ['nothing', 'nowhere.yml', 'ENOENT'],
])('a configuration that is %s is told with its code', async (_what, name, code) => {
  mkdirSync(join(folder, 'folder.yml'), { recursive: true });
  const { status, output } = await runCommand(['serve', '-c', join(folder, name)]);
  expect([status, output]).toEqual([1, expect.stringContaining(`(${code})`)]);
  expect(output).not.toMatch(/^ {4}at /m);
});
