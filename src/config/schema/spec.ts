import { parseDuration } from '../../kernel/clock.ts';
import { parseMailAddress } from '../../kernel/mail-address.ts';
import { parseConfiguredUrl } from '../../kernel/return-url.ts';
import type { FlowName, MethodName } from '../config.ts';
import type { Scalar } from '../source/yaml-tree.ts';

/** `odd`: it is taken, and somebody should know. `dropped`: it is read past, and why. */
export type Parsed =
  { readonly value: unknown; readonly odd?: string } | { readonly problem: string } | { readonly dropped: string };

/** What a key of any type may have. */
export interface Meta {
  readonly about: string;
  /** The default, as a file would have it. */
  readonly default?: string | number | boolean | readonly string[];
  /** The default in words, where it depends on other settings. */
  readonly computed?: string;
  /** The value is never printed, and may be given as `file://…` or `base64://…`. */
  readonly secret?: true;
  /** A value that switches the key on needs this feature of the build. */
  readonly feature?: string;
  /** Only this value needs the feature. */
  readonly when?: string;
  /** Why the key has no effect here; it is accepted with a warning. */
  readonly inert?: string;
  /** The key is refused; what to do instead. */
  readonly refused?: string;
  /** The current key of which this one is an old spelling; within an item of a list, relative to the item. */
  readonly to?: string;
  /** A name that only these releases of the reference had; what is converted says into which key of today. */
  readonly former?: { readonly releases: string; readonly today?: string };
}

export interface Leaf extends Meta {
  readonly kind: 'leaf';
  readonly wanted: string;
  /** An address of something that is read later: never replaced by what a `file://` holds. */
  readonly content?: true;
  parse(value: Scalar, loose: boolean): Parsed;
}
export interface ListOf extends Meta {
  readonly kind: 'list';
  readonly of: Leaf | MapOf;
}
/** A mapping with free keys. */
export interface RecordOf extends Meta {
  readonly kind: 'record';
  readonly of: Leaf | MapOf;
}
export interface MapOf extends Partial<Meta> {
  readonly kind: 'map';
  readonly keys: Readonly<Record<string, Spec>>;
  readonly required?: readonly string[];
  /** A list in place of the mapping stands for its key `hooks`. */
  readonly short?: true;
  /** Other keys may stand beside these: they have no effect and are warned about. */
  readonly open?: true;
}
/** Any JSON mapping: the part that reads it checks what is in it. */
export interface Anything extends Meta {
  readonly kind: 'any';
}
export interface HooksOf extends Meta {
  readonly kind: 'hooks';
  readonly flow: FlowName | 'profile';
  readonly point: 'before' | 'after';
  /** `passwordless` stands for every method that needs no password. */
  readonly method: MethodName | undefined;
  /** Under `selfservice.<flow>`, as before v0.5. */
  readonly old: boolean;
}
export type Spec = Leaf | ListOf | RecordOf | MapOf | Anything | HooksOf;

export const map = (keys: MapOf['keys'], more: Partial<MapOf> = {}): MapOf => ({ kind: 'map', keys, ...more });
export const listOf = (of: ListOf['of'], about: string, more: Partial<Meta> = {}): ListOf => ({
  kind: 'list',
  of,
  about,
  ...more,
});
export const recordOf = (of: RecordOf['of'], about: string, more: Partial<Meta> = {}): RecordOf => ({
  kind: 'record',
  of,
  about,
  ...more,
});
export const anything = (about: string, more: Partial<Meta> = {}): Anything => ({ kind: 'any', about, ...more });

const leaf = (wanted: string, about: string, more: Partial<Meta>, parse: Leaf['parse']): Leaf => ({
  kind: 'leaf',
  wanted,
  about,
  parse,
  ...more,
});
const ok = (value: unknown): Parsed => ({ value });
const NO: Parsed = { problem: '' };

export interface TextRule extends Partial<Meta> {
  readonly pattern?: RegExp;
  readonly wanted?: string;
  readonly empty?: true;
}
export function text(about: string, { pattern, wanted, empty, ...more }: TextRule = {}): Leaf {
  return leaf(wanted ?? (empty ? 'a string' : 'a string that is not empty'), about, more, (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return { problem: 'put it into quotes' };
    if (typeof value !== 'string' || (value === '' && !empty)) return NO;
    return pattern === undefined || pattern.test(value) ? ok(value) : NO;
  });
}

export interface OneOfRule extends Partial<Meta> {
  readonly retired?: readonly string[];
  readonly anyCase?: boolean;
}
/** `retired`: values of former releases, which are read past. `anyCase`: capitals are small letters. */
export const oneOf = (
  values: readonly string[],
  about: string,
  { retired = [], anyCase = false, ...more }: OneOfRule = {},
): Leaf =>
  leaf(`one of ${values.join(', ')}`, about, more, (value) => {
    if (typeof value !== 'string') return NO;
    if (retired.includes(value)) return { dropped: `no release of today has it: write one of ${values.join(', ')}` };
    if (values.includes(value)) return ok(value);
    const near = values.find((each) => each.toLowerCase() === value.toLowerCase());
    if (near === undefined) return NO;
    return anyCase ? ok(near) : { problem: `it is spelt ${near}` };
  });

export const flag = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('true or false', about, more, (value, loose) => {
    if (typeof value === 'boolean') return ok(value);
    if (loose && (value === 'true' || value === 'false')) return ok(value === 'true');
    return NO;
  });

/** A boolean that the reference writes as text. */
export const textFlag = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('true or false', about, more, (value) =>
    value === true || value === 'true' ? ok(true) : value === false || value === 'false' ? ok(false) : NO,
  );

export function integer(least: number, most: number, about: string, more: Partial<Meta> = {}): Leaf {
  const top = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return leaf(`a whole number ${top}`, about, more, (value, loose) => {
    const number = numberOf(value, loose);
    return number !== undefined && Number.isSafeInteger(number) && number >= least && number <= most ? ok(number) : NO;
  });
}

export const share = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('a number from 0 to 1', about, more, (value, loose) => {
    const number = numberOf(value, loose);
    return number !== undefined && number >= 0 && number <= 1 ? ok(number) : NO;
  });

const numberOf = (value: Scalar, loose: boolean): number | undefined => {
  if (typeof value === 'number') return value;
  return loose && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
};

const LONGEST = 100 * 365 * 86_400_000;
/** In milliseconds. */
export const duration = (about: string, more: Partial<Meta> & { readonly zero?: true } = {}): Leaf => {
  const { zero, ...meta } = more;
  return leaf('a duration such as 15m, 24h or 1h30m', about, meta, (value) => {
    const none = zero === true && (value === 0 || value === '0');
    const ms = none ? 0 : parseDuration(value);
    if (ms === undefined) return typeof value === 'number' ? { problem: 'a unit is missing' } : NO;
    if (ms > LONGEST) return { problem: 'that is more than 100 years' };
    return ms > 0 || zero ? ok(ms) : { problem: 'must be longer than 0' };
  });
};

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };
export const parseBytes = (value: unknown): number | undefined => {
  const match = typeof value === 'string' ? /^(\d{1,15})(B|KB|MB|GB|TB)$/.exec(value) : null;
  const bytes = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
};

export const bytes = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('a size such as 19456KB or 1GB', about, more, (value) => {
    const size = parseBytes(value);
    return size === undefined ? NO : ok(size);
  });

/** Memory of a hasher: text with a unit, or in the old dialects a bare number of KiB. */
export const memory = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('a size such as 19456KB', about, more, (value, loose) => {
    const bare = numberOf(value, loose);
    if (bare !== undefined) return Number.isSafeInteger(bare) && bare > 0 ? ok({ kib: bare, bare: true }) : NO;
    const size = parseBytes(value);
    return size === undefined || size % 1024 !== 0 ? NO : ok({ kib: size / 1024, bare: false });
  });

/** Where a browser may be sent: absolute http or https; `path` also takes `/path` on the public URL. As it is sent. */
export const url = (
  about: string,
  more: Partial<Meta> & { readonly path?: true; readonly asWritten?: true } = {},
): Leaf => {
  const { path, asWritten, ...meta } = more;
  const wanted = `an absolute http or https URL${path ? ', or a path that begins with one /' : ''}`;
  return leaf(wanted, about, meta, (value) => {
    if (typeof value !== 'string' || value === '') return NO;
    if (path && /^\/(?!\/)/.test(value)) {
      const parsed = parseConfiguredUrl(`http://localhost${value}`);
      return typeof parsed === 'string' ? ok(value) : { problem: `it ${parsed.problem}` };
    }
    const parsed = parseConfiguredUrl(value);
    if (typeof parsed !== 'string') return { problem: `it ${parsed.problem}` };
    const odd = URL.parse(parsed)?.hostname.includes('_') === true;
    return {
      value: asWritten ? value : parsed,
      ...(odd && { odd: 'an underscore is not for names of hosts (RFC 1123)' }),
    };
  });
};

/** `file://`, `base64://` or `http(s)://`. */
export const content = (about: string, more: Partial<Meta> = {}): Leaf => ({
  ...leaf('a file://, base64:// or http(s):// URI', about, more, (value) =>
    typeof value === 'string' && /^(?:file:\/\/|base64:\/\/|https?:\/\/[^/])./.test(value) ? ok(value) : NO,
  ),
  content: true,
});

export const email = (about: string, more: Partial<Meta> = {}): Leaf =>
  leaf('an e-mail address', about, more, (value) => {
    const address = parseMailAddress(value);
    return address === undefined ? NO : ok(address);
  });
