import { createHash, createHmac, pbkdf2, scrypt, timingSafeEqual, createCipheriv } from 'node:crypto';
import { promisify } from 'node:util';

import { cryptOnThread } from './crypt-threads.ts';
import { hmacMd4 } from './md4.ts';
import { MD5_CRYPT_PRICE, pbkdf2Price, scryptPrice, shaCryptPrice, type Pbkdf2Digest } from './price.ts';

type Check = (password: string) => Promise<boolean>;
type Parts = readonly string[];
interface Format {
  readonly kind: string | ((parts: Parts) => string);
  readonly pattern: RegExp;
  /** Undefined: it would cost too much, or makes no sense. */
  check(parts: Parts): Check | undefined;
  /** KiB a check takes; absent: next to nothing. */
  memory?(parts: Parts): number;
  /** Processor time a check takes, as in `price.ts`; absent: next to nothing. */
  price?(parts: Parts): number;
  /** UTF-8 bytes; absent: any. */
  readonly longest?: number;
}

export interface Imported {
  readonly kind: string;
  readonly check: Check;
  /** KiB. */
  readonly memory: number;
  readonly price: number;
  readonly longest: number;
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

const PBKDF2_DIGESTS: Readonly<Record<string, Pbkdf2Digest>> = {
  sha1: 'sha1',
  sha224: 'sha3-224',
  sha256: 'sha256',
  sha384: 'sha3-384',
  sha512: 'sha512',
};

const sameText = (a: string, b: string): boolean => equal(Buffer.from(a), Buffer.from(b));

/** Each round hashes the password anew, and libxcrypt takes no longer one. */
const LONGEST_OF_CRYPT = 512;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const roundsOf = (asked: string | undefined): number => Math.max(1_000, asked === undefined ? 5_000 : Number(asked));
const pbkdf2Digest = (name = ''): Pbkdf2Digest => PBKDF2_DIGESTS[name] ?? 'sha256';

/** Formats of other servers, each with the most it may cost (security PW-3). */
const FORMATS: readonly Format[] = [
  {
    kind: 'md5-crypt',
    price: () => MD5_CRYPT_PRICE,
    longest: LONGEST_OF_CRYPT,
    pattern: /^\$md5-crypt\$([./0-9A-Za-z]{0,8})\$([./0-9A-Za-z]{22})$/,
    check:
      ([, salt = '', wanted = '']) =>
      async (password) =>
        sameText(
          await cryptOnThread({ name: 'md5', password: bytes(password), salt: bytes(salt), rounds: 1_000 }),
          wanted,
        ),
  },
  {
    kind: ([, name]) => `${name}-crypt`,
    price: ([, , asked]) => shaCryptPrice(roundsOf(asked)),
    longest: LONGEST_OF_CRYPT,
    pattern: /^\$(sha256|sha512)-crypt\$(?:rounds=(\d{1,10})\$)?([./0-9A-Za-z]{0,16})\$([./0-9A-Za-z]{43,86})$/,
    check([, name, asked, salt = '', wanted = '']) {
      if (name !== 'sha256' && name !== 'sha512') return undefined;
      const parts = { salt: bytes(salt), rounds: roundsOf(asked) };
      return async (password) => sameText(await cryptOnThread({ name, ...parts, password: bytes(password) }), wanted);
    },
  },
  {
    kind: ([, name]) => `pbkdf2 ${pbkdf2Digest(name)}`,
    price: ([, name, rounds, , wanted]) => pbkdf2Price(pbkdf2Digest(name), Number(rounds), base64(wanted).length),
    pattern: /^\$pbkdf2-(sha\d+)\$i=(\d{1,10}),l=\d{1,4}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/,
    check([, name = '', rounds, salt, wanted]) {
      const iterations = Number(rounds);
      if (iterations < 1 || iterations > 10_000_000) return undefined;
      const expected = base64(wanted);
      return async (password) =>
        equal(await derivePbkdf2(password, base64(salt), iterations, expected.length, pbkdf2Digest(name)), expected);
    },
  },
  {
    kind: 'scrypt',
    price: ([, cost, block, parallel]) => scryptPrice(Number(cost), Number(block), Number(parallel)),
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
    kind: 'scrypt',
    price: ([, cost, block, parallel]) => scryptPrice(2 ** Number(cost), Number(block), Number(parallel)),
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
    kind: 'digest',
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
    kind: 'digest',
    pattern: /^\$(sha1|sha256|sha512)\$pf=([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    check: ([, name = '', pf, salt, wanted]) => templated(name, pf, salt, wanted),
  },
  {
    kind: 'digest',
    pattern: /^\$md5\$pf=([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/,
    check: ([, pf, salt, wanted]) => templated('md5', pf, salt, wanted),
  },
  {
    kind: 'digest',
    pattern: /^\$md5\$([A-Za-z0-9+/=]+)$/,
    check:
      ([, wanted]) =>
      async (password) =>
        equal(digest('md5', password), base64(wanted)),
  },
  {
    kind: 'digest',
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
    if (check === undefined) return undefined;
    const { kind, longest = Number.POSITIVE_INFINITY } = format;
    return {
      kind: typeof kind === 'string' ? kind : kind(parts),
      check,
      memory: format.memory?.(parts) ?? 0,
      price: format.price?.(parts) ?? 0,
      longest,
    };
  }
  return undefined;
}

function hmac(name: string, key: Buffer, message: Buffer): Buffer {
  return name === 'md4' ? hmacMd4(key, message) : createHmac(name, key).update(message).digest();
}
