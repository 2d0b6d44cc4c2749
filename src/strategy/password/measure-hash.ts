import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { SallyportError } from '../../kernel/error.ts';
import type { HashLine } from './budget.ts';
import type { StoredHash } from './stored-hash.ts';

/** The quickest of so many checks is the least disturbed. */
const TIMES = 3;
const PLACE = { network: 'measuring', known: true };

/** Milliseconds of a check of such a hash on this machine, with a password of the length that takes longest. */
export async function measureHash(line: HashLine, { price, memory, longest, verify }: StoredHash): Promise<number> {
  const budget = line.budgetFor(memory);
  const check = (): Promise<number> => timeOf(() => verify('x'.repeat(longest)));
  const samples: number[] = [];
  while (samples.length < TIMES) {
    const took = await budget.run(check, PLACE, { weight: Math.max(1, price) }).catch(ifFull);
    if (took === undefined) await pause(100);
    else samples.push(took);
  }
  return Math.min(...samples);
}

/** By the clock or by processor time, whichever is less: other programs lengthen the one, other requests the other. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return Math.min(performance.now() - began, (user + system) / 1_000);
}

function ifFull(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'overloaded') return undefined;
  throw error;
}
