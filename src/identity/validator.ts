import type { Traits } from '../kernel/draft.ts';
import { type JsonObject, isObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { EXTENSION } from './extension.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import { compilePattern } from './pattern.ts';
import { parsePhoneNumber } from './phone-number.ts';
import { validationMessages } from './validation-messages.ts';

/** A value with an annotation, found while validating. */
export interface Annotated {
  /** The annotation, which was checked when the schema was loaded. */
  readonly extension: unknown;
  readonly format: string | undefined;
  readonly value: unknown;
  /** `traits.email` */
  readonly name: string;
}

export interface Validator {
  /** The errors of the traits, and the annotated values in them. */
  check(traits: Traits): { readonly wrong: readonly Message[]; readonly annotated: readonly Annotated[] };
}

/** The `this` of the custom keyword: it collects the annotated values of one validation. */
interface Run {
  readonly found: Annotated[];
}

/** Ajv allows neither dot nor slash in a keyword. */
const KEYWORD = 'sallyport:trait';

const regExp = Object.assign(compilePattern, { code: 'linearTime' });

const FORMATS = {
  email: (text: string): boolean => parseMailAddress(text) !== undefined,
  email_loose: (text: string): boolean => parseMailAddress(text.trim()) !== undefined,
  tel: (text: string): boolean => parsePhoneNumber(text) !== undefined,
  'no-validate': true,
} as const;

/** Names that `format` may have. */
export async function knownFormats(): Promise<ReadonlySet<string>> {
  const { fullFormats } = await import('ajv-formats/dist/formats.js');
  return new Set([...Object.keys(fullFormats), ...Object.keys(FORMATS)].toSorted());
}

/** Compiles a schema of `{ traits }`. Throws the error of Ajv when the schema is invalid. */
export async function compileValidator(document: JsonObject): Promise<Validator> {
  const [{ Ajv }, { fullFormats }] = await Promise.all([import('ajv'), import('ajv-formats/dist/formats.js')]);
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    passContext: true,
    code: { regExp },
    logger: false,
    formats: { ...fullFormats, ...FORMATS },
  });
  ajv.addKeyword({
    keyword: KEYWORD,
    errors: false,
    validate(
      this: Run,
      extension: unknown,
      value: unknown,
      parent?: { format?: unknown },
      at?: { instancePath: string },
    ) {
      const format = typeof parent?.format === 'string' ? parent.format : undefined;
      this.found.push({ extension, format, value, name: nameOf(at?.instancePath ?? '') });
      return true;
    },
  });
  const validate = ajv.compile(renamed(document));
  return {
    check(traits) {
      const found: Annotated[] = [];
      const valid = validate.call({ found } satisfies Run, { traits });
      return { wrong: valid ? [] : validationMessages(validate.errors ?? []), annotated: found };
    },
  };
}

function renamed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(renamed) as T; // the same shape, one key renamed
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, part]) =>
    key === EXTENSION ? [KEYWORD, part] : [key, renamed(part)],
  );
  return Object.fromEntries(entries) as T;
}

/** `/traits/person/given` as `traits.person.given`. */
export function nameOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}
