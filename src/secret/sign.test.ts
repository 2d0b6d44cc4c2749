import { expect, test } from 'vitest';
import { createSigner } from './sign.ts';

const message = Buffer.from('message');

test('every secret verifies, the first signs, another purpose does not', () => {
  const before = createSigner(['old secret'], 'csrf').sign(message);
  const both = createSigner(['new secret', 'old secret'], 'csrf');
  expect(both.verify(message, before)).toBe(true);
  expect(both.verify(message, both.sign(message))).toBe(true);
  expect(createSigner(['old secret'], 'csrf').verify(message, both.sign(message))).toBe(false);
  expect(createSigner(['old secret'], 'other').verify(message, before)).toBe(false);
});

test('half of a signature verifies, fewer bytes do not', () => {
  const signer = createSigner(['secret'], 'csrf');
  const mac = signer.sign(message);
  expect(signer.verify(message, mac.subarray(0, 16))).toBe(true);
  expect(signer.verify(message, mac.subarray(0, 15))).toBe(false);
  expect(signer.verify(message, Buffer.alloc(0))).toBe(false);
  expect(signer.verify(message, Buffer.alloc(33))).toBe(false);
  expect(signer.verify(Buffer.from('massage'), mac)).toBe(false);
});
