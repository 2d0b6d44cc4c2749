import { createHash, createHmac, pbkdf2, scrypt, timingSafeEqual, createCipheriv } from 'node:crypto';
import { promisify } from 'node:util';

import { md5Crypt, shaCrypt } from './crypt.ts';
import { hmacMd4 } from './md4.ts';

type Check = (password: string) => Promise<boolean>;
interface Format {
  readonly pattern: RegExp;
  /** Undefined: it would cost too much, or makes no sense. */
  check(parts: readonly string[]): Check | undefined;
  /** KiB a check takes; absent: next to nothing. */
  memory?(parts: readonly string[]): number;
}

export interface Imported {
  readonly check: Check;
  /** KiB. */
  readonly memory: number;
}

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

const base64 = (text = ''): Buffer => Buffer.from(text, 'base64');
const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && a.length > 0 && timingSafeEqual(a, b);
const digest = (name: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** `{SALT}` and `{PASSWORD}` in a template, replaced byte by byte. */
function fill(template: string, salt: Buffer, password: string): Buffer {
  const parts = template.split(/(\{SALT\}|\{PASSWORD\})/);
  return Buffer.concat(
    parts.map((part) => (part === '{SALT}' ? salt : Buffer.from(part === '{PASSWORD}' ? password : part))),
  );
}

const templated = (
  name: string,
  pf: string | undefined,
  salt: string | undefined,
  wanted: string | undefined,
): Check => {
  const template = base64(pf).toString('utf8');
  return async (password) => equal(digest(name, fill(template, base64(salt), password)), base64(wanted));
};

const PBKDF2_DIGESTS: Readonly<Record<string, string>> = {
  sha1: 'sha1',
  sha224: 'sha3-224',
  sha256: 'sha256',
  sha384: 'sha3-384',
  sha512: 'sha512',
};

const sameText = (a: string, b: string): boolean => equal(Buffer.from(a), Buffer.from(b));

/** passlib's default for SHA-512-crypt is 656,000. */
const MOST_CRYPT_ROUNDS = 1_000_000;

/** Formats of other servers, each with the most it may cost (security PW-3). */
const FORMATS: readonly Format[] = [
  {
    pattern: /^\$md5-crypt\$([./0-9A-Za-z]{0,8})\$([./0-9A-Za-z]{22})$/,
    check:
      ([, salt = '', wanted = '']) =>
      async (password) =>
        sameText(await md5Crypt(Buffer.from(password), Buffer.from(salt)), wanted),
  },
  {
    pattern: /^\$(sha256|sha512)-crypt\$(?:rounds=(\d{1,10})\$)?([./0-9A-Za-z]{0,16})\$([./0-9A-Za-z]{43,86})$/,
    check([, name, asked, salt = '', wanted = '']) {
      const rounds = Math.max(1_000, asked === undefined ? 5_000 : Number(asked));
      if (rounds > MOST_CRYPT_ROUNDS || (name !== 'sha256' && name !== 'sha512')) return undefined;
      return async (password) =>
        sameText(await shaCrypt(name, Buffer.from(password), Buffer.from(salt), rounds), wanted);
    },
  },
  {
    pattern: /^\$pbkdf2-(sha\d+)\$i=(\d{1,10}),l=\d{1,4}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/,
    check([, name = '', rounds, salt, wanted]) {
      const iterations = Number(rounds);
      if (iterations < 1 || iterations > 10_000_000) return undefined;
      const expected = base64(wanted);
      return async (password) =>
        equal(
          await derivePbkdf2(password, base64(salt), iterations, expected.length, PBKDF2_DIGESTS[name] ?? 'sha256'),
          expected,
        );
    },
  },
  {
    pattern: /^\$scrypt\$ln=(\d{1,10}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    memory: ([, cost, block]) => (Number(cost) * Number(block)) / 8,
    check([, cost, block, parallel, salt, wanted]) {
      const [N, r, p] = [Number(cost), Number(block), Number(parallel)];
      if (N < 2 || N > 131_072 || (N & (N - 1)) !== 0 || r < 1 || r > 8 || p < 1 || p > 10) return undefined;
      const expected = base64(wanted);
      return async (password) =>
        equal(await deriveScrypt(password, base64(salt), expected.length, { N, r, p, maxmem: 256 * N * r }), expected);
    },
  },
  {
    pattern:
      /^\$firescrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]*)\$([A-Za-z0-9+/=]+)$/,
    memory: ([, cost, block]) => (2 ** Number(cost) * Number(block)) / 8,
    check([, cost, block, parallel, salt, wanted, separator, signer]) {
      const [ln, r, p] = [Number(cost), Number(block), Number(parallel)];
      if (ln < 1 || ln > 17 || r < 1 || r > 8 || p < 1 || p > 10) return undefined;
      const N = 2 ** ln;
      return async (password) => {
        const key = await deriveScrypt(password, Buffer.concat([base64(salt), base64(separator)]), 32, {
          N,
          r,
          p,
          maxmem: 256 * N * r,
        });
        const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
        return equal(Buffer.concat([cipher.update(base64(signer)), cipher.final()]), base64(wanted));
      };
    },
  },
  {
    pattern: /^\{SSHA(256|512)?\}([A-Za-z0-9+/=]+)$/,
    check([, bits, box]) {
      const name = bits === undefined ? 'sha1' : `sha${bits}`;
      const length = bits === undefined ? 20 : Number(bits) / 8;
      const bytes = base64(box);
      if (bytes.length <= length) return undefined;
      return async (password) => equal(digest(name, password, bytes.subarray(length)), bytes.subarray(0, length));
    },
  },
  {
    pattern: /^\$(sha1|sha256|sha512)\$pf=([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    check: ([, name = '', pf, salt, wanted]) => templated(name, pf, salt, wanted),
  },
  {
    pattern: /^\$md5\$pf=([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    check: ([, pf, salt, wanted]) => templated('md5', pf, salt, wanted),
  },
  {
    pattern: /^\$md5\$([A-Za-z0-9+/=]+)$/,
    check:
      ([, wanted]) =>
      async (password) =>
        equal(digest('md5', password), base64(wanted)),
  },
  {
    pattern: /^\$hmac-(md4|md5|sha1|sha224|sha256|sha384|sha512)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    check:
      ([, name = '', wanted, key]) =>
      async (password) =>
        equal(Buffer.from(hmac(name, base64(key), Buffer.from(password)).toString('hex')), base64(wanted)),
  },
];

/** How to check a password against an imported hash; undefined: an unknown format, or one that would cost too much. */
export function importedFormat(hash: string): Imported | undefined {
  if (hash.length > 1_024) return undefined;
  for (const format of FORMATS) {
    const parts = format.pattern.exec(hash);
    if (parts === null) continue;
    const check = format.check(parts);
    return check && { check, memory: format.memory?.(parts) ?? 0 };
  }
  return undefined;
}

function hmac(name: string, key: Buffer, message: Buffer): Buffer {
  return name === 'md4' ? hmacMd4(key, message) : createHmac(name, key).update(message).digest();
}
