import { expect, test } from 'vitest';

import { changedFields } from './audit.ts';

test('Fields that differ are named, traits and credentials by their parts, values never.', () => {
  const before = {
    state: 'active',
    traits: { mail: 'ada@shop.example', name: 'Ada' },
    credentials: { password: { updated_at: 'then' }, code: {} },
    metadata_admin: { note: 'vip' },
    updated_at: 'then',
  };
  const after = {
    state: 'inactive',
    traits: { mail: 'ada@shop.example', name: 'Eve', age: 7 },
    credentials: { password: { updated_at: 'now' }, code: {} },
    updated_at: 'now',
  };
  expect(changedFields(before, after)).toEqual([
    'state',
    'traits.name',
    'traits.age',
    'credentials.password',
    'metadata_admin',
  ]);
  expect(changedFields(before, before)).toEqual([]);
});
