import { expect, test } from 'vitest';
import { type Cbor, encodeCbor } from './cbor.ts';

/** RFC 8949, appendix A. */
test.each<[Cbor, string]>([
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [1000, '1903e8'],
  [1_000_000, '1a000f4240'],
  [-1, '20'],
  [-100, '3863'],
  [-1000, '3903e7'],
  [Buffer.from('01020304', 'hex'), '4401020304'],
  ['IETF', '6449455446'],
  ['ü', '62c3bc'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [
    new Map([
      [1, 2],
      [3, 4],
    ]),
    'a201020304',
  ],
])('%j is written as the specification shows', (value, hex) => {
  expect(encodeCbor(value).toString('hex')).toBe(hex);
});
