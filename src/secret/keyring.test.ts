import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyring } from './keyring.ts';

const OLD = 'an old secret of some length';
const NEW = 'a new secret of some length!';
const ring = createKeyring([NEW, OLD], 'session');

test('what is sealed opens again, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, bound) => {
      expect(ring.open(ring.seal(plain, bound), bound)).toEqual(Buffer.from(plain));
    }),
  );
});

test('sealing one value twice gives two boxes', () => {
  expect(ring.seal('x', '')).not.toBe(ring.seal('x', ''));
});

test('a box says nothing of what is in it', () => {
  expect(Buffer.from(ring.seal('canary-canary', ''), 'base64url').includes('canary')).toBe(false);
});

test('no single flipped bit opens, and none throws', () => {
  const bytes = Buffer.from(ring.seal('{"t":"token"}', 'cookie'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
    expect(ring.open(flipped.toString('base64url'), 'cookie')).toBeUndefined();
  }
});

test('no single changed character opens, the spare bits of the last one included', () => {
  const box = ring.seal('12345', 'cookie');
  for (let i = 0; i < box.length; i += 1) {
    for (const other of 'ABab019-_=+/ ') {
      const changed = box.slice(0, i) + other + box.slice(i + 1);
      expect(changed === box || ring.open(changed, 'cookie') === undefined).toBe(true);
    }
  }
});

test('whatever text comes, opening never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(ring.open(text, '')).toBeUndefined();
    }),
  );
});

describe('a box opens only', () => {
  const box = ring.seal('value', 'flow:1');
  test('whole', () => {
    for (let end = 0; end < box.length; end += 1) expect(ring.open(box.slice(0, end), 'flow:1')).toBeUndefined();
    expect(ring.open(`${box}A`, 'flow:1')).toBeUndefined();
  });
  test('for what it was bound to', () => expect(ring.open(box, 'flow:2')).toBeUndefined());
  test('for the purpose it was sealed for', () => {
    expect(createKeyring([NEW, OLD], 'vault').open(box, 'flow:1')).toBeUndefined();
  });
  test('with the secret it was sealed with', () => {
    expect(createKeyring([OLD], 'session').open(box, 'flow:1')).toBeUndefined();
    expect(createKeyring([], 'session').open(box, 'flow:1')).toBeUndefined();
  });
});

test('the first secret seals and all open, so a secret can be replaced without ending anything', () => {
  const before = createKeyring([OLD], 'session').seal('value', '');
  expect(ring.open(before, '')?.toString()).toBe('value');
  expect(createKeyring([NEW], 'session').open(ring.seal('value', ''), '')?.toString()).toBe('value');
  expect(createKeyring([NEW], 'session').open(before, '')).toBeUndefined();
});

test('without a secret nothing is sealed', () => {
  expect(() => createKeyring([], 'session').seal('value', '')).toThrow('A secret to seal session with is missing');
});
