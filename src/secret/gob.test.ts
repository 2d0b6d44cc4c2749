import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGobTexts } from './gob.ts';

/** A map of a text to a text, as Go writes it, behind the message that describes its type. */
const MAP = Buffer.concat([
  Buffer.from('0d7f040102ff8000011001100000', 'hex'),
  Buffer.from('1cff80000106', 'hex'),
  Buffer.from('string'),
  Buffer.from('0c03000161', 'hex'),
  Buffer.from('06', 'hex'),
  Buffer.from('string'),
  Buffer.from('0c03000162', 'hex'),
]);

test('a map of texts is read, behind the descriptions of its types', () => {
  expect(readGobTexts(MAP)).toEqual(new Map([['a', 'b']]));
});

test('nothing that is cut short is read', () => {
  for (let end = 0; end < MAP.length; end += 1) expect(readGobTexts(MAP.subarray(0, end))).toBeUndefined();
});

test('whatever bytes come, reading never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readGobTexts(Buffer.concat([MAP.subarray(0, bytes.length % MAP.length), bytes]));
    }),
  );
  expect(readGobTexts(Buffer.from('ff', 'hex'))).toBeUndefined();
});
