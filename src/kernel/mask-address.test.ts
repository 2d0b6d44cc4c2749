import { expect, test } from 'vitest';
import { maskAddress } from './mask-address.ts';

test.each([
  ['vera@sallyport.test', 'v…@sallyport.test'],
  ['"a@b"@sallyport.test', '"…@sallyport.test'],
  ['🦊fox@sallyport.test', '🦊…@sallyport.test'],
  ['+491701234567', '+49…67'],
  ['', '…'],
])('%s is shown as %s', (address, shown) => {
  expect(maskAddress(address)).toBe(shown);
});
