import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPaths, type PathOptions, type PathResult, type Provoke } from 'sallyport/test';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { runCommand, startServer } from '../support/server.ts';

const SECRET = 'a-secret-that-only-the-tests-know-0123456789';
/** No network, and hashes that do not take long. */
const ENV = {
  SALLYPORT_COOKIE_SECRET: SECRET,
  SALLYPORT_CIPHER_SECRET: SECRET.slice(0, 32),
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
  { file: 'second-factors/sallyport.yaml' },
  { file: 'first-dialects/jobs.yaml' },
  { file: 'first-dialects/hooks.yaml' },
];

/** Runs an example on a database file, so that its journal can be read, and takes its paths. */
async function drive(
  { file, provoke = {}, domain = 'sallyport.test' }: Example,
  { env = {}, only }: { readonly env?: Readonly<Record<string, string>>; readonly only?: PathOptions['only'] } = {},
): Promise<readonly PathResult[]> {
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
  const all = { ...ENV, ...env };
  const server = await startServer({ config, folder, env: all });
  try {
    return await runPaths({
      files: [join(folder, 'config.yml')],
      publicUrl: server.publicUrl,
      adminUrl: server.adminUrl,
      env: all,
      ...(only && { only }),
      traits: (mark) => ({ email: `${mark}@${domain}` }),
      provoke,
    });
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What cannot be sent on purpose: two requests at once, time passing, or what only a hook's author knows. */
const LEFT = [
  /store\.stale/,
  /challenge\.held|held\.waiting/,
  /company_only hook\.redirect/,
  /note_method hook\.(?:fail|divert)/,
  /accept\.password · changes store\.taken/,
  /accept\.totp · changes store\.taken/,
  // What a settings page shows once, such as new backup codes, stays on the page that was sent.
  /form\.waiting: submit · challenge\.success|success\.waiting: submit · challenge\.form/,
  /second\.waiting: .*: a message to the only address is sent at once/,
];

describe.each(ALL)('every path of examples/$file', (example) => {
  test(`is taken by ${basename(example.file)}'s own server, or cannot be taken on purpose`, async () => {
    const results = await drive(example);
    const of = (result: PathResult['result']) => results.filter((each) => each.result === result);
    expect(of('missed').map(({ line, why }) => `${line}: ${why}`)).toEqual([]);
    const unexplained = of('left').filter(({ line, why }) => !LEFT.some((reason) => reason.test(`${line}: ${why}`)));
    expect(unexplained.map(({ line, why }) => `${line}: ${why}`)).toEqual([]);
    expect(of('taken').length).toBeGreaterThanOrEqual(14);
  }, 240_000);
});

describe.concurrent.each(ALL)('every path of a change that is held, in examples/$file', (example) => {
  test('is taken where a sign-in is fresh for three seconds', async () => {
    const env = { SELFSERVICE_FLOWS_SETTINGS_PRIVILEGED_SESSION_MAX_AGE: '3s' };
    const only = (line: string) =>
      /held/.test(line) &&
      !/ask_held store\.stale|accept\.(?:password|totp) · changes store\.taken/.test(line) &&
      // Backup codes are made, which a fresh sign-in is asked for, and stored at once after that.
      !/accept\.lookup_secret|challenge\.(?:form|success)/.test(line);
    const results = await drive(example, { env, only });
    expect(results.filter(({ result }) => result !== 'taken').map(({ line, why }) => `${line}: ${why}`)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(7);
  }, 240_000);
});

test('paths that lead through a mail are taken, with the code or the link that is in it', async () => {
  const mail = { uri: 'smtp://127.0.0.1:1/?disable_starttls=true' };
  const seen: PathResult[] = [];
  for (const use of ['code', 'link'] as const) {
    const server = await startServer({ config: mailConfig(mail, { use, passwordless: true }), files: MAIL_FILES });
    const results = await runPaths({
      files: [join(server.folder, 'config.yml')],
      publicUrl: server.publicUrl,
      adminUrl: server.adminUrl,
      env: {},
    }).finally(() => server.stop());
    seen.push(...results);
  }
  const lines = (result: PathResult['result']) =>
    seen.filter((each) => each.result === result).map(({ line, why }) => `${line}: ${why}`);
  expect(lines('missed')).toEqual([]);
  expect(lines('left').filter((line) => !LEFT.some((reason) => reason.test(line)))).toEqual([]);
  expect(
    lines('taken').filter((line) => / sent\.waiting: .*accept\.(?:code|link)/.test(line)).length,
  ).toBeGreaterThanOrEqual(9);
}, 240_000);

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
