import { readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { say } from '../support/say.ts';

// After the project "undone and again", whose servers write a line for each transaction.
const file = process.env['SALLYPORT_TEST_TALLY'];
if (file === undefined) throw new Error('npm test says where transactions are counted.');

test('every transaction ran its work twice, and nearly every first try had written something', () => {
  const transactions = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const total = transactions.length;
  const tries = transactions.reduce((sum, [each = 0]) => sum + each, 0);
  const written = transactions.filter(([, wrote = 0]) => wrote > 0).length;
  say(
    `${total} transactions, ${tries} tries, ${((100 * written) / total).toFixed(1)} % of the undone ones had written`,
  );
  expect(total).toBeGreaterThan(1_000);
  expect(tries).toBe(2 * total);
  expect(written / total).toBeGreaterThanOrEqual(0.95);
});
