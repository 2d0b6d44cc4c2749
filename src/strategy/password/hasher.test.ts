import { randomBytes } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import { argon2Parameters } from './argon2.ts';
import { type HashBudget, createHashLine } from './budget.ts';
import { createHasher } from './hasher.ts';

const argon2 = { memory: 1_024, iterations: 2, parallelism: 1, saltLength: 16, keyLength: 32 };
const random = { bytes: randomBytes };
const place = { network: 'home', known: false };

type Hasher = ReturnType<typeof make>['hasher'];

/** A hasher that counts its hashes; all of them are of one place. */
function make(more: { algorithm?: 'argon2' | 'bcrypt'; iterations?: number } = {}) {
  const budget = createHashLine({ total: 200_000, cores: 2, now: () => performance.now() }).budgetFor(argon2.memory);
  let hashes = 0;
  const counting: HashBudget = {
    ...budget,
    run(work, at, cost) {
      hashes += 1;
      return budget.run(work, at, cost);
    },
  };
  const settings = {
    algorithm: more.algorithm ?? 'argon2',
    argon2: { ...argon2, iterations: more.iterations ?? 2 },
    bcrypt: { cost: 4 },
  } as const;
  const { hash, verify, verifyNobody, stale, accepts } = createHasher({ settings, budget: counting, random });
  return {
    hasher: {
      hash: (password: string) => hash(password, place),
      verify: (password: string, stored: string) => verify(password, stored, place),
      verifyNobody: (password: string) => verifyNobody(password, place),
      stale,
      accepts,
    },
    hashes: () => hashes,
  };
}

describe('argon2id', () => {
  test('writes its parameters in the order every server reads: m, t, p', async () => {
    expect(await make().hasher.hash('correct horse')).toMatch(
      /^\$argon2id\$v=19\$m=1024,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  test('matches its password, to the blank', async () => {
    const { hasher } = make();
    const hash = await hasher.hash(' correct horse ');
    expect(await hasher.verify(' correct horse ', hash)).toBe(true);
    expect(await hasher.verify('correct horse', hash)).toBe(false);
  });

  test('takes composed and decomposed letters for the same', async () => {
    const { hasher } = make();
    expect(await hasher.verify('pa\u0308sse', await hasher.hash('p\u00e4sse'))).toBe(true);
    expect(await hasher.verify('p\u00e4sse', await hasher.hash('pa\u0308sse'))).toBe(true);
  });

  test('a hash made elsewhere of the letters as they came matches them too', async () => {
    const { default: library } = await import('argon2');
    const hash = await library.hash('pa\u0308sse', { memoryCost: 1_024, timeCost: 2, parallelism: 1 });
    expect(await make().hasher.verify('pa\u0308sse', hash)).toBe(true);
    expect(await make().hasher.verify('p\u00e4sse', hash)).toBe(false);
  });

  test.each([
    [
      'argon2id with too much memory',
      '$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA',
    ],
    ['argon2id with too many passes', '$argon2id$v=19$m=1024,t=11,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA'],
    ['argon2id with too many lanes', '$argon2id$v=19$m=1024,t=1,p=17$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA'],
    [
      'argon2id with parameters in another order',
      '$argon2id$v=19$m=1024,p=1,t=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA',
    ],
    [
      'argon2id above the memory for all',
      '$argon2id$v=19$m=1000000,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA',
    ],
    ['bcrypt with too high a cost', `$2a$31$${'a'.repeat(53)}`],
    ['something else', 'password'],
    ['nothing', ''],
  ])('%s is not accepted, and never matches', async (_, hash) => {
    const { hasher } = make();
    expect(hasher.accepts(hash)).toBe(false);
    expect(await hasher.verify('password', hash)).toBe(false);
  });
});

describe('bcrypt', () => {
  let hasher: Hasher;
  beforeAll(() => {
    ({ hasher } = make({ algorithm: 'bcrypt' }));
  });

  test('is written as other servers read it', async () => {
    expect(await hasher.hash('correct horse')).toMatch(/^\$2a\$04\$/);
  });

  test('refuses to hash more than it reads, and never matches by the beginning', async () => {
    const hash = await hasher.hash('x'.repeat(72));
    expect(await hasher.verify('x'.repeat(72), hash)).toBe(true);
    expect(await hasher.verify(`${'x'.repeat(72)}y`, hash)).toBe(false);
    await expect(hasher.hash('x'.repeat(73))).rejects.toThrow('at most 72 bytes');
  });

  test.each(['2', '2a', '2b', '2y', '2z'])('reads $%s$', async (tag) => {
    const hash = await hasher.hash('correct horse');
    expect(await hasher.verify('correct horse', hash.replace('$2a$', `$${tag}$`))).toBe(true);
  });

  test('a stranger costs the configured algorithm', async () => {
    const { hasher: other, hashes } = make({ algorithm: 'bcrypt' });
    expect(await other.verifyNobody('anything')).toBe(false);
    expect(hashes()).toBe(1);
  });
});

describe('what is stale', () => {
  test('is whatever differs from the configuration', async () => {
    const { hasher } = make();
    const own = await hasher.hash('x');
    expect(hasher.stale(own)).toBe(false);
    expect(make({ iterations: 3 }).hasher.stale(own)).toBe(true);
    expect(hasher.stale(own.replace('argon2id', 'argon2i'))).toBe(true);
    expect(make({ algorithm: 'bcrypt' }).hasher.stale(own)).toBe(true);
    expect(hasher.stale('$md5$fuSM08IiPyNVwlW/HSRSVg==')).toBe(true);
  });
});

describe('how much is hashed', () => {
  test.each([
    ['a stranger', async (hasher: Hasher) => hasher.verifyNobody('x')],
    ['a wrong password', async (hasher: Hasher, own: string) => hasher.verify('x', own)],
    ['a right password', async (hasher: Hasher, own: string) => hasher.verify('correct horse', own)],
  ])('%s costs one check', async (_, work) => {
    const { hasher, hashes } = make();
    const own = await hasher.hash('correct horse');
    const before = hashes();
    await work(hasher, own);
    expect(hashes() - before).toBe(1);
  });

  test('a wrong password for a fast imported hash costs a slow check as well', async () => {
    const { hasher, hashes } = make();
    expect(await hasher.verify('sallyport-2', '$md5$fuSM08IiPyNVwlW/HSRSVg==')).toBe(false);
    expect(hashes()).toBe(2);
    expect(await hasher.verify('sallyport-1', '$md5$fuSM08IiPyNVwlW/HSRSVg==')).toBe(true);
    expect(hashes()).toBe(3);
  });

  test('a password nobody can have costs nothing', async () => {
    const { hasher, hashes } = make();
    const own = await hasher.hash('x'.repeat(1_024));
    expect(hashes()).toBe(1);
    expect(await hasher.verify('x'.repeat(1_025), own)).toBe(false);
    expect(await hasher.verify('a' + '\u0301'.repeat(500_000), own)).toBe(false);
    await expect(hasher.hash('x'.repeat(1_025))).rejects.toThrow('at most 1024 bytes');
    expect(hashes()).toBe(1);
  });
});

test('the parameters of a hash are read', () => {
  expect(argon2Parameters('$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA')).toEqual({
    type: 'argon2id',
    memory: 19_456,
    iterations: 2,
    parallelism: 1,
    keyLength: 16,
  });
});
