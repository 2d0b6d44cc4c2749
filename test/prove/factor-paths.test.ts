import { join } from 'node:path';
import { type PathResult, runPaths } from 'sallyport/test';
import { expect, test } from 'vitest';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { startServer } from '../support/server.ts';
import { FACTORS_CONFIG, FACTORS_FILES, ORIGIN } from '../support/factors.ts';

/** What cannot be sent on purpose: two requests at once, and time that passes. */
const LEFT = [
  /store\.(?:stale|taken)/,
  /challenge\.held|held\.waiting/,
  // Backup codes are shown on the page on which they were asked for.
  /form\.waiting: submit · challenge\.success|success\.waiting: submit · challenge\.form/,
];

async function drive(config: string, files: Readonly<Record<string, string>>): Promise<readonly PathResult[]> {
  const server = await startServer({ config, files });
  return await runPaths({
    files: [join(server.folder, 'config.yml')],
    publicUrl: server.publicUrl,
    adminUrl: server.adminUrl,
    origin: ORIGIN,
    env: {},
  }).finally(() => server.stop());
}

/** How many were taken; and what was not, without a reason that is known. */
function judged(results: readonly PathResult[]): { readonly taken: number; readonly unexplained: readonly string[] } {
  const known = ({ result, line }: PathResult): boolean =>
    result === 'taken' || (result === 'left' && LEFT.some((reason) => reason.test(line)));
  return {
    taken: results.filter(({ result }) => result === 'taken').length,
    unexplained: results.filter((each) => !known(each)).map(({ line, why }) => `${line}: ${why}`),
  };
}

test('every path with a key, an app or backup codes is taken, or cannot be taken on purpose', async () => {
  const { taken, unexplained } = judged(await drive(FACTORS_CONFIG, FACTORS_FILES));
  expect(unexplained).toEqual([]);
  expect(taken).toBeGreaterThanOrEqual(30);
}, 240_000);

test('every path with a mailed code as second factor is taken, or cannot be taken on purpose', async () => {
  const mail = { uri: 'smtp://127.0.0.1:1/?disable_starttls=true' };
  const config = mailConfig(mail, { mfa: true }).replace('  methods:\n', '  methods:\n    totp: { enabled: true }\n');
  const { taken, unexplained } = judged(await drive(config, MAIL_FILES));
  expect(unexplained).toEqual([]);
  expect(taken).toBeGreaterThanOrEqual(30);
}, 240_000);
