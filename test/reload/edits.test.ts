import { randomInt } from 'node:crypto';
import process from 'node:process';
import { expect, test } from 'vitest';
import { say } from '../support/say.ts';
import { editUnderLoad } from './edit-under-load.ts';

/** `SALLYPORT_EDITS=100 npm run test:long -- edits` for a shorter run. */
const EDITS = Number(process.env['SALLYPORT_EDITS'] ?? 1_000);
const SEED = Number(process.env['SALLYPORT_SEED'] ?? randomInt(2 ** 31));

test(
  `${EDITS} edits of a running server, 30 of 100 broken: no request fails, no flow is lost (seed ${SEED})`,
  async () => {
    const { failed, misread, ...counts } = await editUnderLoad({ edits: EDITS, people: 6, seed: SEED });
    say(`${EDITS} edits, seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(failed).toEqual([]);
    expect(misread).toEqual([]);
    expect([counts.refused, counts.accepted]).toEqual([EDITS * 0.3, EDITS * 0.7]);
    expect(counts.ended).toBe(counts.begun);
    expect(counts.begun).toBeGreaterThan(EDITS / 10);
  },
  EDITS * 3_000,
);
