import { must } from '../../kernel/error.ts';
import type { FormerKey } from './former-keys.ts';
import { anything, map, type MapOf, type Spec } from './spec.ts';

/**
 * The schema with the former names beside those of today; each is checked like the key it stands for. A name that stood for
 * a key of a method is left out where the method is not among these.
 */
export function withFormerKeys(
  schema: MapOf,
  rows: readonly FormerKey[],
  methods: readonly { readonly name: string }[],
): MapOf {
  return rows
    .filter((row) => isReadBy(methods, row))
    .reduce((made, row) => put(made, row.key.split('.'), specOf(made, row)), schema);
}

function isReadBy(methods: readonly { readonly name: string }[], { meaning }: FormerKey): boolean {
  const method = meaning.kind === 'same' ? /^selfservice\.methods\.(\w+)\./.exec(meaning.to)?.[1] : undefined;
  return method === undefined || methods.some(({ name }) => name === method);
}

/** The spec of a key by its path; `[]` steps into the items of a list. */
export function specAt(schema: Spec, key: string): Spec | undefined {
  let spec: Spec | undefined = schema;
  for (const part of key.split('.')) {
    if (part === '[]') spec = spec?.kind === 'list' ? spec.of : undefined;
    else spec = spec?.kind === 'map' && Object.hasOwn(spec.keys, part) ? spec.keys[part] : undefined;
  }
  return spec;
}

function specOf(schema: MapOf, { key, releases, meaning }: FormerKey): Spec {
  switch (meaning.kind) {
    case 'same': {
      const { default: _, computed: _computed, ...target } = must(specAt(schema, meaning.to), `The key ${meaning.to}`);
      return { ...target, to: meaning.to, former: { releases } };
    }
    case 'converted':
      return { ...meaning.spec, former: { releases, today: meaning.today } };
    case 'dropped':
      return { ...anything('Without a meaning today.'), inert: meaning.why, former: { releases } };
    case 'refused':
      return { ...anything(`Not \`${key.split('.').at(-1) ?? ''}\`.`), refused: meaning.instead, former: { releases } };
  }
}

function put<T extends Spec>(spec: T, [key, ...rest]: readonly string[], leaf: Spec): T {
  if (key === undefined) return spec;
  if (key === '[]' && spec.kind === 'list') return { ...spec, of: put(spec.of, rest, leaf) };
  if (spec.kind !== 'map') return spec;
  const inside = rest.length === 0 ? leaf : put(spec.keys[key] ?? map({}), rest, leaf);
  return { ...spec, keys: { ...spec.keys, [key]: inside } };
}
