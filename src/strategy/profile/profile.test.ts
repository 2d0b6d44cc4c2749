import { beforeAll, describe, expect, test } from 'vitest';

import type { IdentitySchemas } from '../../identity/schema.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { createIdentifierFirst } from '../identifier-first/login.ts';
import {
  ada,
  customerSchemas,
  form,
  json,
  passwordOf,
  people,
  attemptContext,
  view,
} from '../attempt-context.fixture.ts';
import type { Attempt, Strategy, View } from '../strategy.ts';
import { createProfileRegistration } from './registration.ts';
import { createProfileSettings } from './settings.ts';

let schemas: IdentitySchemas;
beforeAll(async () => {
  schemas = await customerSchemas();
});

const told = (attempt: Attempt) => ('messages' in attempt ? attempt.messages.map(({ id, at }) => [id, at]) : []);
const drawn = (strategy: Strategy, more: Partial<View>) =>
  strategy
    .nodes(view(more))
    .map(({ group, attributes, meta }) =>
      'name' in attributes ? [attributes.name, attributes.type, group, attributes.value, meta.label?.id] : [],
    );

describe('registration in two steps', () => {
  const start = (): Strategy => createProfileRegistration({ name: 'profile', schemas });
  const at = attemptContext({ kind: 'registration', page: 'traits' });
  const traits = { mail: 'ragna46@shop.example', terms: true, person: { given: 'Ragna' } };
  const values = { 'traits.mail': 'ragna46@shop.example', 'traits.terms': true, 'traits.person.given': 'Ragna' };

  test('the first page asks for the traits, the second carries them along and leads back', () => {
    expect(
      drawn(start(), { kind: 'registration', page: 'traits' }).map(([name, type, group]) => [name, type, group]),
    ).toEqual([
      ['traits.mail', 'email', 'default'],
      ['traits.login', 'text', 'default'],
      ['traits.person.given', 'text', 'default'],
      ['traits.person.family', 'text', 'default'],
      ['traits.children', 'number', 'default'],
      ['traits.terms', 'checkbox', 'default'],
      ['method', 'submit', 'profile'],
    ]);
    const second = drawn(start(), { kind: 'registration', page: 'credentials', values });
    expect(second).toContainEqual(['traits.mail', 'hidden', 'default', 'ragna46@shop.example', 1070002]);
    expect(second).toContainEqual(['screen', 'submit', 'profile', 'previous', 1040008]);
    expect(second.map(([name]) => name)).not.toContain('method');
  });

  test('right traits lead to the second page with what was typed', async () => {
    expect(await start().attempt(json({ method: 'profile', traits }), at)).toEqual({
      kind: 'challenge',
      page: 'credentials',
      draft: undefined,
      values,
      messages: [expect.objectContaining({ id: 1040009 })],
      writes: undefined,
    });
  });

  test.each<[JsonObject, readonly unknown[]]>([
    [{ mail: 'ragna46@shop.example', terms: false }, [[4000029, 'traits.terms']]],
    [{ mail: 'ragna\u00ad@shop.example', terms: true }, [[4000040, 'traits.mail']]],
  ])('%j stay on the first page', async (wrong, expected) => {
    const answer = await start().attempt(json({ method: 'profile', traits: wrong }), at);
    expect(answer.kind).toBe('reject');
    expect(told(answer)).toEqual(expected);
  });

  test.each<[string, JsonObject]>([
    ['screen', { screen: 'previous', traits: { mail: 'half' } }],
    ['screen and method', { method: 'profile', screen: 'previous', traits: { mail: 'half' } }],
    ['the old method', { method: 'profile:back', traits: { mail: 'half' } }],
  ])('%s leads back without checking anything', async (_, sent) => {
    const answer = await start().attempt(json(sent), { ...at, page: 'credentials' });
    expect(answer).toMatchObject({
      kind: 'challenge',
      page: 'traits',
      values: { 'traits.mail': 'half' },
      messages: [],
    });
  });

  test('the way back keeps what was typed when the body carries nothing', async () => {
    const answer = await start().attempt(form(['screen', 'previous']), { ...at, page: 'credentials', values });
    expect(answer).toMatchObject({ page: 'traits', values });
  });

  test('it takes every submit that says where it comes from', () => {
    const strategy = start();
    expect(strategy.claims('password', json({ screen: 'previous' }), 'credentials')).toBe(true);
    expect(strategy.claims('profile', json({}), 'traits')).toBe(true);
    expect(strategy.claims('password', json({}), 'credentials')).toBe(false);
    expect(strategy.claims(undefined, json({}), 'traits')).toBe(false);
  });
});

describe('a changed profile', () => {
  const start = (): Strategy => createProfileSettings({ name: 'profile', schemas });
  const at = attemptContext({ kind: 'settings', identity: ada });
  const plain = { mail: 'ada@shop.example', terms: true, person: { family: 'Ek' } };
  const secret = { ...plain, mail: 'lovelace@shop.example' };

  test('replaces the traits as a whole, on the row that was read', async () => {
    expect(await start().attempt(json({ traits: plain }), { ...at, privileged: false })).toMatchObject({
      kind: 'accept',
      draft: { identity: { id: ada.id, version: 7, traits: plain, metadataAdmin: ada.metadataAdmin } },
    });
  });

  test('needs a fresh proof where it touches an address', async () => {
    expect((await start().attempt(json({ traits: secret }), at)).kind).toBe('accept');
    expect(await start().attempt(json({ traits: secret }), { ...at, privileged: false })).toMatchObject({
      kind: 'hold',
      draft: { identity: { traits: secret } },
      writes: { vault: { kind: 'held:profile', value: { traits: secret } } },
    });
  });

  test('is taken up after the proof, and put aside again if the proof has grown old', async () => {
    const back = { ...at, page: 'held', returned: true, vault: { traits: secret } } as const;
    expect(await start().attempt(json({}), back)).toMatchObject({
      kind: 'accept',
      draft: { identity: { traits: secret } },
    });
    expect((await start().attempt(json({}), { ...back, privileged: false })).kind).toBe('hold');
  });

  test('is told what is wrong, field by field', async () => {
    const answer = await start().attempt(json({ traits: { ...plain, children: -3 } }), at);
    expect(told(answer)).toEqual([[4000018, 'traits.children']]);
  });

  test('shows what is stored, until something is typed: then only that', () => {
    const value = (values: JsonObject, name: string) =>
      drawn(start(), { kind: 'settings', identity: ada, values }).find(([found]) => found === name)?.[3];
    expect(value({}, 'traits.person.given')).toBe('Ada');
    expect(value({ 'traits.mail': 'x' }, 'traits.person.given')).toBeUndefined();
    expect(value({ 'traits.mail': 'x' }, 'traits.mail')).toBe('x');
  });

  test('shows nothing where everything was emptied', async () => {
    const answer = await start().attempt(form(['method', 'profile'], ['traits.mail', '']), at);
    const values = 'values' in answer ? answer.values : undefined;
    const shown = drawn(start(), { kind: 'settings', identity: ada, values: values ?? {} });
    expect(shown.filter(([name, , , value]) => String(name).startsWith('traits.') && value !== undefined)).toEqual([]);
  });
});

describe('who signs in, first', () => {
  const start = (hash: string | undefined, mitigate = false) => {
    const { reads, asked } = people(ada, [passwordOf(hash), { ...passwordOf(undefined), type: 'code' }]);
    const ways = [
      { method: 'password', has: async (_: unknown, owner: unknown) => owner !== undefined && hash !== undefined },
    ];
    const name = 'identifier_first';
    const firstFactors = ['password'];
    const groups = { identifier: 'identifier_first' };
    const parts = { name, groups, schemas, identities: reads, mitigate, firstFactors, ways: () => ways };
    return { strategy: createIdentifierFirst(parts), asked };
  };
  const at = attemptContext({ page: 'identifier' });
  const ask = (strategy: Strategy, identifier: string) => strategy.attempt(json({ identifier }), at);

  test('somebody known goes on to the second page', async () => {
    expect(await ask(start('x').strategy, 'ADA@shop.example')).toMatchObject({
      kind: 'challenge',
      page: 'credentials',
      values: { identifier: 'ADA@shop.example' },
      messages: [],
    });
  });

  test.each([
    ['a stranger', 'eve@shop.example', 'x'],
    ['somebody with no way in', 'ada@shop.example', undefined],
    ['an identifier nobody can have', 'x'.repeat(400), 'x'],
  ])('%s is told at the field', async (_, identifier, hash) => {
    const answer = await ask(start(hash).strategy, identifier);
    expect(answer).toMatchObject({ kind: 'reject', values: { identifier } });
    expect(told(answer)).toEqual([[4000037, 'identifier']]);
  });

  test('nobody can be told from anybody with mitigation on, not even by what is looked up', async () => {
    const answers = [];
    for (const identifier of ['ada@shop.example', 'eve@shop.example']) {
      const { strategy, asked } = start('x', true);
      const answer = await ask(strategy, identifier);
      answers.push([answer.kind, 'page' in answer && answer.page, told(answer), asked]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual(['challenge', 'credentials', [], []]);
  });

  test('nothing typed is told at the field', async () => {
    expect(told(await ask(start('x').strategy, ''))).toEqual([[4000002, 'identifier']]);
  });

  test('the second page carries the identifier along', () => {
    const { strategy } = start('x');
    const values = { identifier: 'ada@shop.example' };
    expect(drawn(strategy, { page: 'identifier' })).toEqual([
      ['identifier', 'text', 'identifier_first', '', 1070004],
      ['method', 'submit', 'identifier_first', 'identifier_first', 1070009],
    ]);
    expect(drawn(strategy, { page: 'credentials', values })).toEqual([
      ['identifier', 'hidden', 'identifier_first', 'ada@shop.example', 1070004],
    ]);
  });
});
