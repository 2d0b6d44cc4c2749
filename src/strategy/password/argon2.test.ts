import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { argon2Parameters, loadArgon2, loadFastArgon2, loadStandardArgon2, type Argon2 } from './argon2.ts';

/** From the least that a hash may have to more than any configuration asks for. */
const PARAMETERS = [
  { memory: 8, iterations: 1, parallelism: 1, saltLength: 8, keyLength: 12 },
  { memory: 64, iterations: 1, parallelism: 8, saltLength: 16, keyLength: 32 },
  { memory: 128, iterations: 10, parallelism: 16, saltLength: 16, keyLength: 32 },
  { memory: 64, iterations: 2, parallelism: 1, saltLength: 49, keyLength: 65 },
  { memory: 64, iterations: 2, parallelism: 1, saltLength: 1_024, keyLength: 16 },
  { memory: 64, iterations: 2, parallelism: 1, saltLength: 16, keyLength: 1_024 },
  { memory: 7_168, iterations: 5, parallelism: 1, saltLength: 16, keyLength: 32 },
  { memory: 19_456, iterations: 2, parallelism: 1, saltLength: 16, keyLength: 32 },
] as const;
const PASSWORDS = ['correct horse', ' p\u00e4sse \u{1f434} ', 'x'.repeat(1_024), ''];

/** Both libraries; on a machine without the faster one, the standard one twice. */
async function libraries(): Promise<readonly [Argon2, Argon2]> {
  const standard = await loadStandardArgon2();
  return [standard, (await loadFastArgon2()) ?? standard];
}

describe.each(PARAMETERS)(
  'm=$memory, t=$iterations, p=$parallelism, salt $saltLength, tag $keyLength',
  (parameters) => {
    test('each library verifies what the other made', async () => {
      const [standard, fast] = await libraries();
      for (const [maker, judge] of [
        [fast, standard],
        [standard, fast],
      ] as const) {
        for (const password of PASSWORDS) {
          const salt = randomBytes(parameters.saltLength);
          const hash = await maker.hash(password, { ...parameters, salt });
          expect(await judge.verify(hash, password), `${maker.library} ${hash.slice(0, 40)}`).toBe(true);
          expect(await judge.verify(hash, `${password}.`)).toBe(false);
        }
      }
    });

    test('both write the same string', async () => {
      const salt = randomBytes(parameters.saltLength);
      const [standard, fast] = await libraries();
      const hash = await fast.hash('correct horse', { ...parameters, salt });
      expect(await standard.hash('correct horse', { ...parameters, salt })).toBe(hash);
      const { saltLength: _salt, ...written } = parameters;
      expect(argon2Parameters(hash)).toEqual({ type: 'argon2id', ...written });
    });
  },
);

test('argon2i of other servers is verified by both', async () => {
  const { default: argon2 } = await import('argon2');
  const hash = await argon2.hash('correct horse', {
    type: argon2.argon2i,
    memoryCost: 64,
    timeCost: 3,
    parallelism: 2,
  });
  for (const { verify } of await libraries()) {
    expect(await verify(hash, 'correct horse')).toBe(true);
    expect(await verify(hash, 'correct hose')).toBe(false);
  }
});

test('the faster library is used where it is installed, and is loaded once', async () => {
  const [, wanted] = await libraries();
  const { library } = await loadArgon2();
  expect(library).toBe(wanted.library);
  expect(await loadArgon2()).toBe(await loadArgon2());
});
