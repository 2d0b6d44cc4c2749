import type { OidcProvider } from '../provider-entry.ts';
import { fileOf, isCode, type Folders } from '../../../config/source/content.ts';
import { JsonnetFault } from '../../../language/jsonnet/jsonnet.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { describeFailure } from '../../../kernel/failure.ts';
import type { Issue, Place } from '../../../kernel/issue.ts';
import { isObject } from '../../../kernel/json.ts';
import type { ClaimsMapper } from '../claims.ts';
import { createDeclaredMapper, parseRules } from './declared.ts';
import { createJsonnetMapper } from './jsonnet.ts';
import { createFunctionMapper, type MapClaims } from './typescript.ts';

export interface MapperSources {
  /** Where relative paths start. */
  readonly folders: Folders;
  read(uri: string): Promise<string>;
  importFile(file: string): Promise<unknown>;
  /** Where a key of the configuration stands. */
  placeOf(path: string): Place | undefined;
}

export interface LoadedMappers {
  /** By the id of the provider. */
  readonly mappers: ReadonlyMap<string, ClaimsMapper>;
  readonly issues: readonly Issue[];
}

/** Reads the mapper of each provider, once, at start. What is wrong with one is said with its place in the configuration. */
export async function loadMappers(providers: readonly OidcProvider[], sources: MapperSources): Promise<LoadedMappers> {
  const loaded = await Promise.all(providers.map(async (entry) => ({ entry, made: await load(entry, sources) })));
  return {
    mappers: new Map(loaded.flatMap(({ entry, made }) => ('mapper' in made ? [[entry.id, made.mapper] as const] : []))),
    issues: loaded.flatMap(({ made }) => ('issues' in made ? made.issues : [])),
  };
}

type Made = { readonly mapper: ClaimsMapper } | { readonly issues: readonly Issue[] };

async function load(entry: OidcProvider, sources: MapperSources): Promise<Made> {
  const { mapperUrl, path } = entry;
  if (mapperUrl === undefined) return declared(entry, sources);
  const key = `${path}.mapper_url`;
  const fail = (found: string, allowed: string): Made => ({
    issues: [{ code: 'mapper', place: sources.placeOf(key) ?? entry.place, path: key, found, allowed }],
  });
  try {
    const file = fileOf(mapperUrl, sources.folders);
    if (file !== undefined && isCode(file)) return await code(file, sources, fail);
    const name = file ?? (mapperUrl.startsWith('base64://') ? `${key} (base64)` : mapperUrl);
    return { mapper: createJsonnetMapper(await sources.read(mapperUrl), name) };
  } catch (error) {
    if (error instanceof JsonnetFault) return fail(error.message, 'see docs/reference/jsonnet.md');
    const why = error instanceof SallyportError ? error.reason : `it cannot be fetched: ${describeFailure(error)}`;
    return fail(why, 'write the file://, base64:// or http(s):// URI of a Jsonnet or TypeScript mapper');
  }
}

async function code(
  file: string,
  { importFile }: MapperSources,
  fail: (found: string, allowed: string) => Made,
): Promise<Made> {
  let module: unknown;
  try {
    module = await importFile(file);
  } catch (error) {
    return fail(`${file} cannot be loaded: ${error instanceof Error ? error.message : 'it threw'}`, 'mend the file');
  }
  const map = isObject(module) ? module['default'] : undefined;
  if (typeof map !== 'function' || map.length > 1)
    return fail(`${file} exports no mapper`, 'export default (claims) => ({ identity: { traits: … } })');
  // What it answers is read as data.
  return { mapper: createFunctionMapper(map as MapClaims, file) };
}

function declared(entry: OidcProvider, { placeOf }: MapperSources): Made {
  const { rules, problems } = parseRules(entry.more['claims']);
  if (problems.length === 0) return { mapper: createDeclaredMapper(rules) };
  return {
    issues: problems.map(({ key, found, allowed }) => {
      const path = `${entry.path}.claims${key}`;
      return { code: 'mapper' as const, place: placeOf(path) ?? entry.place, path, found, allowed };
    }),
  };
}
