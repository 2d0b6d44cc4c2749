import { describe, expect, test } from 'vitest';

import type { Json, JsonObject } from '../../kernel/json.ts';
import { applyPatch } from './json-patch.ts';

const view: JsonObject = {
  id: 'i',
  state: 'active',
  traits: { mail: 'ada@shop.example', tags: ['a', 'b'], 'odd/name': 1 },
  metadata_public: null,
  verifiable_addresses: [{ value: 'ada@shop.example', verified: false }],
  credentials: { password: { type: 'password', config: { hashed_password: 'old' } } },
};

describe('a patch', () => {
  test.each<[string, Json, JsonObject]>([
    ['replaces a member', [{ op: 'replace', path: '/state', value: 'inactive' }], { state: 'inactive' }],
    [
      'makes what it replaces and what is missing above it',
      [{ op: 'replace', path: '/metadata_admin/notes/first', value: 1 }],
      { metadata_admin: { notes: { first: 1 } } },
    ],
    [
      'makes an object of metadata that are null',
      [{ op: 'add', path: '/metadata_public/level', value: 3 }],
      { metadata_public: { level: 3 } },
    ],
    [
      'makes a list where something is put at its end',
      [
        { op: 'add', path: '/metadata_public/roles/-', value: 'editor' },
        { op: 'add', path: '/metadata_public/roles/-', value: 'author' },
      ],
      { metadata_public: { roles: ['editor', 'author'] } },
    ],
    [
      'passes over what the server says by itself',
      [
        { op: 'replace', path: '/schema_url', value: 'x' },
        { op: 'replace', path: '/created_at', value: 'x' },
        { op: 'replace', path: '/state_changed_at', value: 'x' },
        { op: 'replace', path: '/organization_id', value: null },
      ],
      { schema_url: 'x', created_at: 'x', state_changed_at: 'x', organization_id: null },
    ],
    [
      'reaches into lists',
      [{ op: 'replace', path: '/verifiable_addresses/0/verified', value: true }],
      { verifiable_addresses: [{ value: 'ada@shop.example', verified: true }] },
    ],
    [
      'inserts into, appends to and removes from lists',
      [
        { op: 'add', path: '/traits/tags/0', value: 'z' },
        { op: 'add', path: '/traits/tags/-', value: 'c' },
        { op: 'remove', path: '/traits/tags/1' },
      ],
      { traits: { mail: 'ada@shop.example', tags: ['z', 'b', 'c'], 'odd/name': 1 } },
    ],
    [
      'reads ~1 and ~0 in names',
      [
        { op: 'remove', path: '/traits/odd~1name' },
        { op: 'add', path: '/traits/a~0b', value: null },
      ],
      { traits: { mail: 'ada@shop.example', tags: ['a', 'b'], 'a~b': null } },
    ],
  ])('%s', (_what, operations, changed) => {
    expect(applyPatch(view, operations)).toEqual({ ...view, ...changed });
  });

  test('leaves the document that it was given as it was', () => {
    const before = structuredClone(view);
    applyPatch(view, [
      { op: 'add', path: '/traits/tags/-', value: 'c' },
      { op: 'remove', path: '/traits/mail' },
    ]);
    expect(view).toEqual(before);
  });

  test.each<[string, Json]>([
    ['no list', { op: 'add', path: '/state', value: 'x' }],
    ['a test', [{ op: 'test', path: '/state', value: 'active' }]],
    ['a move', [{ op: 'move', from: '/traits/mail', path: '/traits/name' }]],
    ['no value', [{ op: 'add', path: '/state' }]],
    ['the whole document', [{ op: 'replace', path: '', value: {} }]],
    ['a path without a slash', [{ op: 'replace', path: 'state', value: 'x' }]],
    ['the id', [{ op: 'replace', path: '/id', value: 'x' }]],
    ['the id in other letters', [{ op: 'replace', path: '/ID', value: 'x' }]],
    ['when the state changed', [{ op: 'replace', path: '/stateChangedAt', value: 'x' }]],
    ['all credentials', [{ op: 'replace', path: '/credentials', value: {} }]],
    ['a provider', [{ op: 'add', path: '/credentials/oidc/config', value: {} }]],
    ['all providers', [{ op: 'remove', path: '/credentials/OIDC' }]],
    ['what follows from the traits', [{ op: 'remove', path: '/recovery_addresses' }]],
    ['a member nobody knows', [{ op: 'add', path: '/shoe_size', value: 44 }]],
    ['a prototype', [{ op: 'add', path: '/traits/__proto__/polluted', value: true }]],
    ['a constructor', [{ op: 'add', path: '/metadata_public/constructor/prototype/x', value: true }]],
    ['an element beyond the end', [{ op: 'replace', path: '/traits/tags/2', value: 'c' }]],
    ['an element far beyond the end', [{ op: 'add', path: '/traits/tags/3', value: 'c' }]],
    ['the end, to replace', [{ op: 'replace', path: '/traits/tags/-', value: 'c' }]],
    ['an index that is no number', [{ op: 'replace', path: '/traits/tags/01', value: 'c' }]],
    ['an empty index', [{ op: 'replace', path: '/traits/tags/', value: 'c' }]],
    ['below a text', [{ op: 'add', path: '/traits/mail/x', value: 'c' }]],
    ['something to remove that is not there', [{ op: 'remove', path: '/traits/name' }]],
    ['something to remove that every object inherits', [{ op: 'remove', path: '/traits/toString' }]],
    ['below something that is not there, to remove', [{ op: 'remove', path: '/metadata_public/a/b' }]],
    ['a path of a thousand parts', [{ op: 'add', path: '/metadata_public' + '/x'.repeat(1_000), value: 1 }]],
  ])('is refused for %s', (_what, operations) => {
    expect(() => applyPatch(view, operations)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
