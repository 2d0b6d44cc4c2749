import { expect, test } from 'vitest';
import { deviceName, knownDevice } from './device-name.ts';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['curl/8.5.0', 'curl'],
  // A client that sends no User-Agent is none to the store, and null on the wire.
  [null, undefined],
  [undefined, undefined],
  ['', undefined],
])('%j is called %j', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});

test('a User-Agent of somebody’s own making is shown as it is, and is no device that is known', () => {
  expect([deviceName('call 555-0100'), knownDevice('call 555-0100')]).toEqual(['call 555-0100', undefined]);
  expect(knownDevice('Firefox/1 call 555-0100')).toBe('Firefox');
});
