import { describe, expect, test } from 'vitest';
import type { IdentityId } from '../kernel/id.ts';
import {
  deviceKnownTo,
  deviceWithSecondFactor,
  parseDeviceMemory,
  remembers,
  REMEMBERED,
  withSignIn,
  writeDeviceMemory,
  type DeviceMemory,
} from './device-memory.ts';

const NOW = Date.UTC(2026, 0, 1);
const id = (name: string): IdentityId => name as IdentityId;
const memory = (device: string, ...accounts: readonly (readonly [string, number])[]): DeviceMemory => ({
  device,
  accounts: accounts.map(([name, since]) => ({ identity: id(name), since })),
});
const account = (name: string, devicesSince = 0) => ({ id: id(name), devicesSince });
const fresh = { now: NOW, second: false, newDevice: () => 'fresh' };

describe('an account knows a device', () => {
  test.each<[string, readonly DeviceMemory[], number, string | undefined]>([
    ['that has signed in to it', [memory('d', ['ada', NOW - 1])], 0, 'd'],
    ['at the very time from which on devices count', [memory('d', ['ada', 5])], 5, undefined],
    ['at that time, lately', [memory('d', ['ada', NOW - 5])], NOW - 5, 'd'],
    ['not before that time', [memory('d', ['ada', NOW - 6])], NOW - 5, undefined],
    ['not for longer than it remembers', [memory('d', ['ada', NOW - REMEMBERED])], 0, undefined],
    ['not that of another account', [memory('d', ['eve', NOW])], 0, undefined],
    ['among several', [memory('e', ['eve', NOW]), memory('d', ['eve', NOW], ['ada', NOW])], 0, 'd'],
    ['not without any', [], 0, undefined],
  ])('%s', (_name, memories, devicesSince, device) => {
    expect(deviceKnownTo(memories, account('ada', devicesSince), NOW)).toBe(device);
  });

  test('and is looked for only where the device names it', () => {
    expect(remembers([memory('d', ['ada', 0])], id('ada'))).toBe(true);
    expect(remembers([memory('d', ['ada', 0])], id('eve'))).toBe(false);
  });
});

describe('a sign-in', () => {
  test('of a new browser makes a device', () => {
    expect(withSignIn([], account('ada'), fresh)).toEqual(memory('fresh', ['ada', NOW]));
  });

  test('comes first, once, and the sixth account is forgotten, as is what is too old', () => {
    const five = memory('d', ['e', 5], ['d', NOW - 4], ['c', NOW - 3], ['b', NOW - 2], ['a', NOW - 1]);
    expect(withSignIn([five], account('c'), fresh)).toEqual(
      memory('d', ['c', NOW], ['a', NOW - 1], ['b', NOW - 2], ['d', NOW - 4]),
    );
    const recent = memory('d', ['e', NOW - 5], ['d', NOW - 4], ['c', NOW - 3], ['b', NOW - 2], ['a', NOW - 1]);
    expect(withSignIn([recent], account('f'), fresh).accounts.map(({ identity }) => identity)).toEqual([
      'f',
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  test('counts from the time that another server ended the devices, though its clock is ahead', () => {
    expect(withSignIn([], account('ada', NOW + 3), fresh)).toEqual(memory('fresh', ['ada', NOW + 3]));
  });

  test('of several memories goes on as the device that the account knows, or as a new one', () => {
    const both = [memory('planted', ['eve', NOW - 1]), memory('own', ['ada', NOW - 2])];
    expect(withSignIn(both, account('ada'), fresh)).toEqual(memory('own', ['ada', NOW], ['eve', NOW - 1]));
    expect(withSignIn(both, account('bob'), fresh)).toEqual(
      memory('fresh', ['bob', NOW], ['eve', NOW - 1], ['ada', NOW - 2]),
    );
  });
});

describe('a second factor on a device', () => {
  const shown = { ...fresh, second: true };
  const find = (memories: readonly DeviceMemory[], devicesSince = 0, now = NOW): string | undefined =>
    deviceWithSecondFactor(memories, account('ada', devicesSince), now);

  test('is remembered where it was shown, and not by a sign-in without one', () => {
    const [first, second] = [withSignIn([], account('ada'), fresh), withSignIn([], account('ada'), shown)];
    expect([find([first]), find([second])]).toEqual([undefined, 'fresh']);
    expect(deviceWithSecondFactor([second], account('eve'), NOW)).toBeUndefined();
  });

  test('stays remembered when the first factor is shown there again, until the devices of the account end', () => {
    const later = withSignIn([withSignIn([], account('ada'), shown)], account('ada'), { ...fresh, now: NOW + 9 });
    expect([find([later]), find([later], NOW + 1), find([later], 0, NOW + REMEMBERED)]).toEqual([
      'fresh',
      undefined,
      undefined,
    ]);
    expect(parseDeviceMemory(writeDeviceMemory(later))).toEqual(later);
  });
});

test('a memory is written and read whole; another version, or another shape, is none', () => {
  const own = memory('d', ['ada', NOW], ['eve', 3]);
  expect(JSON.parse(writeDeviceMemory(own))).toEqual({ v: 1, ...own });
  expect(parseDeviceMemory(writeDeviceMemory(own))).toEqual(own);
  for (const text of [
    'null',
    '{}',
    '[]',
    '{"v":2,"device":"d","accounts":[]}',
    '{"v":1,"accounts":[]}',
    '{"v":1,"device":"d"}',
  ])
    expect(parseDeviceMemory(text)).toBeUndefined();
  expect(parseDeviceMemory('{"v":1,"device":"d","accounts":[{"identity":1,"since":1},null]}')).toEqual(memory('d'));
});
