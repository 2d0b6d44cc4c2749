import type { Checked } from '../checked.ts';
import type { Config, SchemaSource } from '../config.ts';
import { conflict, warnOfName } from '../dialect/move-old-keys.ts';
import type { LoadContext } from './load-context.ts';
import type { At } from '../source/yaml-tree.ts';
import type { TypedValues } from './typed-values.ts';

/** The identity schemas of every dialect; one with `email` when none is configured. */
export function readIdentity(values: TypedValues, { problems }: LoadContext): Config['identity'] {
  const between = readSchemaUrl(values, problems);
  const defaultSchemaId = between?.id ?? values.text('identity.default_schema_id');
  const sources: { readonly source: SchemaSource; readonly at: At }[] = [];
  const add = (source: Omit<SchemaSource, 'place'>, at: At): void => {
    const twin = sources.find((other) => other.source.id === source.id);
    if (twin === undefined) sources.push({ source: { ...source, place: at.place }, at });
    else if (twin.source.rootIsTraits !== source.rootIsTraits) conflict(problems, { at }, twin);
    else
      problems.error(
        at,
        'duplicate',
        `has the id ${JSON.stringify(source.id)}, like ${twin.at.path}`,
        'give each schema an id of its own',
      );
  };
  const first = values.find('identity.traits.default_schema_url');
  if (typeof first?.value === 'string') {
    add({ id: 'default', url: first.value, selectable: false, rootIsTraits: true }, first.at);
  }
  if (between?.added === true) {
    add({ id: between.id, url: between.url, selectable: false, rootIsTraits: false }, between.at);
  }
  for (const [key, rootIsTraits] of [
    ['identity.traits.schemas', true],
    ['identity.schemas', false],
  ] as const) {
    for (const item of values.find(key)?.items ?? []) {
      if (!('values' in item)) continue;
      const id = textOf(item, 'id');
      const url = textOf(item, 'url');
      if (id === undefined || url === undefined) continue;
      add({ id, url, selectable: item.values.get('selfservice_selectable')?.value === true, rootIsTraits }, item.at);
    }
  }
  checkDefault(values, defaultSchemaId, sources, problems);
  const schemas = sources.map(({ source }) => source);
  const builtin = {
    id: defaultSchemaId,
    url: 'builtin:email',
    selectable: false,
    rootIsTraits: false,
    place: undefined,
  };
  return { defaultSchemaId, schemas: schemas.length > 0 ? schemas : [builtin] };
}

/** The default is one of the schemas, unless one of them was refused. */
function checkDefault(
  values: TypedValues,
  defaultSchemaId: string,
  sources: readonly { readonly source: SchemaSource }[],
  problems: LoadContext['problems'],
): void {
  const broken = ['identity.schemas', 'identity.traits.schemas', 'identity.traits.default_schema_url', SCHEMA_URL].some(
    (key) => values.has(key) && !values.find(key),
  );
  const listed =
    (values.find('identity.schemas')?.items.length ?? 0) + (values.find('identity.traits.schemas')?.items.length ?? 0);
  if (
    sources.length > 0 &&
    listed <= sources.length &&
    !broken &&
    !sources.some(({ source }) => source.id === defaultSchemaId)
  ) {
    const ids = sources.map(({ source }) => source.id).join(', ');
    problems.error(
      values.at('identity.default_schema_id'),
      'wrong-value',
      `is ${JSON.stringify(defaultSchemaId)}, which no schema is called`,
      `write one of ${ids}`,
    );
  }
}

const SCHEMA_URL = 'identity.default_schema_url';

interface SchemaUrl {
  readonly id: string;
  readonly url: string;
  readonly at: At;
  /** False when a listed schema is the same. */
  readonly added: boolean;
}

/** `default_schema_url` of v0.4 to v0.8: the schema `default`, before all others. */
function readSchemaUrl(values: TypedValues, problems: LoadContext['problems']): SchemaUrl | undefined {
  const found = values.find(SCHEMA_URL);
  if (typeof found?.value !== 'string') return undefined;
  const { value: url, at } = found;
  const id = values.has('identity.default_schema_id') ? values.text('identity.default_schema_id') : 'default';
  const today = 'write identity.schemas: [{ id: default, url: … }] and identity.default_schema_id: default';
  warnOfName(found, 'v0.4 to v0.8', today, problems);
  const twin = (values.find('identity.schemas')?.items ?? []).find(
    (item): item is Checked => 'values' in item && textOf(item, 'id') === id,
  );
  if (twin !== undefined && textOf(twin, 'url') !== url) conflict(problems, found, twin);
  return { id, url, at, added: twin === undefined };
}

function textOf({ values }: Checked, key: string): string | undefined {
  const value = values.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
}
