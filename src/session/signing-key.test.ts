import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { readKeySet } from './signing-key.ts';

async function keyOf(algorithm: string, more: object = {}): Promise<object> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: algorithm, ...more };
}
const setOf = (...keys: readonly unknown[]): string => JSON.stringify({ keys });

test.each(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'])('a key for %s signs', async (algorithm) => {
  expect(await readKeySet(setOf(await keyOf(algorithm, { kid: 'a' })))).toMatchObject({
    signing: { algorithm, id: 'a' },
    published: [{ alg: algorithm, kid: 'a', use: 'sig' }],
  });
});

test('the first key signs; of all keys the public part is given away, and nothing else', async () => {
  const [first, second, shared] = [
    await keyOf('ES256', { kid: 'new', note: 'mine' }),
    await keyOf('RS256', { kid: 'old' }),
    { kty: 'oct', alg: 'HS256', kid: 'shared', k: 'c2VjcmV0' },
  ];
  const set = await readKeySet(setOf(first, second, shared));
  if (typeof set === 'string') throw new Error(set);
  expect(set.signing.id).toBe('new');
  expect(set.published.map((key) => Object.keys(key).toSorted())).toEqual([
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  ]);
});

test('a key without an id is named by its thumbprint, the same each time', async () => {
  const text = setOf(await keyOf('EdDSA'));
  const [one, other] = [await readKeySet(text), await readKeySet(text)];
  expect(one).toMatchObject({ signing: { id: expect.stringMatching(/^[\w-]{43}$/) } });
  expect(other).toMatchObject({ published: [{ kid: typeof one === 'string' ? '' : one.signing.id }] });
});

test('what cannot sign is told without a word of the key', async () => {
  const whole = await keyOf('ES256');
  const { d: _d, ...checks } = whole as { d: string };
  const cases: readonly (readonly [string, string])[] = [
    ['no JSON', 'is no JSON web key set'],
    ['[]', 'is no JSON web key set'],
    [setOf(), 'has no key'],
    [setOf({ ...whole, alg: undefined }), 'without `alg`'],
    [setOf({ kty: 'oct', alg: 'HS256', k: 'c2VjcmV0' }), 'has a first key for HS256'],
    [setOf({ ...whole, alg: 'none' }), 'has a first key for none'],
    [setOf(checks), 'has no private part'],
    [setOf({ ...whole, x: 'AAAA' }), 'is broken'],
    [setOf({ ...whole, crv: 'P-384' }), 'is broken'],
  ];
  for (const [text, why] of cases) {
    const read = await readKeySet(text);
    expect(read).toEqual(expect.stringContaining(why));
    expect(read).not.toContain((whole as { d: string }).d);
  }
});
