import { expect, test } from 'vitest';
import { SallyportError } from '../../kernel/error.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { verifyDigests } from '../../secret/token.ts';
import { credentialSealing } from '../credential-sealing.ts';
import { type CodeKeeping, TYPE, useCode } from './stored-codes.ts';
import { codesWire } from './wire.ts';

const secret = 'a-cookie-secret-made-up-for-tests';
const owner = '11111111-1111-4111-8111-111111111111' as IdentityId;
const once: CodeKeeping = {
  digests: (purpose, code) => verifyDigests([secret], purpose, code),
  sealing: undefined,
};
const again = { ...once, sealing: credentialSealing({ cipher: [], cookie: [secret] }, TYPE) };
const used_at = '2026-01-01T00:00:00.000Z';
const given = { codes: [{ code: 'ABCD 1234' }, { code: 'efgh5678', used_at }] };

test('imported codes sign in once, and are shown without themselves', () => {
  const wire = codesWire(once);
  const { config, identifiers } = wire.read(given)({ owner, before: undefined });
  expect([identifiers, wire.shown?.(config, owner)]).toEqual([
    [owner],
    { recovery_codes: [{ used_at: null }, { used_at }] },
  ]);
  const use = (code: string) => useCode({ config }, code, { owner, keeping: once, now: 0 });
  expect([typeof use('abcd1234'), use('efgh5678')]).toEqual(['object', 'used']);
});

test('where they may be seen again they are shown', () => {
  const wire = codesWire(again);
  const { config } = wire.read(given)({ owner, before: undefined });
  expect(wire.shown?.(config, owner)).toEqual({
    recovery_codes: [
      { code: 'abcd1234', used_at: null },
      { code: 'efgh5678', used_at },
    ],
  });
});

test.each<[string, JsonObject]>([
  ['nothing', {}],
  ['no list', { codes: 'abcd1234' }],
  ['an empty list', { codes: [] }],
  ['a text as an entry', { codes: ['abcd1234'] }],
  ['an empty code', { codes: [{ code: ' ' }] }],
  ['a code of 65 characters', { codes: [{ code: 'a'.repeat(65) }] }],
  ['a code twice', { codes: [{ code: 'abcd1234' }, { code: 'ABCD1234' }] }],
  ['a time that is none', { codes: [{ code: 'abcd1234', used_at: 'yesterday' }] }],
])('%s is refused', (_what, config) => {
  expect(() => codesWire(once).read(config)).toThrow(SallyportError);
});
