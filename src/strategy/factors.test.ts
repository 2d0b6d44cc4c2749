import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import type { Credential } from '../identity/identity.ts';
import type { Identifier } from '../kernel/id.ts';
import { createFactors } from './factors.ts';
import { METHODS } from './methods.ts';

const then = Date.UTC(2026, 0, 1);

function factorsWith(codes: { readonly passwordless: boolean; readonly mfa: boolean }) {
  const off = Object.fromEntries(METHODS.map(({ name }) => [name, { enabled: false }]));
  const config = { methods: { ...off, code: { enabled: true, ...codes } } } as unknown as Config; // all that is read of it
  return createFactors(METHODS, config);
}

function credential(
  type: Credential['type'],
  value: Credential['config'],
  identifiers: readonly string[] = ['x'],
): Credential {
  return {
    type,
    identifiers: identifiers as readonly Identifier[],
    config: value,
    version: 0,
    createdAt: then,
    updatedAt: then,
  };
}

/** Whatever a key is: ids and keys are bytes in base64. */
const key = { id: 'AQ==', public_key: 'AQ==' };

test.each<[string, readonly Credential[], { passwordless?: boolean; mfa?: boolean }, string]>([
  ['nothing', [], {}, 'aal0'],
  ['a password entry without password', [credential('password', {})], {}, 'aal0'],
  ['a password without identifier', [credential('password', { hashed_password: 'x' }, [])], {}, 'aal0'],
  ['a password', [credential('password', { hashed_password: 'x' })], {}, 'aal1'],
  ['codes for everybody', [], { passwordless: true }, 'aal1'],
  ['a provider', [credential('oidc', { providers: [{ provider: 'p', subject: 's' }] }, ['p:s'])], {}, 'aal1'],
  [
    'an authenticator',
    [credential('password', { hashed_password: 'x' }), credential('totp', { totp_url: 'otpauth://x' })],
    {},
    'aal2',
  ],
  ['backup codes', [credential('lookup_secret', { recovery_codes: [{ code: 'x' }] })], {}, 'aal2'],
  ['a code address', [credential('code', { addresses: [{ channel: 'email', address: 'x' }] })], { mfa: true }, 'aal2'],
  ['a code address, codes being no factor', [credential('code', { addresses: [{}] })], {}, 'aal0'],
  [
    'a key that asks for a password',
    [credential('webauthn', { credentials: [{ ...key, is_passwordless: false }] })],
    {},
    'aal2',
  ],
  [
    'a key that asks for none',
    [credential('webauthn', { credentials: [{ ...key, is_passwordless: true }] })],
    {},
    'aal1',
  ],
])('%s reaches a level', (_, credentials, { passwordless = false, mfa = false }, expected) => {
  expect(factorsWith({ passwordless, mfa }).availableAal(credentials)).toBe(expected);
});
