import type { Random } from '../../kernel/random.ts';

/** What of an argon2 library is used; both that can be had make and read the same strings. */
export interface Argon2 {
  /** The name of its package. */
  readonly library: string;
  hash(
    password: string,
    options: {
      readonly memory: number;
      readonly iterations: number;
      readonly parallelism: number;
      readonly keyLength: number;
      readonly salt: Buffer;
    },
  ): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

export interface Argon2Parameters {
  readonly type: 'argon2id' | 'argon2i';
  /** KiB. */
  readonly memory: number;
  readonly iterations: number;
  readonly parallelism: number;
  /** Bytes. */
  readonly keyLength: number;
}

const PHC =
  /^\$(argon2id|argon2i)\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{16,})$/;
const MOST = { memory: 1_048_576, iterations: 10, parallelism: 16 };

/** The cost of an argon2 hash; undefined for what is none, or costs more than we are willing to pay (security PW-3). */
export function argon2Parameters(hash: string): Argon2Parameters | undefined {
  const [, type, m, t, p, , tag] = PHC.exec(hash) ?? [];
  if (type !== 'argon2id' && type !== 'argon2i') return undefined;
  const found = { memory: Number(m), iterations: Number(t), parallelism: Number(p) };
  const sane = (Object.keys(MOST) as (keyof typeof MOST)[]).every((key) => found[key] > 0 && found[key] <= MOST[key]);
  return sane ? { type, ...found, keyLength: Buffer.from(tag ?? '', 'base64').length } : undefined;
}

/** A hash that no password has: checking one against it takes what checking any takes. */
export function randomArgon2(
  settings: Omit<Argon2Parameters, 'type'> & { readonly saltLength: number },
  random: Pick<Random, 'bytes'>,
): string {
  const { memory, iterations, parallelism, saltLength, keyLength } = settings;
  const text = (length: number): string => random.bytes(length).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${iterations},p=${parallelism}$${text(saltLength)}$${text(keyLength)}`;
}

let loaded: Promise<Argon2> | undefined;

/** The faster library where it installs, else the one that installs everywhere; loaded once a process. */
export function loadArgon2(): Promise<Argon2> {
  loaded ??= loadFastArgon2().then((fast) => fast ?? loadStandardArgon2());
  return loaded;
}

/** `argon2`: the floor, and the judge of what the other makes. */
export async function loadStandardArgon2(): Promise<Argon2> {
  const { default: argon2 } = await import('argon2');
  return {
    library: 'argon2',
    hash: (password, { memory, iterations, parallelism, keyLength, salt }) =>
      argon2.hash(password, {
        type: argon2.argon2id,
        memoryCost: memory,
        timeCost: iterations,
        parallelism,
        hashLength: keyLength,
        salt,
      }),
    verify: (hash, password) => argon2.verify(hash, password),
  };
}

interface Fast {
  hash(password: string, options: object): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

const FAST = '@node-rs/argon2';

/** `@node-rs/argon2`, about twice as fast; undefined on a platform for which it has no build. */
export async function loadFastArgon2(): Promise<Argon2 | undefined> {
  const name: string = FAST; // optional: the compiler does not look for it
  try {
    const { hash, verify } = (await import(name)) as Fast;
    return {
      library: FAST,
      hash: (password, { memory, iterations, parallelism, keyLength, salt }) =>
        hash(password, {
          memoryCost: memory,
          timeCost: iterations,
          parallelism,
          outputLen: keyLength,
          salt,
          algorithm: 2,
          version: 1,
        }),
      verify: (hashed, password) => verify(hashed, password),
    };
  } catch {
    return undefined; // not installed: the standard one does the work
  }
}
