import { expect, test } from 'vitest';
import type { JournalRow } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Unit } from '../../store/store.ts';
import { createJournalBacklog } from './journal-backlog.ts';

const rowOf = (id: number): JournalRow => ({ id: String(id) }) as JournalRow; // no more is read

const unexpected = (error: unknown): never => {
  throw error;
};

function storeThat(works: () => boolean) {
  const written: string[] = [];
  return {
    written,
    async transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
      if (!works()) throw new SallyportError('unavailable', 'away');
      const record = ({ id }: JournalRow): Promise<void> => Promise.resolve(void written.push(id));
      return await work({ flows: { record } } as unknown as Unit); // no more is asked
    },
  };
}

test('what could not be written waits until it can, in order, and is written once', async () => {
  let up = false;
  const store = storeThat(() => up);
  const backlog = createJournalBacklog(store, unexpected);
  backlog.add(rowOf(1));
  await backlog.flush();
  backlog.add(rowOf(2));
  up = true;
  await backlog.flush();
  await backlog.flush();
  expect(store.written).toEqual(['1', '2']);
});

test('no more than a hundred wait, the newest', async () => {
  const store = storeThat(() => true);
  const backlog = createJournalBacklog(store, unexpected);
  for (let i = 1; i <= 250; i += 1) backlog.add(rowOf(i));
  await backlog.flush();
  expect([store.written.length, store.written[0], store.written.at(-1)]).toEqual([100, '151', '250']);
});

test('an entry that can never be written is reported and keeps no other waiting', async () => {
  const store = storeThat(() => true);
  let tries = 0;
  const refused: string[] = [];
  const backlog = createJournalBacklog(
    {
      transaction: async (work) => {
        tries += 1;
        if (tries === 1) throw new Error('duplicate');
        return await store.transaction(work);
      },
    },
    (_error, { id }) => refused.push(id),
  );
  for (const id of [1, 2, 3]) backlog.add(rowOf(id));
  await backlog.flush();
  await backlog.flush();
  expect({ refused, written: store.written }).toEqual({ refused: ['1'], written: ['2', '3'] });
});
