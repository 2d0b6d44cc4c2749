import { type JsonObject, isObject } from '../kernel/json.ts';
import { EXTENSION, type Extension, forCredentials, readExtension } from './extension.ts';
import { lookUp } from './schema-limits.ts';

export type ScalarType = 'string' | 'number' | 'integer' | 'boolean';

/** A leaf of the traits: a field of a form, and the type that its submitted value is converted to. */
export interface TraitProperty {
  /** `traits.person.given` */
  readonly name: string;
  readonly path: readonly string[];
  readonly type: ScalarType | 'array' | 'object';
  /** The type of the items of an array; undefined when no form can express the array. */
  readonly items: ScalarType | undefined;
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly title: string | undefined;
  /** Listed in its parent's `required`. */
  readonly required: boolean;
  readonly disabled: boolean;
  readonly extension: Extension | undefined;
}

const MAX_DEPTH = 32;
const SCALARS: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);

/** The leaves below `traits`, in the order of the document, through references and `allOf`. */
export function traitProperties(document: JsonObject): readonly TraitProperty[] {
  const found: TraitProperty[] = [];
  const root = isObject(document['properties']) ? document['properties']['traits'] : undefined;
  collect(document, root, ['traits'], false, found);
  return found;
}

function collect(
  document: JsonObject,
  value: unknown,
  path: readonly string[],
  required: boolean,
  found: TraitProperty[],
): void {
  const schema = resolved(document, value);
  if (schema === undefined || path.length > MAX_DEPTH) return;
  const children = childrenOf(document, schema);
  if (children.size > 0) {
    for (const [name, child] of children) collect(document, child.schema, [...path, name], child.required, found);
    return;
  }
  if (path.length > 1) found.push(leaf(document, schema, path, required));
}

function leaf(
  document: JsonObject,
  schema: Record<string, unknown>,
  path: readonly string[],
  required: boolean,
): TraitProperty {
  const type = typeOf(schema['type'] ?? impliedType(schema));
  const items = type === 'array' ? resolved(document, schema['items']) : undefined;
  const itemType = items === undefined ? undefined : typeOf(items['type']);
  const extension = schema[EXTENSION];
  return {
    name: path.join('.'),
    path,
    type,
    items: itemType === 'array' || itemType === 'object' ? undefined : itemType,
    format: text(schema['format']),
    pattern: text(schema['pattern']),
    title: text(schema['title']),
    required,
    disabled: schema['disableFormField'] === true,
    extension: extension === undefined ? undefined : readExtension(extension, '', () => undefined),
  };
}

interface Child {
  readonly schema: unknown;
  readonly required: boolean;
}

function childrenOf(
  document: JsonObject,
  schema: Readonly<Record<string, unknown>>,
  depth = 0,
): ReadonlyMap<string, Child> {
  const children = new Map<string, Child>();
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  if (isObject(schema['properties'])) {
    for (const [name, child] of Object.entries(schema['properties'])) {
      children.set(name, { schema: child, required: required.has(name) });
    }
  }
  if (!Array.isArray(schema['allOf']) || depth > MAX_DEPTH) return children;
  for (const part of schema['allOf']) {
    const more = resolved(document, part);
    if (more === undefined) continue;
    for (const [name, child] of childrenOf(document, more, depth + 1))
      if (!children.has(name)) children.set(name, child);
    for (const name of Array.isArray(more['required']) ? more['required'] : []) {
      const child = children.get(String(name));
      if (child !== undefined) children.set(String(name), { ...child, required: true });
    }
  }
  return children;
}

/** A schema merged with the schemas that its references name; its own members win. */
function resolved(document: JsonObject, value: unknown): Record<string, unknown> | undefined {
  let schema = value;
  const beside: Record<string, unknown> = {};
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (!isObject(schema)) return undefined;
    const { $ref, ...others } = schema;
    for (const [key, member] of Object.entries(others)) if (!Object.hasOwn(beside, key)) beside[key] = member;
    if (typeof $ref !== 'string') return beside;
    schema = lookUp(document, $ref);
  }
  return undefined;
}

/** A schema may name its values alone (`const: true`): then they say the type, if all are of one. */
function impliedType({ const: only, enum: several }: Readonly<Record<string, unknown>>): string | undefined {
  const values: readonly unknown[] = Array.isArray(several) ? several : only === undefined ? [] : [only];
  const [first, ...others] = new Set(values.map((each) => typeof each));
  return others.length === 0 ? first : undefined;
}

function typeOf(type: unknown): TraitProperty['type'] {
  const first: unknown = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  if (first === 'array' || first === 'object') return first;
  // The set holds exactly the scalars.
  return SCALARS.has(first) ? (first as ScalarType) : 'string';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The only property that is an identifier, if it has a title: the label of the identifier field of a login. */
export function titledIdentifier(
  properties: readonly TraitProperty[],
): { readonly title: string; readonly name: string } | undefined {
  const flagged = properties.filter(({ extension }) => extension !== undefined && forCredentials(extension));
  const [only] = flagged;
  return flagged.length === 1 && only?.title !== undefined ? { title: only.title, name: only.name } : undefined;
}
