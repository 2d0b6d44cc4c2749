import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparable, keyText, plainText, readJsonOrNull, writeJsonOrNull } from './columns.ts';

const texts = fc.string({ unit: 'binary' });

test('a text that may be compared is one that UTF-8 gives back unchanged', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const whole = Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes('\0');
      expect(comparable(text)).toBe(whole);
    }),
  );
});

test('a key is kept as it is or refused, never changed', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const kept = comparable(text) && text.length <= 5;
      const result = (() => {
        try {
          return keyText(text, 5, 'key');
        } catch {
          return undefined;
        }
      })();
      expect(result).toBe(kept ? text : undefined);
    }),
  );
});

test('readable text is always comparable, and unchanged where it was', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(comparable(plainText(text))).toBe(true);
      expect(plainText(plainText(text))).toBe(plainText(text));
      expect(plainText(text) === text).toBe(comparable(text));
    }),
  );
});

test('a document comes back as it was, null as SQL NULL', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(JSON.stringify(readJsonOrNull(writeJsonOrNull(value)))).toBe(JSON.stringify(value));
    }),
  );
  expect(writeJsonOrNull(null)).toBeNull();
});
