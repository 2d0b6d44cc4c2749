import { describe, expect, test } from 'vitest';
import type { Identifier, IdentityId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { changesBetween, type Account } from './changes.ts';
import type { Credential } from './identity.ts';

interface Shape {
  readonly verifiable?: readonly string[];
  readonly recovery?: readonly string[];
  readonly phone?: readonly string[];
  readonly names?: readonly string[];
  readonly configs?: Readonly<Record<string, JsonObject>>;
}

function account({ verifiable = [], recovery = [], phone = [], names = [], configs = {} }: Shape): Account {
  const times = { createdAt: 1, updatedAt: 1 };
  const address = (via: 'email' | 'sms', value: string) => ({
    id: value,
    via,
    value,
    verified: false,
    status: 'pending' as const,
    verifiedAt: undefined,
    ...times,
  });
  const named: Readonly<Record<string, readonly string[]>> = {
    password: [...names, ...verifiable],
    totp: ['its owner'],
    oidc: ['acme:1'],
  };
  const credential = (type: string, config: JsonObject): Credential => ({
    type,
    identifiers: (named[type] ?? []) as unknown as readonly Identifier[],
    config,
    version: 0,
    ...times,
  });
  return {
    identity: {
      id: '11111111-1111-4111-8111-111111111111' as IdentityId,
      externalId: undefined,
      schemaId: 'person',
      state: 'active',
      stateChangedAt: 1,
      traits: {},
      metadataPublic: null,
      metadataAdmin: null,
      verifiableAddresses: [
        ...verifiable.map((value) => address('email', value)),
        ...phone.map((value) => address('sms', value)),
      ],
      recoveryAddresses: recovery.map((value) => address('email', value)),
      availableAal: 'aal1',
      provedAt: 0,
      madeFrom: undefined,
      devicesSince: 1,
      version: 1,
      ...times,
    },
    credentials: Object.entries({ password: {}, ...configs }).map(([type, config]) => credential(type, config)),
  };
}

const secret = (hash: string): NonNullable<Shape['configs']> => ({ password: { hashed_password: hash } });
const linked = (...subjects: readonly string[]): NonNullable<Shape['configs']> => ({
  oidc: { providers: subjects.map((subject) => ({ provider: 'acme', subject })) },
});
const keys = (...ids: readonly string[]): NonNullable<Shape['configs']> => ({
  webauthn: { credentials: ids.map((id) => ({ id, authenticator: { sign_count: 1 } })), user_handle: 'h' },
});

describe('between two states of an account', () => {
  const cases: readonly (readonly [string, Shape, Shape, readonly unknown[]])[] = [
    ['nothing', { verifiable: ['a'], configs: secret('x') }, { verifiable: ['a'], configs: secret('x') }, []],
    ['a password is replaced', { configs: secret('x') }, { configs: secret('y') }, [{ what: 'password.changed' }]],
    ['a first password', {}, { configs: secret('x') }, [{ what: 'credential.added', type: 'password' }]],
    ['no password any more', { configs: secret('x') }, {}, [{ what: 'credential.removed', type: 'password' }]],
    [
      'an address is replaced, whatever it is for',
      { verifiable: ['a'], recovery: ['a'] },
      { verifiable: ['b'], recovery: ['b'] },
      [{ what: 'address.changed', type: 'email', gone: ['a'] }],
    ],
    [
      'only the recovery address',
      { verifiable: ['a'], recovery: ['a'] },
      { verifiable: ['a'], recovery: ['b'] },
      [{ what: 'address.changed', type: 'email', gone: [] }],
    ],
    [
      'an address is added',
      { verifiable: ['a'] },
      { verifiable: ['a', 'b'] },
      [{ what: 'address.changed', type: 'email', gone: [] }],
    ],
    ['a phone number', { phone: ['+1'] }, {}, [{ what: 'address.changed', type: 'sms', gone: ['+1'] }]],
    [
      'a name to sign in with',
      { names: ['ada'] },
      { names: ['eve'] },
      [{ what: 'address.changed', type: 'identifier', gone: ['ada'] }],
    ],
    ['a provider', {}, { configs: linked('1') }, [{ what: 'credential.added', type: 'oidc' }]],
    [
      'one of two',
      { configs: linked('1', '2') },
      { configs: linked('2') },
      [{ what: 'credential.removed', type: 'oidc' }],
    ],
    ['a key', { configs: keys('k') }, { configs: keys('k', 'l') }, [{ what: 'credential.added', type: 'webauthn' }]],
    [
      'a counter of a key',
      { configs: keys('k') },
      { configs: { webauthn: { credentials: [{ id: 'k', authenticator: { sign_count: 2 } }] } } },
      [],
    ],
    ['an app for codes', {}, { configs: { totp: { totp_url: 'x' } } }, [{ what: 'credential.added', type: 'totp' }]],
    ['codes that follow from addresses', {}, { configs: { code: { addresses: [] } } }, []],
  ];
  test.each(cases)('%s', (_, before, after, changes) => {
    expect(changesBetween(account(before), account(after))).toEqual(changes);
  });
});
