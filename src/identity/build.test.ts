import { beforeAll, describe, expect, test } from 'vitest';

import type { DraftIdentity, Traits } from '../kernel/draft.ts';
import type { Identifier, IdentityId } from '../kernel/id.ts';
import type { Random } from '../kernel/random.ts';
import { changedIdentity, credentialsOf, newIdentity, protectedChange } from './build.ts';
import type { Credential, Identity } from './identity.ts';
import { adminIdentity, publicIdentity } from './json.ts';
import { customer } from './schema.fixture.ts';
import { type IdentitySchema, loadSchemas } from './schema.ts';

const id = '11111111-1111-4111-8111-111111111111' as IdentityId;
const then = Date.UTC(2026, 0, 1);
const later = then + 60_000;
let schema: IdentitySchema;

beforeAll(async () => {
  const source = { id: 'customer', url: 'file:///x', selectable: false, rootIsTraits: false, place: undefined };
  const { schemas } = await loadSchemas({ defaultSchemaId: 'customer', schemas: [source] }, () =>
    Promise.resolve(JSON.stringify(customer)),
  );
  const found = schemas?.get('customer');
  if (found === undefined) throw new Error('No schema.');
  schema = found;
});

/** Ids that come in falling order, so that sorting shows. */
function counting(): Random {
  let next = 9;
  const none = (): never => {
    throw new Error('Not asked for here.');
  };
  return { uuid: () => `id-${next--}`, uuidAt: none, bytes: none, token: none, digits: none };
}

const draft = (traits: Traits, more: Partial<DraftIdentity> = {}): DraftIdentity => ({
  id,
  schemaId: 'customer',
  state: 'active',
  traits,
  metadataPublic: null,
  metadataAdmin: null,
  proved: [],
  version: 0,
  ...more,
});

const ada = { mail: 'Ada@Shop.example', terms: true, login: 'ada_l' };
const making = (now: number, credentials: readonly Credential[] = []) => ({
  now,
  random: counting(),
  credentials,
  factors: { availableAal: () => 'aal1' as const },
});
const made = (more: Partial<DraftIdentity> = {}): Identity => newIdentity(schema, draft(ada, more), making(then));

describe('a new identity', () => {
  test('has a pending address for each that is verified, and one for each that recovers', () => {
    const { verifiableAddresses, recoveryAddresses, traits } = made();
    expect(traits).toEqual(ada);
    expect(verifiableAddresses).toEqual([
      {
        id: 'id-9',
        value: 'ada@shop.example',
        via: 'email',
        verified: false,
        status: 'pending',
        verifiedAt: undefined,
        createdAt: then,
        updatedAt: then,
      },
    ]);
    expect(recoveryAddresses).toEqual([
      { id: 'id-8', value: 'ada@shop.example', via: 'email', createdAt: then, updatedAt: then },
    ]);
  });

  test('has what was proved on the way verified, and only that', () => {
    const proved = (value: string) => made({ proved: [{ via: 'email', value }] }).verifiableAddresses[0];
    expect(proved('ada@shop.example')).toMatchObject({ verified: true, status: 'completed', verifiedAt: then });
    expect(proved('eve@shop.example')).toMatchObject({ verified: false, status: 'pending', verifiedAt: undefined });
  });

  test('is proved by an address that was proved on the way, or by whoever vouches for it, and by nothing else', () => {
    const proved = (value: string) => made({ proved: [{ via: 'email', value }] }).provedAt;
    expect([made().provedAt, proved('eve@shop.example'), proved('ada@shop.example')]).toEqual([
      undefined,
      undefined,
      then,
    ]);
    expect(newIdentity(schema, draft(ada), { ...making(then), vouched: true }).provedAt).toBe(then);
  });

  test('is never made from traits that nobody checked', () => {
    expect(() => newIdentity(schema, draft({ mail: 'nobody', terms: true }), making(then))).toThrow(
      'traits.mail 4000040',
    );
  });
});

describe('a changed identity', () => {
  const verified = (): Identity => made({ proved: [{ via: 'email', value: 'ada@shop.example' }] });
  const change = (before: Identity, traits: Traits, more: Partial<DraftIdentity> = {}) =>
    changedIdentity(schema, before, draft(traits, { version: before.version, ...more }), making(later));

  test('keeps an address that only changed its spelling, with its id and its verification', () => {
    const before = verified();
    const after = change(before, { ...ada, mail: 'ADA@shop.example', children: 2 });
    expect(after.verifiableAddresses).toEqual(before.verifiableAddresses);
    expect(after.recoveryAddresses).toEqual(before.recoveryAddresses);
    expect(after).toMatchObject({ updatedAt: later, createdAt: then, stateChangedAt: then });
  });

  test('stays proved when the address that proved it is gone', () => {
    const after = change(verified(), { ...ada, mail: 'lovelace@shop.example' });
    expect(after.provedAt).toBe(then);
  });

  test('drops an address that is gone and adds the new one unverified', () => {
    const after = change(verified(), { ...ada, mail: 'lovelace@shop.example' });
    expect(after.verifiableAddresses).toMatchObject([{ id: 'id-9', value: 'lovelace@shop.example', verified: false }]);
  });

  test('verifies a pending address once it is proved, under its old id', () => {
    const before = made();
    const after = change(before, ada, { proved: [{ via: 'email', value: 'ada@shop.example' }] });
    expect(after.verifiableAddresses).toMatchObject([
      {
        id: before.verifiableAddresses[0]?.id,
        verified: true,
        status: 'completed',
        verifiedAt: later,
        createdAt: then,
      },
    ]);
  });

  test('says when its state changed', () => {
    expect(change(made(), ada, { state: 'inactive' })).toMatchObject({ state: 'inactive', stateChangedAt: later });
  });

  test.each<[string, Traits, boolean]>([
    ['another address', { ...ada, mail: 'eve@shop.example' }, true],
    ['another login name', { ...ada, login: 'eve' }, true],
    ['no login name any more', { mail: ada.mail, terms: true }, true],
    ['another spelling', { ...ada, mail: 'ada@shop.example' }, false],
    ['another family name', { ...ada, person: { family: 'Ek' } }, false],
  ])('%s is protected or not', (_, traits, expected) => {
    expect(protectedChange(schema, ada, traits)).toBe(expected);
  });
});

describe('credentials', () => {
  const hash = { hashed_password: 'x' };

  test('of types the schema flags are there without a secret', () => {
    expect(credentialsOf(schema, ada, [], [], then)).toEqual([
      {
        type: 'password',
        identifiers: ['ada@shop.example', 'ada_l'],
        config: {},
        version: 0,
        createdAt: then,
        updatedAt: then,
      },
      {
        type: 'code',
        identifiers: ['ada@shop.example'],
        config: { addresses: [{ channel: 'email', address: 'ada@shop.example' }] },
        version: 1,
        createdAt: then,
        updatedAt: then,
      },
    ]);
  });

  test('keep their secret when identifiers change, and stay the same object when nothing does', () => {
    const before = credentialsOf(schema, ada, [{ type: 'password', config: hash }], [], then);
    expect(credentialsOf(schema, { ...ada, children: 1 }, [], before, later)).toEqual(before);
    expect(
      credentialsOf(schema, { ...ada, children: 1 }, [], before, later).every((each) => before.includes(each)),
    ).toBe(true);
    const after = credentialsOf(schema, { ...ada, login: 'countess' }, [], before, later);
    expect(after[0]).toMatchObject({
      config: hash,
      identifiers: ['ada@shop.example', 'countess'],
      createdAt: then,
      updatedAt: later,
    });
    expect(after[1]).toBe(before[1]);
  });

  test('of a provider are named by provider and subject', () => {
    const config = { providers: [{ provider: 'workid', subject: 'A-1' }] };
    const [oidc] = credentialsOf(schema, ada, [{ type: 'oidc', config }], [], then).filter(
      ({ type }) => type === 'oidc',
    );
    expect(oidc?.identifiers).toEqual(['workid:A-1']);
  });

  test('of types no trait names keep their identifiers', () => {
    const totp = credential('totp', {}, [id as string]);
    expect(credentialsOf(schema, ada, [], [totp], later)).toContain(totp);
  });
});

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

describe('on the wire', () => {
  const identity = (): Identity => ({ ...made({ metadataAdmin: { note: 'vip' } }), externalId: 'crm-1' });

  test('an identity shows neither credentials nor what administrators note', () => {
    expect(publicIdentity(identity(), 'https://id.example')).toEqual({
      id,
      external_id: 'crm-1',
      schema_id: 'customer',
      schema_url: 'https://id.example/schemas/Y3VzdG9tZXI',
      state: 'active',
      state_changed_at: '2026-01-01T00:00:00.000Z',
      traits: ada,
      verifiable_addresses: [
        {
          id: 'id-9',
          value: 'ada@shop.example',
          verified: false,
          via: 'email',
          status: 'pending',
          created_at: '2026-01-01T00:00:00.000Z',
          updated_at: '2026-01-01T00:00:00.000Z',
        },
      ],
      recovery_addresses: [
        {
          id: 'id-8',
          value: 'ada@shop.example',
          via: 'email',
          created_at: '2026-01-01T00:00:00.000Z',
          updated_at: '2026-01-01T00:00:00.000Z',
        },
      ],
      metadata_public: null,
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
      organization_id: null,
    });
  });

  test('what is empty is left out', () => {
    const bare = { ...identity(), externalId: undefined, verifiableAddresses: [], recoveryAddresses: [] };
    expect(Object.keys(publicIdentity(bare, ''))).not.toEqual(expect.arrayContaining(['external_id']));
    expect(JSON.stringify(publicIdentity(bare, ''))).not.toContain('addresses');
  });

  test('an administrator sees secrets only of the types asked for', () => {
    const credentials = [
      credential('password', { hashed_password: 'secret-1' }),
      credential('totp', { totp_url: 'secret-2' }),
    ];
    const shown = adminIdentity(identity(), 'https://id.example', credentials, ['password']);
    expect(shown).toMatchObject({
      metadata_admin: { note: 'vip' },
      credentials: { password: { config: { hashed_password: 'secret-1' } } },
    });
    expect(JSON.stringify(shown)).not.toContain('secret-2');
    expect(JSON.stringify(adminIdentity(identity(), '', credentials))).not.toContain('secret-1');
  });

  test("a provider's tokens are not shown even then", () => {
    const oidc = credential('oidc', { providers: [{ provider: 'p', subject: 's', initial_access_token: 'sealed' }] });
    const shown = JSON.stringify(adminIdentity(identity(), '', [oidc], ['oidc']));
    expect(shown).toContain('"subject":"s"');
    expect(shown).not.toContain('sealed');
  });
});
