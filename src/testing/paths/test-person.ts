import type { IdentitySchema } from '../../identity/schema.ts';
import type { TraitProperty } from '../../identity/trait-property.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';

export interface Person {
  readonly traits: JsonObject;
  readonly password: string;
  /** The identifier that the person signs in with. */
  readonly identifier: string;
}

/** Traits that the identity schema accepts, unique by `mark`. */
export function makePerson(schema: IdentitySchema, mark: string, own?: (mark: string) => JsonObject): Person {
  const traits = own?.(mark) ?? traitsFor(schema, mark);
  const named = schema.properties.find(({ extension }) => extension?.password === true);
  const identifier = named === undefined ? undefined : valueAt({ traits }, named.path);
  return {
    traits,
    password: `clouds over the harbour ${mark}`,
    identifier: typeof identifier === 'string' ? identifier : `${mark}@sallyport.test`,
  };
}

function traitsFor({ properties }: IdentitySchema, mark: string): JsonObject {
  const traits: Record<string, Json> = {};
  for (const property of properties) {
    const needed = property.required || property.extension !== undefined;
    if (needed) put(traits, property.path.slice(1), sample(property, mark));
  }
  return traits;
}

function sample({ type, format, extension }: TraitProperty, mark: string): Json {
  if (type === 'boolean') return true;
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'array') return [];
  if (type === 'object') return {};
  const mails = format === 'email' || extension?.verification === 'email' || extension?.recovery === 'email';
  if (mails || extension?.password === true) return `${mark}@sallyport.test`;
  if (format === 'date') return '2000-01-01';
  if (format === 'uri') return 'https://sallyport.test/';
  return `some ${mark}`;
}

function put(into: Record<string, Json>, path: readonly string[], value: Json): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = { ...(into[key] as JsonObject | undefined) }; // made by this function
  put(inner, rest, value);
  into[key] = inner;
}

function valueAt(value: JsonObject, path: readonly string[]): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined;
    here = (here as JsonObject)[key]; // what is left of Json
  }
  return here;
}
