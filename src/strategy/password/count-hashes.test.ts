import { expect, test } from 'vitest';
import type { CredentialPlace } from '../../identity/identity.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { countHashes } from './count-hashes.ts';

const HASHES = [
  '$md5$fuSM08IiPyNVwlW/HSRSVg==',
  '$2a$12$' + 'a'.repeat(53),
  '$2a$15$' + 'a'.repeat(53),
  '$sha512-crypt$rounds=656000$abc$' + 'a'.repeat(86),
];

/** Each page has one credential. */
const pagesOf = (configs: readonly JsonObject[]) => ({
  configsOf(type: string, { after }: { readonly after: CredentialPlace | undefined }) {
    const at = after === undefined ? 0 : Number(after.identity) + 1;
    const next = at + 1 < configs.length ? { identity: String(at) as IdentityId, type } : undefined;
    return Promise.resolve({ configs: type === 'password' ? configs.slice(at, at + 1) : [], next });
  },
});

test('all that is stored is noted, page by page, and how many hashes are not tried', async () => {
  const configs = [...HASHES.map((hash) => ({ hashed_password: hash })), {}, { hashed_password: '' }, { other: 1 }];
  const noted: string[] = [];
  const dear: number[] = [];
  await countHashes(
    {
      identities: pagesOf(configs),
      tries: ({ price }) => price <= 10,
      notTried: (people) => void dear.push(people),
    },
    ({ kind }) => void noted.push(kind),
  );
  expect(noted).toEqual(['digest', 'bcrypt']);
  expect(dear).toEqual([2]);
});

test('none is not tried where every hash is', async () => {
  const dear: number[] = [];
  const parts = { identities: pagesOf([{ hashed_password: HASHES[0] ?? '' }]), tries: () => true };
  await countHashes({ ...parts, notTried: (people) => void dear.push(people) }, () => undefined);
  expect(dear).toEqual([0]);
});
