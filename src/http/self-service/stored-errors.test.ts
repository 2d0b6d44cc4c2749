import { expect, test } from 'vitest';
import type { FlowId } from '../../kernel/id.ts';
import { createStoredErrors, type StoredError } from './stored-errors.ts';

function setUp({ dev }: { readonly dev: boolean }) {
  const state = { now: 1_000 };
  const rows = new Map<string, StoredError>();
  let count = 0;
  const errors = createStoredErrors({
    rows: {
      put: async (error) => void rows.set(error.id, error),
      find: async (id) => rows.get(id),
    },
    clock: { now: () => state.now },
    random: { uuid: () => `error-${(count += 1)}` },
    dev,
  });
  return { state, errors };
}

const FLOW = 'flow' as FlowId; // any text does

test('an error is found for ten minutes, and not after them', async () => {
  const { state, errors } = setUp({ dev: false });
  const { id } = await errors.put({ code: 403 }, { flow: FLOW, again: 'https://id.example.test/again' });
  state.now += 10 * 60_000 - 1;
  expect(await errors.find(id)).toMatchObject({
    error: { code: 403 },
    again: 'https://id.example.test/again',
    createdAt: 1_000,
  });
  state.now += 1;
  expect(await errors.find(id)).toBeUndefined();
});

test('no error has an empty id', async () => {
  const { errors } = setUp({ dev: false });
  expect(await errors.find('')).toBeUndefined();
});

test('the flow of an error is remembered under development alone', async () => {
  const under = setUp({ dev: true });
  const { id } = await under.errors.put({}, { flow: FLOW, again: undefined });
  expect(under.errors.flowOf(id)).toBe(FLOW);
  const outside = setUp({ dev: false });
  const other = await outside.errors.put({}, { flow: FLOW, again: undefined });
  expect(outside.errors.flowOf(other.id)).toBeUndefined();
});
