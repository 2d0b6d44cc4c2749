import { type JsonObject, isObject } from '../kernel/json.ts';
import { EXTENSION } from './extension.ts';
import { MAX_SCHEMA_BYTES } from './schema-limits.ts';
import type { SchemaProblem } from './schema-shape.ts';

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

/** Reads the document of a schema from its URL. Reports a problem and returns undefined when it is no JSON object. */
export async function readSchema(
  url: string,
  readContent: (url: string) => Promise<string>,
  problem: SchemaProblem,
): Promise<JsonObject | undefined> {
  if (url === 'builtin:email') return BUILT_IN;
  let text: string;
  try {
    text = await readContent(url);
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
export function wrapTraits(root: JsonObject): JsonObject {
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
