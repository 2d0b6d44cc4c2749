import { expect, test } from 'vitest';
import { editUnderLoad } from './edit-under-load.ts';

// The long test "edits" makes a thousand.
test('forty edits of a running server, twelve of them broken: no request fails, no flow is lost', async () => {
  const { failed, misread, refused, begun, ended } = await editUnderLoad({ edits: 40, people: 4, seed: 1 });
  expect([failed, misread, refused]).toEqual([[], [], 12]);
  expect(begun).toBeGreaterThan(0);
  expect(ended).toBe(begun);
}, 120_000);
