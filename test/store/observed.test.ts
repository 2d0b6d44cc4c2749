import { afterAll, beforeAll, expect, test } from 'vitest';
import { observeFlows } from '../../src/store/flow-events.ts';
import type { Store } from '../../src/store/store.ts';
import { openStore, sqliteMemory } from './engines.ts';
import { flow, journal } from './samples.ts';

let store: Store;
const told: string[] = [];
beforeAll(async () => {
  const { dsn } = await sqliteMemory.place();
  store = observeFlows(await openStore(dsn), {
    opened: ({ id }) => void told.push(`opened ${id}`),
    recorded: ({ flowId }) => void told.push(`recorded ${flowId}`),
  });
});
afterAll(() => store.close());

test('what is committed is told once, afterwards and in order', async () => {
  told.length = 0;
  const row = flow();
  await store.transaction(async ({ flows }) => {
    await flows.insert(row);
    await flows.record(journal(row));
    expect(told).toEqual([]);
  });
  const other = flow();
  await store.flows.start(other);
  expect(told).toEqual([`opened ${row.id}`, `recorded ${row.id}`, `opened ${other.id}`]);
});

test('what is undone is not told: a transaction that fails, a savepoint that is taken back', async () => {
  told.length = 0;
  const [lost, undone, thrown, kept] = [flow(), flow(), flow(), flow()];
  const failing = store.transaction(async ({ flows }) => {
    await flows.insert(lost);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await store.transaction(async (unit) => {
    await unit.tentatively(
      () => unit.flows.insert(undone),
      () => true,
    );
    const broken = unit.tentatively(
      async () => {
        await unit.flows.insert(thrown);
        throw new Error('broken');
      },
      () => false,
    );
    await expect(broken).rejects.toThrow('broken');
    await unit.tentatively(
      () => unit.flows.insert(kept),
      () => false,
    );
  });
  expect(told).toEqual([`opened ${kept.id}`]);
});
