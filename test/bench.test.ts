import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
test(
  'the bench measures a line from beginning to end, and every answer is the one asked for',
  { timeout: 120_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'bench/run.ts', '--quick', '--only', 'whoami', '--on', 'sqlite'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    const rows = stdout.split('\n').filter((line) => line.startsWith('| whoami'));
    expect(rows).toHaveLength(1);
    // Figures are not judged here, but there is a ratio: with a single wrong answer there would be none.
    expect(rows[0]).toMatch(/\| SQLite +\| +[\d.]+\/s \| +[\d.]+\/s \| +[\d.]+ \| +[\d.]+ … [\d.]+ \|/);
    expect(stdout).not.toContain('WRONG');
  },
);
