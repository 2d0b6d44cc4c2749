import { expect, test } from 'vitest';
import { decodeUtf8 } from './utf8.ts';

test('bytes are a text in UTF-8 or none', () => {
  expect(decodeUtf8(Buffer.from('Ünï 👍'))).toBe('Ünï 👍');
  expect(decodeUtf8(Buffer.from('\ufeffa'))).toBe('a');
  expect(decodeUtf8(new Uint8Array())).toBe('');
  for (const bytes of [[0xff], [0x61, 0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
});
