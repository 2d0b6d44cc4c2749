import { describe, expect, test } from 'vitest';
import type { Credential } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import { storedKeys } from '../ceremony/stored-key.ts';
import { handleFrom, handlesOf, identifierOf, withKey, withoutKey } from './handles.ts';

const handle = (letter: string): Buffer => Buffer.from(letter.repeat(64));
const key = (id: string) => ({ id: Buffer.from(id).toString('base64'), public_key: 'AQ==' });

/** A credential as another server has stored it: its keys do not say their handles. */
const imported = (letters: string, ...ids: readonly string[]): Credential => ({
  type: 'passkey',
  identifiers: [...letters].map((letter) => handle(letter).toString() as Identifier),
  config: { credentials: ids.map(key), user_handle: handle(letters.at(-1) ?? '').toString('base64') },
  version: 1,
  createdAt: 0,
  updatedAt: 0,
});
const added = (credential: Credential | undefined, id: string, letter: string): Credential => ({
  ...imported('a'),
  ...withKey(credential, key(id), handle(letter)),
});
const letters = ({ identifiers }: { readonly identifiers: readonly Identifier[] }): string =>
  identifiers.map((each) => each.charAt(0)).join('');
const removed = (credential: Credential, id: string) => {
  const gone = storedKeys(credential).find((each) => each.id.toString() === id);
  if (gone === undefined) throw new Error(id);
  return withoutKey(credential, gone);
};

test('A new handle is 64 letters and digits, which are its identifier.', () => {
  const made = handleFrom(Buffer.alloc(32, 0xa7));
  expect(identifierOf(made)).toMatch(/^[a-z0-9]{64}$/);
});

test.each([
  ['none', Buffer.alloc(0)],
  ['more than 64 bytes', Buffer.alloc(65, 0x61)],
  ['no text', Buffer.from([0xff, 0xfe])],
])('A handle of %s is nobody’s identifier.', (_about, bytes) => {
  expect(identifierOf(bytes)).toBeUndefined();
});

describe('identifiers', () => {
  test('come with each key and go with it', () => {
    const both = added(added(undefined, 'one', 'a'), 'two', 'b');
    expect(letters(both)).toBe('ab');
    expect(letters(removed(both, 'one'))).toBe('b');
    const { config, ...left } = removed(both, 'two');
    expect(letters(left)).toBe('a');
    // The handle that the credential names is one that it still has.
    expect(config?.['user_handle']).toBe(handle('a').toString('base64'));
  });

  test('stay while a key is left that does not say its handle', () => {
    const two = imported('ab', 'one', 'two');
    expect(letters(removed(two, 'one'))).toBe('ab');
    const three = added(two, 'three', 'c');
    expect(letters(removed(three, 'three'))).toBe('ab');
    expect(letters(removed(three, 'one'))).toBe('abc');
  });

  test('of keys that say theirs are all that is left when the others are gone', () => {
    const mixed = added(imported('a', 'one'), 'two', 'b');
    expect(letters(removed(mixed, 'one'))).toBe('b');
  });

  test('are gone with the last key, and so is the credential', () => {
    expect(removed(imported('a', 'one'), 'one')).toEqual({ config: undefined, identifiers: [] });
  });
});

test('An authenticator may tell any handle that the credential knows.', () => {
  const told = handlesOf(added(imported('a', 'one'), 'two', 'b')).map((each) => each.toString().charAt(0));
  expect(new Set(told)).toEqual(new Set(['a', 'b']));
});
