import type { Traits } from '../kernel/draft.ts';
import type { Issue, Place } from '../kernel/issue.ts';
import { type JsonObject, deepFreeze, isObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { type Derived, type FlaggedType, derive, deriveStored } from './derive.ts';
import { EXTENSION, readExtension } from './extension.ts';
import { MAX_SCHEMA_BYTES, checkLimits } from './schema-limits.ts';
import { type TraitProperty, titledIdentifier, traitProperties } from './trait-property.ts';
import { compileValidator, knownFormats } from './validator.ts';

/** An identity schema, checked and compiled. */
export interface IdentitySchema {
  readonly id: string;
  /** As `GET /schemas/{id}` serves it. */
  readonly document: JsonObject;
  /** True when a client may choose it. */
  readonly selectable: boolean;
  /** Leaves of the traits, in the order of the document. */
  readonly properties: readonly TraitProperty[];
  /**
   * Identifiers and addresses of traits that a person typed; or messages, each on its node: what the JSON schema
   * refuses, or, when it refuses nothing, values that are used as an identifier or address and are none.
   */
  derive(traits: Traits): Derived | readonly Message[];
  /** Identifiers and addresses of stored traits. Never refuses: the traits were validated when they were typed. */
  deriveStored(traits: Traits): Derived;
  /** The label of the identifier field of a login. */
  readonly identifierLabel: Message;
}

export interface IdentitySchemas {
  readonly defaultId: string;
  get(id: string): IdentitySchema | undefined;
  /** In the order of the configuration. */
  list(): readonly IdentitySchema[];
}

/** The part of the configuration that says where schemas come from. */
export interface SchemaSettings {
  readonly defaultSchemaId: string;
  readonly schemas: readonly {
    readonly id: string;
    readonly url: string;
    readonly selectable: boolean;
    readonly rootIsTraits: boolean;
    readonly place: Place | undefined;
  }[];
}

type Source = SchemaSettings['schemas'][number];

/** The schema of `sallyport dev`: one mail address for login, verification and recovery. */
const BUILT_IN: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Person',
  type: 'object',
  properties: {
    traits: {
      type: 'object',
      properties: {
        email: {
          type: 'string',
          format: 'email',
          title: 'E-mail address',
          maxLength: 320,
          [EXTENSION]: {
            credentials: { password: { identifier: true }, code: { identifier: true, via: 'email' } },
            verification: { via: 'email' },
            recovery: { via: 'email' },
          },
        },
      },
      required: ['email'],
      additionalProperties: false,
    },
  },
};

/** True when `derive` returned messages. */
export function isProblem(derived: Derived | readonly Message[]): derived is readonly Message[] {
  return Array.isArray(derived);
}

/** Reads, checks and compiles the schemas. `schemas` is undefined when any of them has an issue. */
export async function loadSchemas(
  settings: SchemaSettings,
  readContent: (url: string) => Promise<string>,
): Promise<{ readonly schemas: IdentitySchemas | undefined; readonly issues: readonly Issue[] }> {
  const loaded = await Promise.all(settings.schemas.map((source) => loadOne(source, readContent)));
  const issues = loaded.flatMap((each) => each.issues);
  const byId = new Map(loaded.flatMap(({ schema }) => (schema === undefined ? [] : [[schema.id, schema] as const])));
  const { defaultSchemaId } = settings;
  if (issues.length === 0 && !byId.has(defaultSchemaId)) {
    issues.push({
      code: 'identity-schema',
      place: undefined,
      path: 'identity.default_schema_id',
      found: `is ${defaultSchemaId}`,
      allowed: `one of the schemas is expected: ${[...byId.keys()].join(', ')}`,
    });
  }
  if (issues.length > 0) return { schemas: undefined, issues };
  const all = Object.freeze([...byId.values()]);
  return { schemas: { defaultId: defaultSchemaId, get: (id) => byId.get(id), list: () => all }, issues };
}

interface One {
  readonly schema: IdentitySchema | undefined;
  readonly issues: readonly Issue[];
}

async function loadOne(source: Source, readContent: (url: string) => Promise<string>): Promise<One> {
  const issues: Issue[] = [];
  const problem = (at: string, found: string, allowed: string): void => {
    issues.push({
      code: 'identity-schema',
      place: source.place,
      path: `identity.schemas ${source.id} ${at}`,
      found,
      allowed,
    });
  };
  const written = await read(source, readContent, problem);
  if (written === undefined) return { schema: undefined, issues };
  checkLimits(written, await knownFormats(), problem);
  const document = deepFreeze(source.rootIsTraits ? wrap(written) : written);
  checkShape(document, problem);
  if (issues.length > 0) return { schema: undefined, issues };
  try {
    return { schema: await compile(source, document), issues };
  } catch (error) {
    problem('#', error instanceof Error ? error.message : String(error), 'a JSON schema of draft 7 is expected');
    return { schema: undefined, issues };
  }
}

type Problem = (at: string, found: string, allowed: string) => void;

async function read(
  source: Source,
  readContent: (url: string) => Promise<string>,
  problem: Problem,
): Promise<JsonObject | undefined> {
  const { url } = source;
  if (url === 'builtin:email') return BUILT_IN;
  let text: string;
  try {
    text = url.startsWith('base64://') ? Buffer.from(url.slice(9), 'base64').toString('utf8') : await readContent(url);
  } catch (error) {
    problem(
      'url',
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'a JSON file is expected',
    );
    return undefined;
  }
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) {
    problem('url', `has ${Buffer.byteLength(text)} bytes`, `at most ${MAX_SCHEMA_BYTES} are allowed`);
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value as JsonObject; // parsed from JSON
    problem('#', 'is not an object', 'a JSON schema is expected');
  } catch (error) {
    problem('#', `is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'a JSON schema is expected');
  }
  return undefined;
}

/**
 * Moves a schema of an older dialect, whose root is the traits, below `properties.traits`, and its references with it.
 */
function wrap(root: JsonObject): JsonObject {
  const { $schema, $id, ...traits } = root;
  return {
    ...($schema !== undefined && { $schema }),
    ...($id !== undefined && { $id }),
    type: 'object',
    properties: { traits: moved(traits) },
    required: ['traits'],
  };
}

function moved<T>(value: T): T {
  if (Array.isArray(value)) return value.map(moved) as T; // the same shape, other references
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => {
    const reference = key === '$ref' && typeof part === 'string' && part.startsWith('#');
    return [key, reference ? `#/properties/traits${part.slice(1)}` : moved(part)];
  });
  return Object.fromEntries(entries) as T;
}

/** The formats of a property with verification. Other formats say nothing about an address. */
const VERIFIABLE: ReadonlySet<string | undefined> = new Set([
  undefined,
  'email',
  'tel',
  'date',
  'time',
  'date-time',
  'no-validate',
]);

function checkShape(document: JsonObject, problem: Problem): void {
  const properties = document['properties'];
  const traits = isObject(properties) ? properties['traits'] : undefined;
  if (!isObject(traits))
    return problem('#/properties/traits', 'is missing', 'the schema of the traits is expected there');
  if (traits['type'] !== undefined && traits['type'] !== 'object') {
    problem('#/properties/traits/type', `is ${JSON.stringify(traits['type'])}`, 'object is expected');
  }
  if (!('$ref' in traits) && (!isObject(traits['properties']) || Object.keys(traits['properties']).length === 0)) {
    problem('#/properties/traits/properties', 'names no trait', 'at least one is expected');
  }
  checkExtensions(document, '#', problem);
}

function checkExtensions(value: unknown, path: string, problem: Problem): void {
  if (Array.isArray(value)) return value.forEach((part, i) => checkExtensions(part, `${path}/${i}`, problem));
  if (!isObject(value)) return;
  if (Object.hasOwn(value, EXTENSION)) {
    const { verification } = readExtension(value[EXTENSION], `${path}/${EXTENSION}`, problem);
    const { format } = value;
    if (verification !== undefined && typeof format === 'string' && !VERIFIABLE.has(format)) {
      problem(
        `${path}/format`,
        `is ${format}`,
        'a verified property is an email, tel, date, time, date-time or no-validate',
      );
    }
  }
  for (const [key, part] of Object.entries(value)) {
    if (key !== EXTENSION) checkExtensions(part, `${path}/${key}`, problem);
  }
}

async function compile({ id, selectable }: Source, document: JsonObject): Promise<IdentitySchema> {
  const validator = await compileValidator(document);
  const properties = deepFreeze(traitProperties(document));
  const flagged = flaggedTypes(document);
  const label = titledIdentifier(properties);
  return Object.freeze({
    id,
    document,
    selectable,
    properties,
    derive(traits: Traits) {
      const { wrong, annotated } = validator.check(traits);
      return wrong.length > 0 ? wrong : derive(annotated, flagged);
    },
    deriveStored: (traits: Traits) => deriveStored(validator.check(traits).annotated, flagged),
    identifierLabel: Object.freeze(
      label === undefined ? say(1070004) : say(1070002, { title: label.title, name: label.name }),
    ),
  });
}

/** The types of credential for which any property of the document is an identifier. */
function flaggedTypes(value: unknown, found = new Set<FlaggedType>()): ReadonlySet<FlaggedType> {
  if (Array.isArray(value)) for (const part of value) flaggedTypes(part, found);
  if (!isObject(value)) return found;
  if (Object.hasOwn(value, EXTENSION)) {
    const { password, webauthn, code } = readExtension(value[EXTENSION], '', () => undefined);
    if (password) found.add('password');
    if (webauthn) found.add('webauthn');
    if (code !== undefined) found.add('code');
  }
  for (const part of Object.values(value)) flaggedTypes(part, found);
  return found;
}
