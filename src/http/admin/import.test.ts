import { describe, expect, test } from 'vitest';

import type { Identifier, IdentityId } from '../../kernel/id.ts';
import type { Credential } from '../../identity/identity.ts';
import type { Json } from '../../kernel/json.ts';
import { mergeImport, prepareImport, readImport, type ImportRules, type Passwords } from './import.ts';

const passwords: Passwords = {
  hash: (password) => Promise.resolve(`hashed ${password}`),
  accepts: (hash) => hash.startsWith('$known$'),
};
const OWNER = '11111111-1111-4111-8111-111111111111' as IdentityId;
const rules: ImportRules = { passwords, wires: [], algorithm: 'argon2', strict: true };

async function imported(credentials: Json, current: readonly Credential[] = []) {
  return mergeImport(await prepareImport(readImport(credentials, rules), passwords), current, OWNER);
}

const link = (provider: string, subject: string) => ({
  subject,
  provider,
  initial_id_token: '',
  initial_access_token: '',
  initial_refresh_token: '',
});

describe('imported credentials', () => {
  test('a password in clear is hashed, and is preferred to a hash beside it', async () => {
    const config = { password: 'tundra', hashed_password: '$known$x' };
    expect(await imported({ password: { config } })).toEqual([
      { type: 'password', config: { hashed_password: 'hashed tundra' } },
    ]);
  });

  test('a known hash is taken as it is', async () => {
    expect(await imported({ password: { config: { hashed_password: '$known$x' } } })).toEqual([
      { type: 'password', config: { hashed_password: '$known$x' } },
    ]);
  });

  test('providers are added to those that are linked, each once', async () => {
    const linked: Credential = {
      type: 'oidc',
      identifiers: ['acme:1' as Identifier],
      config: { providers: [{ ...link('acme', '1'), initial_id_token: 'sealed' }] },
      version: 0,
      createdAt: 1,
      updatedAt: 1,
    };
    const providers = [
      { provider: 'acme', subject: '1' },
      { provider: 'other', subject: '2' },
    ];
    expect(await imported({ oidc: { config: { providers } } }, [linked])).toEqual([
      {
        type: 'oidc',
        config: { providers: [{ ...link('acme', '1'), initial_id_token: 'sealed' }, link('other', '2')] },
      },
    ]);
  });

  test('nothing given is nothing changed', async () => {
    expect(await imported(null)).toEqual([]);
    expect(await imported({ password: null, oidc: { config: { providers: [] } } })).toEqual([]);
  });

  test.each<[string, Json]>([
    ['a hash nobody knows', { password: { config: { hashed_password: '$rot13$x' } } }],
    ['neither password nor hash', { password: { config: {} } }],
    ['a password that is no text', { password: { config: { password: ['a'] } } }],
    ['a password longer than anybody could type', { password: { config: { password: 'x'.repeat(1_025) } } }],
    ['a migration hook', { password: { config: { use_password_migration_hook: true } } }],
    ['an unknown member', { password: { config: { password: 'a', pepper: 'b' } } }],
    ['a type of another build', { totp: { config: { totp_url: 'otpauth://x' } } }],
    ['providers that are no list', { oidc: { config: { providers: {} } } }],
    ['a provider without subject', { oidc: { config: { providers: [{ provider: 'acme' }] } } }],
    ['a subject that is no text', { oidc: { config: { providers: [{ provider: 'acme', subject: 7 }] } } }],
    ['credentials that are no object', 'password'],
  ])('are refused for %s', (_what, credentials) => {
    expect(() => readImport(credentials, rules)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('a password that bcrypt would cut is refused', () => {
    const credentials = { password: { config: { password: 'x'.repeat(73) } } };
    expect(() => readImport(credentials, { ...rules, algorithm: 'bcrypt' })).toThrow('72 bytes');
    expect(readImport(credentials, rules).password).toEqual({ clear: 'x'.repeat(73) });
  });

  test('unknown members count for nothing where the wire ignores them', () => {
    const credentials = { password: { config: { password: 'a', pepper: 'b' }, more: 1 } };
    expect(readImport(credentials, { ...rules, strict: false }).password).toEqual({ clear: 'a' });
  });
});
