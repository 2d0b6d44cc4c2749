import { expect, test } from 'vitest';
import { createTokenOpener } from './provider-tokens.ts';
import { hChaCha20 } from './xchacha20.ts';

const KEY = 'made-up-cipher-secret-32-byte-00';
const OTHER = 'made-up-cipher-secret-32-byte-99';

test.each([
  [
    'xchacha20-poly1305',
    '000102030405060708090a0b0c0d0e0f101112131415161783c6f0deb666c53f5dcb650ae0214e6beac1aa40d3fc22296cda',
  ],
  ['aes', '000102030405060708090a0b7de6733f2db97f6865f4b63b3ce666f0f2afb0497c0e7cce6cdd'],
  ['noop', '61742d6578616d706c65'],
])('a token that was sealed by %s opens', (algorithm, sealed) => {
  expect(createTokenOpener([OTHER, KEY])(sealed)).toBe('at-example');
  expect(createTokenOpener([OTHER])(sealed)).toBe(algorithm === 'noop' ? 'at-example' : undefined);
  expect(createTokenOpener(['short'])(sealed)).toBe(algorithm === 'noop' ? 'at-example' : undefined);
});

test('what is no hexadecimal opens to nothing', () => {
  expect(createTokenOpener([KEY])('at-example')).toBeUndefined();
});

test('the key of the longer nonce is that of the draft (draft-irtf-cfrg-xchacha-03, section 2.2.1)', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
  const nonce = Buffer.from('000000090000004a0000000031415927', 'hex');
  expect(hChaCha20(key, nonce).toString('hex')).toBe(
    '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
  );
});
