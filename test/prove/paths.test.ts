import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPaths, type PathResult, type Provoke } from 'sallyport/test';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { runCommand, startServer } from '../support/server.ts';

const SECRET = 'a-secret-that-only-the-tests-know-0123456789';
/** No network, and hashes that do not take long. */
const ENV = {
  SALLYPORT_COOKIE_SECRET: SECRET,
  SELFSERVICE_METHODS_PASSWORD_CONFIG_HAVEIBEENPWNED_ENABLED: 'false',
  HASHERS_ARGON2_MEMORY: '8MB',
  HASHERS_ARGON2_ITERATIONS: '1',
};
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

interface Example {
  readonly file: string;
  readonly provoke?: Provoke;
  /** People the example lets in. */
  readonly domain?: string;
}
const ALL: readonly Example[] = [
  { file: 'minimal/sallyport.yaml' },
  {
    file: 'custom-hook/sallyport.yaml',
    domain: 'example.org',
    provoke: { company_only: { 'hook.fail': { traits: { email: 'somebody@elsewhere.test' } } } },
  },
  { file: 'hook-package/sallyport.yaml' },
  { file: 'first-dialects/jobs.yaml' },
  { file: 'first-dialects/hooks.yaml' },
];

/** Runs an example on a database file, so that its journal can be read, and takes its paths. */
async function drive({ file, provoke = {}, domain = 'sallyport.test' }: Example): Promise<readonly PathResult[]> {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-paths-'));
  const folder = join(home, 'own');
  cpSync(dirname(join(EXAMPLES, file)), folder, { recursive: true });
  const { serve: _serve, urls, ...content } = parse(readFileSync(join(EXAMPLES, file), 'utf8'));
  const config = stringify({
    ...content,
    ...(urls && { urls: { ...urls, self: undefined } }),
    ...(content.plugins && { plugins: ['.'] }),
    dsn: `sqlite://${folder}/db.sqlite`,
    journal: { keep: '1h' },
  });
  const server = await startServer({ config, folder, env: ENV });
  try {
    return await runPaths({
      files: [join(folder, 'config.yml')],
      publicUrl: server.publicUrl,
      adminUrl: server.adminUrl,
      env: ENV,
      traits: (mark) => ({ email: `${mark}@${domain}` }),
      provoke,
    });
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What cannot be sent on purpose: two requests at once, time passing, a mail, or what only a hook's author knows. */
const LEFT = [
  /store\.stale/,
  /challenge\.held|held\.waiting/,
  /company_only hook\.redirect/,
  /note_method hook\.(?:fail|divert)/,
  /^\w+ {2}verification /,
  /accept\.password · changes store\.taken/,
];

describe.each(ALL)('every path of examples/$file', (example) => {
  test(`is taken by ${basename(example.file)}'s own server, or cannot be taken on purpose`, async () => {
    const results = await drive(example);
    const of = (result: PathResult['result']) => results.filter((each) => each.result === result);
    expect(of('missed').map(({ line, why }) => `${line}: ${why}`)).toEqual([]);
    const unexplained = of('left').filter(({ line }) => !LEFT.some((reason) => reason.test(line)));
    expect(unexplained.map(({ line, why }) => `${line}: ${why}`)).toEqual([]);
    expect(of('taken').length).toBeGreaterThanOrEqual(14);
  }, 240_000);
});

test('sallyport paths lists them with ids, for people and for programs', async () => {
  const file = join(EXAMPLES, 'custom-hook/sallyport.yaml');
  const json = await runCommand(['paths', '-c', file, '--format', 'json']);
  const listed = JSON.parse(json.output.slice(0, json.output.lastIndexOf(']') + 1)) as readonly {
    readonly id: string;
    readonly flow: string;
  }[];
  expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
  const text = await runCommand(['paths', '-c', file, '--flow', 'registration']);
  expect(text.status).toBe(0);
  for (const { id } of listed.filter(({ flow }) => flow === 'registration')) expect(text.output).toContain(id);
  expect(text.output).toContain('company_only hook.fail → form.waiting');
  const unknown = await runCommand(['paths', '-c', file, '--flow', 'registraton']);
  expect(unknown.status).toBe(1);
  expect(unknown.output).toContain('There is no flow registraton');
}, 90_000);
