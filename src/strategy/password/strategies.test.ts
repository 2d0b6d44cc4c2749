import { beforeAll, describe, expect, test } from 'vitest';

import type { Node } from '../../flow/json.ts';
import type { Identity } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { PasswordHash, SessionId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import {
  ada,
  counting,
  customerSchemas,
  form,
  json,
  passwordOf,
  people,
  guarded,
  attemptContext,
  view,
} from '../attempt-context.fixture.ts';
import type { Attempt, Strategy } from '../strategy.ts';
import type { Hasher } from './hasher.ts';
import { createPasswordLogin } from './login.ts';
import { createPolicy } from './policy.ts';
import { createPasswordRegistration } from './registration.ts';
import { createPasswordSettings } from './settings.ts';

let schemas: IdentitySchemas;
beforeAll(async () => {
  schemas = await customerSchemas();
});

const clock = { now: () => 1_000 };
const proof = { method: 'password', aal: 'aal1', completedAt: 1_000 };

/** A hasher that takes no time: the hash of `x` is `hash of x`; what begins with `old` is of yesterday. */
function plainHasher(more: Partial<Hasher> = {}) {
  const done: string[] = [];
  const hasher: Hasher = {
    admit: () => void done.push('admit'),
    hash(password) {
      done.push('hash');
      return Promise.resolve(`hash of ${password}` as PasswordHash);
    },
    verify(password, hash) {
      done.push('verify');
      return Promise.resolve(hash === `hash of ${password}` || hash === `old hash of ${password}`);
    },
    signIn(password, hash) {
      done.push('sign in');
      return Promise.resolve(hash === `hash of ${password}` || hash === `old hash of ${password}`);
    },
    stale: (hash) => hash.startsWith('old'),
    read: () => undefined,
    tries: () => true,
    ...more,
  };
  return { hasher, done };
}

const shape = (nodes: readonly Node[]) =>
  nodes.map(({ group, attributes, meta }) => [
    'name' in attributes ? attributes.name : '',
    'type' in attributes ? attributes.type : '',
    group,
    'value' in attributes ? attributes.value : undefined,
    meta.label?.id,
  ]);
const told = (attempt: Attempt) =>
  attempt.kind === 'reject' ? attempt.messages.map(({ id, at }) => [id, at]) : attempt.kind;

describe('login', () => {
  const start = (
    hash: string | undefined,
    more: { identity?: Identity; hasher?: Partial<Hasher>; leadsOn?: boolean } = {},
  ) => {
    const { reads, asked } = people(more.identity ?? ada, [passwordOf(hash)]);
    const { hasher, done } = plainHasher(more.hasher);
    const strategy = createPasswordLogin({
      name: 'password',
      schemas,
      identities: reads,
      hasher,
      clock,
      random: counting(),
      leadsOn: () => more.leadsOn ?? false,
    });
    return { strategy, asked, done };
  };
  const body = (identifier: string, password: string) => json({ identifier, password });

  test('signs in with the right password, whatever the spelling of the identifier', async () => {
    const { strategy } = start('hash of secret');
    expect(await strategy.attempt(body(' ADA@shop.example', 'secret'), attemptContext({}))).toEqual({
      kind: 'accept',
      values: { identifier: ' ADA@shop.example' },
      identity: ada,
      draft: {
        identity: {
          id: ada.id,
          schemaId: 'customer',
          state: 'active',
          traits: ada.traits,
          metadataPublic: ada.metadataPublic,
          metadataAdmin: ada.metadataAdmin,
          proved: [],
          version: 7,
        },
        session: { id: 'id-1' },
      },
      writes: { proof },
    });
  });

  test.each<[string, string, string | undefined, Partial<Identity>]>([
    ['a stranger', 'eve@shop.example', 'hash of secret', {}],
    ['a wrong password', 'ada@shop.example', 'hash of another', {}],
    ['somebody without password', 'ada@shop.example', undefined, {}],
    ['an empty hash', 'ada@shop.example', '', {}],
    ['a wrong password of somebody locked out', 'ada@shop.example', 'hash of another', { state: 'inactive' }],
  ])('%s is told the same, after the same work', async (_, identifier, hash, more) => {
    const { strategy, asked, done } = start(hash, { identity: { ...ada, ...more } });
    const answer = await strategy.attempt(body(identifier, 'secret'), attemptContext({}));
    expect(answer).toEqual({
      kind: 'reject',
      values: { identifier },
      messages: [expect.objectContaining({ id: 4000006 })],
      // For the operator's events; no answer has it.
      identity: identifier === 'ada@shop.example' ? ada.id : undefined,
    });
    expect(asked).toEqual([`findByIdentifier password ${identifier}`]);
    expect(done).toEqual(['sign in']);
  });

  test('where some hashes are not tried, everybody who is refused hears of the recovery', async () => {
    for (const [identifier, hash] of [
      ['eve@shop.example', 'hash of secret'],
      ['ada@shop.example', 'hash of another'],
      ['ada@shop.example', undefined],
    ] as const) {
      const { strategy } = start(hash, { leadsOn: true });
      const answer = await strategy.attempt(body(identifier, 'secret'), attemptContext({}));
      expect(answer).toMatchObject({ kind: 'reject', messages: [{ id: 4000006 }, { id: 1900009, type: 'info' }] });
    }
  });

  test('somebody locked out is told so only after the right password', async () => {
    const { strategy } = start('hash of secret', { identity: { ...ada, state: 'inactive' } });
    const answer = strategy.attempt(body('ada@shop.example', 'secret'), attemptContext({}));
    expect(await answer).toMatchObject({ kind: 'reject', messages: [{ id: 4010011 }] });
  });

  test.each<[JsonObject, readonly unknown[]]>([
    [
      {},
      [
        [4000002, 'identifier'],
        [4000002, 'password'],
      ],
    ],
    [{ identifier: 'ada', password: '' }, [[4000002, 'password']]],
    [{ identifier: '', password: 'x' }, [[4000002, 'identifier']]],
  ])('%j lacks something, and nothing is looked up', async (sent, expected) => {
    const { strategy, asked, done } = start('hash of secret');
    expect(told(await strategy.attempt(json(sent), attemptContext({})))).toEqual(expected);
    expect([asked, done]).toEqual([[], []]);
  });

  test('what is no text is refused before it reaches a query', async () => {
    const { strategy, asked } = start('hash of secret');
    for (const identifier of [['a'], { a: 1 }, 1]) {
      const sent = json({ identifier, password: 'x' } as JsonObject);
      await expect(strategy.attempt(sent, attemptContext({}))).rejects.toMatchObject({ code: 'bad_request' });
      expect(strategy.guards(sent, guarded)).toEqual([]);
    }
    expect(asked).toEqual([]);
  });

  test('a hash of yesterday is made anew, and a failure of that is no failure to sign in', async () => {
    const { strategy } = start('old hash of secret');
    expect(await strategy.attempt(body('ada@shop.example', 'secret'), attemptContext({}))).toMatchObject({
      writes: { rehash: { config: { hashed_password: 'hash of secret' } } },
    });
    const full = start('old hash of secret', {
      hasher: { hash: () => Promise.reject(new SallyportError('overloaded', 'full')) },
    });
    const answer = await full.strategy.attempt(body('ada@shop.example', 'secret'), attemptContext({}));
    expect(answer).toMatchObject({ kind: 'accept', writes: { proof } });
    expect(answer).not.toHaveProperty('writes.rehash');
  });

  test('too many at once are sent away before anything is looked up', () => {
    const { strategy, asked } = start('hash of secret', {
      hasher: {
        admit() {
          throw new SallyportError('overloaded', 'full', { retryAfter: 1 });
        },
      },
    });
    expect(() => strategy.admit?.({ network: undefined, known: false }, undefined)).toThrow('full');
    expect(asked).toEqual([]);
  });

  test('who confirms keeps the session, who turns out to be somebody else gets another', async () => {
    const { strategy } = start('hash of secret');
    const at = attemptContext({ page: 'confirm', refresh: true, sessionId: 'mine' as SessionId, identity: ada });
    expect(await strategy.attempt(body('ada@shop.example', 'secret'), at)).toMatchObject({
      draft: { session: { id: 'mine' } },
    });
    const other = { ...at, identity: { ...ada, id: 'other' as Identity['id'] } };
    expect(await strategy.attempt(body('ada@shop.example', 'secret'), other)).toMatchObject({
      draft: { session: { id: 'id-1' } },
    });
  });

  test('every spelling of an identifier has the same budget, known or not', () => {
    const { strategy } = start(undefined);
    const subjects = ['ada@shop.example', 'ADA@shop.example ', 'ａda@shop.example', 'a\u200bda@shop.example'].map(
      (identifier) => strategy.guards(body(identifier, 'x'), guarded).at(-1),
    );
    expect(new Set(subjects.map((key) => key?.subject))).toEqual(new Set(['ada@shop.example']));
    expect(strategy.guards(body('nobody', 'x'), { ...guarded, network: '192.0.2.7/32' })).toEqual([
      { budget: 'networkFailures', subject: '192.0.2.7/32' },
      { budget: 'passwordFailures', subject: 'nobody 192.0.2.7/32' },
      { budget: 'strangerFailures', subject: 'nobody' },
    ]);
  });

  const owned = { password: passwordOf('x').identifiers };
  test.each<[string, Parameters<typeof view>[0], readonly unknown[]]>([
    [
      'the form',
      { values: { identifier: 'ada' } },
      [
        ['identifier', 'text', 'default', 'ada', 1070004],
        ['password', 'password', 'password', undefined, 1070001],
        ['method', 'submit', 'password', 'password', 1010022],
      ],
    ],
    [
      'the second step',
      { page: 'credentials' },
      [
        ['password', 'password', 'password', undefined, 1070001],
        ['method', 'submit', 'password', 'password', 1010022],
      ],
    ],
    [
      'a confirmation',
      { page: 'confirm', refresh: true, owned },
      [
        ['identifier', 'hidden', 'default', 'ada@shop.example', undefined],
        ['password', 'password', 'password', undefined, 1070001],
        ['method', 'submit', 'password', 'password', 1010001],
      ],
    ],
    ['a confirmation of somebody without password', { page: 'confirm', refresh: true }, []],
  ])('shows %s', (_, more, expected) => {
    expect(shape(start('x').strategy.nodes(view(more)))).toEqual(expected);
  });
});

const policy = () =>
  createPolicy({
    settings: {
      enabled: true,
      minLength: 8,
      similarityCheck: true,
      contextWords: [],
      breachCheck: { enabled: false, host: '', max: 0, ignoreNetworkErrors: true },
    },
    algorithm: 'argon2',
    words: [],
    common: () => Promise.resolve(false),
    breaches: () => Promise.resolve(0),
  });

describe('registration', () => {
  const start = (): { strategy: Strategy; done: string[] } => {
    const { hasher, done } = plainHasher();
    return {
      strategy: createPasswordRegistration({
        name: 'password',
        schemas,
        hasher,
        policy: policy(),
        clock,
        random: counting(),
      }),
      done,
    };
  };
  const at = attemptContext({ kind: 'registration' });
  const traits = { mail: 'kai10@shop.example', terms: true };

  test('makes a draft with the ids that will be stored, and keeps the hash beside it', async () => {
    const { strategy } = start();
    const answer = await strategy.attempt(json({ traits, password: 'clouds over the harbour' }), at);
    expect(answer).toEqual({
      kind: 'accept',
      values: { 'traits.mail': 'kai10@shop.example', 'traits.terms': true },
      draft: {
        identity: {
          id: 'id-1',
          schemaId: 'customer',
          state: 'active',
          traits,
          metadataPublic: null,
          metadataAdmin: null,
          proved: [],
          version: 0,
        },
        session: { id: 'id-2' },
      },
      writes: {
        proof,
        credentials: [{ type: 'password', config: { hashed_password: 'hash of clouds over the harbour' } }],
      },
    });
    expect(JSON.stringify(answer.kind === 'accept' && [answer.draft, answer.values])).not.toContain('clouds');
  });

  test('takes the texts of a form for the types of the schema', async () => {
    const { strategy } = start();
    const sent = form(
      ['traits.mail', 'kai10@shop.example'],
      ['traits.terms', 'false'],
      ['traits.terms', 'true'],
      ['traits.children', '3'],
      ['traits.login', ''],
      ['password', 'clouds over the harbour'],
    );
    expect(await strategy.attempt(sent, at)).toMatchObject({
      draft: { identity: { traits: { ...traits, children: 3 } } },
    });
  });

  test.each<[string, JsonObject, readonly unknown[]]>([
    ['a missing password', { traits }, [[4000002, 'password']]],
    [
      'wrong traits',
      { traits: { mail: 'kai at home' }, password: 'clouds over the harbour' },
      [
        [4000002, 'traits.terms'],
        [4000040, 'traits.mail'],
      ],
    ],
    ['a short password', { traits, password: 'weak' }, [[4000032, 'password']]],
    ['a password like the address', { traits, password: 'kai10@shop.example' }, [[4000031, 'password']]],
  ])('%s is told, and nothing is hashed', async (_, sent, expected) => {
    const { strategy, done } = start();
    expect(told(await strategy.attempt(json(sent), at))).toEqual(expected);
    expect(done).not.toContain('hash');
  });

  test('sets nothing but traits, whatever the body says', async () => {
    const { strategy } = start();
    const more = {
      state: 'inactive',
      schema_id: 'x',
      metadata_admin: { a: 1 },
      metadata_public: { a: 1 },
      id: 'mine',
      external_id: 'x',
    };
    const answer = await strategy.attempt(json({ traits, password: 'clouds over the harbour', ...more }), at);
    expect(answer).toMatchObject({
      draft: { identity: { id: 'id-1', state: 'active', schemaId: 'customer', metadataAdmin: null } },
    });
  });

  test('the second page carries the traits along, and shows those that are wrong', () => {
    const { strategy } = start();
    const nodes = (messages: Parameters<typeof view>[0]['messages']) =>
      strategy.nodes(
        view({
          kind: 'registration',
          page: 'credentials',
          values: { 'traits.mail': 'x' },
          ...(messages && { messages }),
        }),
      );
    const types = (all: readonly Node[]) => new Map(shape(all).map(([name, type]) => [name, type]));
    expect(types(nodes([])).get('traits.mail')).toBe('hidden');
    const wrong = types(nodes([{ id: 4000040, text: '', type: 'error', at: 'traits.mail' }]));
    expect([wrong.get('traits.mail'), wrong.get('traits.login')]).toEqual(['email', 'hidden']);
  });
});

describe('settings', () => {
  const start = (hash: string | undefined = 'hash of old password') => {
    const { reads } = people(ada, [passwordOf(hash)]);
    const { hasher, done } = plainHasher();
    return {
      strategy: createPasswordSettings({ name: 'password', identities: reads, hasher, policy: policy() }),
      done,
    };
  };
  const at = attemptContext({ kind: 'settings', identity: ada });
  const config = { hashed_password: 'hash of clouds over the harbour' };
  const fresh = json({ password: 'clouds over the harbour' });

  test('a fresh session changes the password of the row that was read', async () => {
    expect(await start().strategy.attempt(fresh, at)).toMatchObject({
      kind: 'accept',
      draft: { identity: { id: ada.id, version: 7, traits: ada.traits } },
      writes: { credentials: [{ type: 'password', config }] },
    });
  });

  test('an old session puts the hash aside, and nothing else', async () => {
    const answer = await start().strategy.attempt(fresh, { ...at, privileged: false });
    expect(answer).toMatchObject({ kind: 'hold', writes: { vault: { kind: 'held:password', value: config } } });
    expect(answer).not.toHaveProperty('writes.credentials');
  });

  test('an old session learns nothing about the present password', async () => {
    const { strategy, done } = start('hash of old password');
    const answer = await strategy.attempt(json({ password: 'old password' }), { ...at, privileged: false });
    expect(answer.kind).toBe('hold');
    expect(done).not.toContain('verify');
  });

  test('the way back takes up what was put aside, without a body', async () => {
    const answer = await start().strategy.attempt(json({}), { ...at, page: 'held', returned: true, vault: config });
    expect(answer).toMatchObject({ kind: 'accept', writes: { credentials: [{ type: 'password', config }] } });
  });

  test('the way back without a fresh proof puts it aside again', async () => {
    const back = { ...at, page: 'held', returned: true, privileged: false, vault: config } as const;
    const answer = await start().strategy.attempt(json({}), back);
    expect(answer).toMatchObject({ kind: 'hold', writes: { vault: { kind: 'held:password', value: config } } });
  });

  test('a submit on the held page is a submit', async () => {
    const answer = await start().strategy.attempt(json({}), { ...at, page: 'held', vault: config });
    expect(told(answer)).toEqual([[4000002, 'password']]);
  });

  test.each<[string, string, string | undefined, readonly unknown[]]>([
    ['the same password', 'old password', 'hash of old password', [[4000039, 'password']]],
    ['a short one', 'weak', 'hash of old password', [[4000032, 'password']]],
    ['one like the address', 'ada@shop.example', undefined, [[4000031, 'password']]],
  ])('%s is refused', async (_, password, hash, expected) => {
    expect(told(await start(hash).strategy.attempt(json({ password }), at))).toEqual(expected);
  });

  test('somebody whom nothing identifies cannot set one', async () => {
    const { reads } = people(ada, []);
    const strategy = createPasswordSettings({
      name: 'password',
      identities: reads,
      hasher: plainHasher().hasher,
      policy: policy(),
    });
    expect(told(await strategy.attempt(fresh, at))).toEqual([[4000009, undefined]]);
  });
});
