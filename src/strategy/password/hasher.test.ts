import { randomBytes } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import { argon2Parameters } from './argon2.ts';
import { type HashBudget, createHashLine } from './budget.ts';
import { createHasher } from './hasher.ts';
import type { Refused } from './refusal-grid.ts';
import type { StoredHash } from './stored-hash.ts';

const argon2 = { memory: 1_024, iterations: 2, parallelism: 1, saltLength: 16, keyLength: 32 };
const random = { bytes: randomBytes };
const place = { network: 'home', known: false };

type Hasher = ReturnType<typeof make>['hasher'];

/** A hasher that counts its hashes; all of them are of one place. */
function make(more: { algorithm?: 'argon2' | 'bcrypt'; iterations?: number; cost?: number } = {}) {
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
    bcrypt: { cost: more.cost ?? 4 },
  } as const;
  const noted: StoredHash[] = [];
  const waited: Refused[] = [];
  const grid = {
    note: (stored: StoredHash) => void noted.push(stored),
    wait(refused: Refused) {
      waited.push(refused);
      return Promise.resolve();
    },
  };
  const now = (): number => 7;
  const { hash, verify, signIn, stale, read } = createHasher({ settings, budget: counting, grid, random, now });
  return {
    hasher: {
      hash: (password: string) => hash(password, place),
      verify: (password: string, stored: string) => verify(password, stored, place),
      signIn: (password: string, stored: string | undefined) => signIn(password, stored, place),
      stale,
      accepts: (text: string) => read(text) !== undefined,
    },
    hashes: () => hashes,
    noted,
    waited,
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
    const { hasher: other, hashes, waited } = make({ algorithm: 'bcrypt' });
    expect(await other.signIn('anything', undefined)).toBe(false);
    expect([hashes(), waited[0]?.own.kind]).toEqual([1, 'bcrypt']);
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

/** Hashes of `sallyport-1`, each of another kind, as servers before this one made them. */
const IMPORTED: readonly (readonly [kind: string, hash: string])[] = [
  ['digest', '$md5$fuSM08IiPyNVwlW/HSRSVg=='],
  ['pbkdf2 sha256', '$pbkdf2-sha256$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$gdjioAJ+G0V4EGV/DviOAidKLfnD6W4ccCdkTGEN2Ic'],
  ['scrypt', '$scrypt$ln=1024,r=8,p=1$cGVwcGVyLWFuZC1zYWx0IQ==$WxTd5pfkpHdEQ1DpdMJck8FknYtcOEdoci7wY6Vf5ME='],
  ['md5-crypt', '$md5-crypt$abcdefgh$/yGXmKcVAKoEyabnukt1J0'],
  ['sha256-crypt', '$sha256-crypt$abcdefgh$yvnUduFuVFrLfiWeHLFzcFiG2zShzCq3EL2dL.4IKu8'],
  [
    'sha512-crypt',
    '$sha512-crypt$abcdefgh$FGLCdtPLKHe.3kVAKRRHaEAzLOUmngYUWvsQ/62Hu9po5XiQhz8.xdDgP9EZbiU3QeZs4LnHbxn.VVX/VXQY00',
  ],
];

describe('a sign-in', () => {
  const DEAR = `$pbkdf2-sha256$i=10000000,l=600$cGVwcGVy$${'A'.repeat(800)}`;
  test.each<[string, string, (own: string) => string | undefined]>([
    ['a stranger', 'x', () => undefined],
    ['a wrong password', 'x', (own) => own],
    ['a wrong password that may be spelled in two ways', 'pa\u0308sse', (own) => own],
    ['a hash that cannot be read', 'x', () => 'password'],
    ['a hash that costs too much', 'x', () => DEAR],
    ['a password that is too long for bcrypt', 'x'.repeat(80), () => `$2a$04$${'a'.repeat(53)}`],
    ['a password that is too long for crypt', 'x'.repeat(600), () => IMPORTED[5]?.[1]],
    ...IMPORTED.map(([kind, hash]): [string, string, () => string] => [
      `a wrong password for ${kind}`,
      'x',
      () => hash,
    ]),
  ])('%s: one hash, and the refusal waits for the grid', async (_name, password, stored) => {
    const { hasher, hashes, waited } = make();
    const own = await hasher.hash('correct horse');
    const before = hashes();
    expect(await hasher.signIn(password, stored(own))).toBe(false);
    expect(hashes() - before).toBe(1);
    const spellings = password.normalize('NFC') === password ? 1 : 2;
    expect(waited).toEqual([expect.objectContaining({ began: 7, spellings })]);
  });

  test.each<readonly [string, string]>([...IMPORTED, ['argon2id m=1024,t=2,p=1', ''], ['bcrypt', '']])(
    'the right password for %s: one hash, and no wait',
    async (kind, imported) => {
      const { hasher, hashes, waited, noted } = make();
      const { hasher: other } = make({ algorithm: 'bcrypt' });
      const hash = imported || (await (kind === 'bcrypt' ? other : hasher).hash('sallyport-1'));
      const before = hashes();
      expect(await hasher.signIn('sallyport-1', hash)).toBe(true);
      expect([hashes() - before, waited]).toEqual([1, []]);
      // Its kind is stored, wherever it came from.
      expect(noted.map((each) => each.kind)).toEqual([kind]);
    },
  );

  test('what is not tried is no kind that refusals wait for', async () => {
    const { hasher, noted } = make();
    for (const hash of [undefined, 'password', DEAR]) await hasher.signIn('x', hash);
    expect(noted).toEqual([]);
  });

  test('a password nobody can have costs nothing, whoever it is for', async () => {
    const { hasher, hashes, waited } = make();
    const own = await hasher.hash('x'.repeat(1_024));
    for (const hash of [own, undefined]) {
      expect(await hasher.signIn('x'.repeat(1_025), hash)).toBe(false);
      expect(await hasher.signIn('a' + '\u0301'.repeat(500_000), hash)).toBe(false);
    }
    await expect(hasher.hash('x'.repeat(1_025))).rejects.toThrow('at most 1024 bytes');
    expect([hashes(), waited]).toEqual([1, []]);
  });
});

test('a password that is compared with one’s own, in the settings, waits for nothing', async () => {
  const { hasher, waited } = make();
  expect(await hasher.verify('x', await hasher.hash('correct horse'))).toBe(false);
  expect(waited).toEqual([]);
});

describe('a stored hash may cost eight times as much as our own, and bcrypt 12 always', () => {
  const pbkdf2 = (name: string, rounds: number, tag = 32) =>
    `$pbkdf2-${name}$i=${rounds},l=${tag}$cGVwcGVy$${Buffer.alloc(tag, 1).toString('base64').replaceAll('=', '')}`;
  const scrypt = (N: number, p = 1) => `$scrypt$ln=${N},r=8,p=${p}$cGVwcGVy$${Buffer.alloc(32, 1).toString('base64')}`;
  const crypt = (name: string, rounds: number) =>
    `$${name}-crypt$rounds=${rounds}$abcdefgh$${'a'.repeat(name === 'sha256' ? 43 : 86)}`;
  const bcrypt = (cost: number) => `$2a$${String(cost).padStart(2, '0')}$${'a'.repeat(53)}`;
  const argon2id = (memory: number, iterations: number) =>
    `$argon2id$v=19$m=${memory},t=${iterations},p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA`;

  test.each<[string, string, boolean]>([
    ['bcrypt 12, as the reference makes them', bcrypt(12), true],
    ['bcrypt 13', bcrypt(13), false],
    ['PBKDF2 as OWASP has it', pbkdf2('sha256', 600_000), true],
    ['PBKDF2-SHA-512 as OWASP has it', pbkdf2('sha512', 210_000), true],
    ['as many rounds for two blocks', pbkdf2('sha256', 600_000, 64), true],
    ['as many rounds for three blocks', pbkdf2('sha256', 600_000, 96), false],
    ['many rounds for many blocks', pbkdf2('sha256', 10_000_000, 600), false],
    ['many rounds for one block', pbkdf2('sha256', 10_000_000), false],
    ['few rounds for many blocks', pbkdf2('sha256', 50_000, 600), true],
    ['scrypt with N = 2^16', scrypt(65_536), true],
    ['scrypt with N = 2^17', scrypt(131_072), false],
    ['scrypt in ten rows', scrypt(16_384, 10), false],
    ['SHA-512-crypt with its own rounds', crypt('sha512', 5_000), true],
    ['SHA-512-crypt as passlib has it', crypt('sha512', 656_000), false],
    ['SHA-256-crypt with many rounds', crypt('sha256', 600_000), false],
    ['argon2id as RFC 9106 has it for little memory', argon2id(65_536, 3), true],
    ['argon2id with much memory and many passes', argon2id(131_072, 10), false],
  ])('%s', (_name, hash, accepted) => {
    expect(make().hasher.accepts(hash)).toBe(accepted);
  });

  test('a dearer configuration takes dearer hashes', () => {
    expect(make({ algorithm: 'bcrypt', cost: 13 }).hasher.accepts(bcrypt(14))).toBe(true);
    expect(make({ algorithm: 'bcrypt', cost: 13 }).hasher.accepts(scrypt(131_072))).toBe(true);
    expect(make({ algorithm: 'bcrypt', cost: 13 }).hasher.accepts(pbkdf2('sha256', 10_000_000, 600))).toBe(false);
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
