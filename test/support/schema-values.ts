import { METHODS } from '../../src/strategy/methods.ts';
import { sectionsOf } from '../../src/strategy/registry.ts';
import { schemaOf } from '../../src/config/schema/schema.ts';
import type { Leaf, Spec } from '../../src/config/schema/spec.ts';

/** A key of the schema with values that its type takes. */
export interface SchemaKey {
  readonly path: readonly string[];
  readonly values: readonly unknown[];
  readonly leaf: boolean;
}

/** What any type might take; each leaf picks what it parses. */
const POOL: readonly unknown[] = [
  true,
  false,
  'true',
  1,
  12,
  32,
  4433,
  0.5,
  '1h',
  '0s',
  '90s',
  '19456KB',
  '1KB',
  'https://app.example.org/a',
  'http://127.0.0.1:4455/b',
  '/inside',
  'file://./nowhere.json',
  `base64://${Buffer.from('{}').toString('base64')}`,
  'somebody@example.org',
  'a-secret-that-is-long-enough-for-all-of-it',
  'a-secret-of-exactly-32-characte!',
  'v26.2.0',
  'word',
  'POST',
  'localhost',
];

const MOST = 3;

/** Every key, old spellings included, in the order of the schema. */
export function schemaKeys(): readonly SchemaKey[] {
  return keysOf(schemaOf(sectionsOf(METHODS)), []);
}

function keysOf(spec: Spec, path: readonly string[]): readonly SchemaKey[] {
  if (spec.kind === 'map') return Object.entries(spec.keys).flatMap(([key, part]) => keysOf(part, [...path, key]));
  return [{ path, values: valuesOf(spec), leaf: spec.kind === 'leaf' }];
}

function valuesOf(spec: Spec): readonly unknown[] {
  switch (spec.kind) {
    case 'leaf':
      return valuesOfLeaf(spec);
    case 'list':
      return [[], ...valuesOf(spec.of).map((each) => [each])].slice(0, MOST);
    case 'record':
      return [{}, ...valuesOf(spec.of).map((each) => ({ name: each }))].slice(0, MOST);
    case 'hooks':
      return [[], [{ [spec.old && spec.flow === 'profile' ? 'job' : 'hook']: 'somebody_elses' }]];
    case 'any':
      return [{ a: 1 }, 'word'];
    case 'map': {
      const parts = Object.entries(spec.keys).map(([key, part]) => [key, valuesOf(part)] as const);
      return [0, 1].map((i) =>
        Object.fromEntries(parts.flatMap(([key, all]) => (all.length === 0 ? [] : [[key, all[i % all.length]]]))),
      );
    }
  }
}

/** Every choice of a list of words, else the first of the pool that fit. */
function valuesOfLeaf(leaf: Leaf): readonly unknown[] {
  const words = /^one of (.*)$/.exec(leaf.wanted)?.[1]?.split(', ') ?? [];
  return words.length > 0 ? words : POOL.filter((each) => takes(leaf, each)).slice(0, MOST);
}

function takes(leaf: Leaf, value: unknown): boolean {
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return plain && 'value' in leaf.parse(value, false);
}

/** The value below its path. */
export const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inside, key) => ({ [key]: inside }), value);
