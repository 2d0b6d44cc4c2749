import { expect, test } from 'vitest';
import type { Credential } from '../../identity/identity.ts';
import type { Identifier, IdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { keysWire } from './keys-wire.ts';

const owner = '11111111-1111-4111-8111-111111111111' as IdentityId;
const passkeys = keysWire({ type: 'passkey', byHandle: true });
const keys = keysWire({ type: 'webauthn', byHandle: false });
const bytes = (text: string): string => Buffer.from(text).toString('base64');
const key = (id: string, more: JsonObject = {}): JsonObject => ({ id: bytes(id), public_key: bytes('cose'), ...more });
const stored = (config: JsonObject, identifiers: readonly string[]): Credential => ({
  type: 'passkey',
  identifiers: identifiers as readonly Identifier[],
  config,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
});

test('an imported passkey is stored whole, and found by its handle', () => {
  const given = {
    user_handle: bytes('handle'),
    credentials: [key('one', { added_at: '2026-01-02T03:04:05Z', is_passwordless: true, transport: ['usb'] })],
  };
  expect(passkeys.read(given)({ owner, before: undefined })).toEqual({
    identifiers: ['handle'],
    config: {
      user_handle: bytes('handle'),
      credentials: [
        {
          id: bytes('one'),
          public_key: bytes('cose'),
          attestation_type: 'none',
          authenticator: { sign_count: 0 },
          display_name: '',
          added_at: '2026-01-02T03:04:05.000Z',
          is_passwordless: true,
          transport: ['usb'],
        },
      ],
    },
  });
});

test('a key with the id of a stored one takes its place; the others stay, and so does the handle', () => {
  const before = stored({ user_handle: bytes('old'), credentials: [key('one'), key('two')] }, ['old']);
  const { config, identifiers } = keys.read({ credentials: [key('one', { display_name: 'blue' })] })({ owner, before });
  expect(config).toMatchObject({
    user_handle: bytes('old'),
    credentials: [{ id: bytes('two') }, { id: bytes('one'), display_name: 'blue' }],
  });
  expect(identifiers).toBeUndefined();
  const more = passkeys.read({ user_handle: bytes('new'), credentials: [key('three')] })({ owner, before });
  expect(more.identifiers).toEqual(['old', 'new']);
});

test('the handle of security keys is any bytes: nobody is found by it', () => {
  const user_handle = Buffer.from('8fcc264e9f6d4fd7b69e924db9fd0563', 'hex').toString('base64');
  const given = { user_handle, credentials: [key('one')] };
  expect(keys.read(given)({ owner, before: undefined }).config).toMatchObject({ user_handle });
  expect(() => passkeys.read(given)).toThrow('no text in UTF-8');
});

test.each<[string, JsonObject]>([
  ['no handle', { credentials: [key('one')] }],
  ['no key', { user_handle: bytes('handle'), credentials: [] }],
  ['keys that are no list', { user_handle: bytes('handle'), credentials: 'one' }],
  ['a key that is no object', { user_handle: bytes('handle'), credentials: ['one'] }],
  ['an id that is no base64', { user_handle: bytes('handle'), credentials: [{ ...key('one'), id: 'a b' }] }],
  ['an id of 1,024 bytes', { user_handle: bytes('handle'), credentials: [key('x'.repeat(1_024))] }],
  ['no public key', { user_handle: bytes('handle'), credentials: [{ id: bytes('one') }] }],
  ['a key twice', { user_handle: bytes('handle'), credentials: [key('one'), key('one')] }],
  ['a handle of 65 bytes', { user_handle: bytes('h'.repeat(65)), credentials: [key('one')] }],
  ['a handle that is no text', { user_handle: '/w==', credentials: [key('one')] }],
  ['a mode that is no Boolean', { user_handle: bytes('h'), credentials: [key('one', { is_passwordless: 'no' })] }],
  ['a time that is none', { user_handle: bytes('h'), credentials: [key('one', { added_at: 'soon' })] }],
  ['a counter below 0', { user_handle: bytes('h'), credentials: [key('one', { authenticator: { sign_count: -1 } })] }],
])('is refused with %s', (_, given) => {
  expect(() => passkeys.read(given)).toThrow(/^credentials\.passkey/);
});
