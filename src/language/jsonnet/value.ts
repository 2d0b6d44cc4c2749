import type { Json } from '../../kernel/json.ts';
import type { Assertion } from './syntax.ts';

export type Value = null | boolean | number | string | ArrayValue | ObjectValue | FunctionValue;

/** A value that is computed when it is first needed, and once. */
export interface Thunk {
  value: Value | undefined;
  /** Undefined while the value is being computed: needing it then means that it depends on itself. */
  make: (() => Value) | undefined;
}

export interface ArrayValue {
  readonly kind: 'array';
  readonly items: readonly Thunk[];
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly params: readonly { readonly name: string; readonly optional: boolean }[];
  /** An argument for each parameter; undefined: left out. */
  call(args: readonly (Thunk | undefined)[], at: number): Value;
}

/** Layers from the base to the most derived; `+` puts the layers of both behind each other. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly layers: readonly Layer[];
  /** Fields as this object shows them. */
  readonly fields: Map<string, Thunk>;
  asserted: boolean;
}

export interface Layer {
  readonly fields: ReadonlyMap<string, LayerField>;
  readonly asserts: readonly Assertion[];
  /** Checks the asserts for the object that has this layer at `index`. */
  check(self: ObjectValue, index: number): void;
}

export interface LayerField {
  readonly plus: boolean;
  readonly visibility: 1 | 2 | 3;
  /** The field for the object that has its layer at `index`: `self` is bound late. */
  make(self: ObjectValue, index: number): Value;
}

export const ready = (value: Value): Thunk => ({ value, make: undefined });
export const later = (make: () => Value): Thunk => ({ value: undefined, make });
export const arrayOf = (values: readonly Value[]): ArrayValue => ({ kind: 'array', items: values.map(ready) });
export const objectWith = (layers: readonly Layer[]): ObjectValue => ({
  kind: 'object',
  layers,
  fields: new Map(),
  asserted: false,
});

/** An object of values that are known, or computed when they are needed. */
export function objectOf(entries: Iterable<readonly [string, Thunk]>, force: (thunk: Thunk) => Value): ObjectValue {
  const fields = new Map<string, LayerField>();
  for (const [name, thunk] of entries) fields.set(name, { plus: false, visibility: 1, make: () => force(thunk) });
  return objectWith([{ fields, asserts: [], check: () => undefined }]);
}

/** JSON as values; nested values are converted when they are needed. */
export function fromJson(json: Json): Value {
  if (typeof json !== 'object' || json === null) return json;
  if (isList(json)) return { kind: 'array', items: json.map((item) => later(() => fromJson(item))) };
  const fields = new Map<string, LayerField>();
  for (const [name, value] of Object.entries(json))
    fields.set(name, { plus: false, visibility: 1, make: () => fromJson(value) });
  return objectWith([{ fields, asserts: [], check: () => undefined }]);
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

export function isKind<K extends 'array' | 'object' | 'function'>(
  value: Value,
  kind: K,
): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

export function typeOf(value: Value): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? value.kind : typeof value;
}

/** Names of an object's fields in order; without the hidden ones, unless asked for. */
export function namesOf({ layers }: ObjectValue, hidden = false): readonly string[] {
  const shown = new Map<string, boolean>();
  for (const { fields } of layers)
    for (const [name, { visibility }] of fields)
      shown.set(name, visibility === 1 ? (shown.get(name) ?? true) : visibility === 3);
  const names = [...shown].flatMap(([name, visible]) => (visible || hidden ? [name] : []));
  return names.sort(compareText);
}

/** What it costs to go through an object's fields. */
export const sizeOf = ({ layers }: ObjectValue): number => layers.reduce((sum, { fields }) => sum + 1 + fields.size, 0);

export const hasField = ({ layers }: ObjectValue, name: string): boolean =>
  layers.some(({ fields }) => fields.has(name));

/** By code point, not by half of a surrogate pair. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    const start = i > 0 && isHigh(a.charCodeAt(i - 1)) && isHigh(b.charCodeAt(i - 1)) ? i - 1 : i;
    return (a.codePointAt(start) ?? 0) < (b.codePointAt(start) ?? 0) ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
