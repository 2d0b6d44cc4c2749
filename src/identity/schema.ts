import type { Traits } from '../kernel/draft.ts';
import type { Issue, Place } from '../kernel/issue.ts';
import { type JsonObject, deepFreeze } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import { type Derived, derive, deriveStored } from './derive.ts';
import { warnOfFormats } from './schema-formats.ts';
import { checkLimits } from './schema-limits.ts';
import { type SchemaProblem, checkShape, flaggedTypes } from './schema-shape.ts';
import { readSchema, wrapTraits } from './schema-source.ts';
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

/** True when `derive` returned messages. */
export function isProblem(derived: Derived | readonly Message[]): derived is readonly Message[] {
  return Array.isArray(derived);
}

/** Reads, checks and compiles the schemas. `schemas` is undefined when any of them has an issue. */
export async function loadSchemas(
  settings: SchemaSettings,
  readContent: (url: string) => Promise<string>,
): Promise<{
  readonly schemas: IdentitySchemas | undefined;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}> {
  const loaded = await Promise.all(settings.schemas.map((source) => loadOne(source, readContent)));
  const issues = loaded.flatMap((each) => each.issues);
  const warnings = loaded.flatMap((each) => each.warnings);
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
  if (issues.length > 0) return { schemas: undefined, issues, warnings };
  const all = Object.freeze([...byId.values()]);
  return { schemas: { defaultId: defaultSchemaId, get: (id) => byId.get(id), list: () => all }, issues, warnings };
}

interface One {
  readonly schema: IdentitySchema | undefined;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

async function loadOne(source: Source, readContent: (url: string) => Promise<string>): Promise<One> {
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const problem: SchemaProblem = (at, found, allowed) => {
    issues.push({
      code: 'identity-schema',
      place: source.place,
      path: `identity.schemas ${source.id} ${at}`,
      found,
      allowed,
    });
  };
  const written = await readSchema(source.url, readContent, problem);
  if (written === undefined) return { schema: undefined, issues, warnings };
  checkLimits(written, problem);
  warnOfFormats(written, await knownFormats(), (at, found, allowed) => {
    warnings.push({
      code: 'identity-schema',
      place: source.place,
      path: `identity.schemas ${source.id} ${at}`,
      found,
      allowed,
    });
  });
  const document = deepFreeze(source.rootIsTraits ? wrapTraits(written) : written);
  checkShape(document, problem);
  if (issues.length > 0) return { schema: undefined, issues, warnings };
  try {
    return { schema: await compile(source, document), issues, warnings };
  } catch (error) {
    problem('#', error instanceof Error ? error.message : String(error), 'a JSON schema of draft 7 is expected');
    return { schema: undefined, issues, warnings };
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
