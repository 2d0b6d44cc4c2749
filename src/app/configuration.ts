import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config, Loaded } from '../config/config.ts';
import { readContent } from '../config/source/content.ts';
import { loadConfig } from '../config/load.ts';
import { loadHooks } from '../hook/load-hooks.ts';
import type { Bound } from '../hook/bound-hook.ts';
import { BUNDLED, discoverHooks, type Discovered } from '../hook/discover.ts';
import { importModule } from '../hook/import-hook.ts';
import { readCourierFiles, type CourierFiles } from './courier-files.ts';
import { loadSchemas, type IdentitySchemas } from '../identity/schema.ts';
import type { Issue } from '../kernel/issue.ts';
import type { ClaimsMapper } from '../strategy/oidc/claims.ts';
import { loadMappers } from '../strategy/oidc/mapper/load.ts';

export interface ConfigurationSource {
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly command: 'dev' | 'serve' | 'check' | 'migrate';
  readonly dev: boolean;
  readonly stateFolder?: string;
}

/** A configuration with everything it names: hooks found and bound, identity schemas read. */
export interface Configuration {
  readonly config: Config;
  readonly hooks: Discovered['hooks'];
  readonly bound: Bound;
  readonly schemas: IdentitySchemas;
  readonly courier: CourierFiles;
  /** By the id of the provider. */
  readonly mappers: ReadonlyMap<string, ClaimsMapper>;
}

/** All that is wrong, at once; a configuration only if nothing is. */
export interface ReadConfiguration {
  readonly configuration: Configuration | undefined;
  readonly errors: readonly Issue[];
  readonly warnings: readonly Issue[];
  /** Worth knowing, nothing to mend: the order that will run. */
  readonly notes: readonly Issue[];
  /** Where a key stands in the files, or the nearest around it. */
  readonly at: Loaded['at'];
}

/** Reads files and environment, finds plugins, binds hooks, reads schemas. Opens no port and no database. */
export async function readConfiguration(source: ConfigurationSource): Promise<ReadConfiguration> {
  const loaded: Loaded = await loadConfig(source);
  const { config } = loaded;
  if (config === undefined)
    return { configuration: undefined, errors: loaded.errors, warnings: loaded.warnings, notes: [], at: loaded.at };
  const found = await discoverHooks({
    // In a checkout without a configuration the two are one.
    folders: [path.join(config.folder, 'plugins')].filter((folder) => path.resolve(folder) !== path.resolve(BUNDLED)),
    packages: config.plugins,
    resolveFrom: config.folder,
  });
  const readUri = (uri: string): Promise<string> => readContent(uri, config.folder, fetchContent);
  const binding = await loadHooks(config, found.hooks, { readText: readUri });
  const read = await loadSchemas(config.identity, readUri);
  const { oidc } = config.methods;
  const { mappers, issues: inMappers } = await loadMappers(oidc.enabled ? oidc.providers : [], {
    folder: config.folder,
    read: readUri,
    importFile: (file) => importModule(pathToFileURL(file).href),
    placeOf: (key) => loaded.at(key).place,
  });
  const courier = await readCourierFiles(config, fetchContent);
  const errors = [
    ...loaded.errors,
    ...found.issues,
    ...binding.issues,
    ...read.issues,
    ...inMappers,
    ...courier.issues,
  ];
  return {
    configuration:
      errors.length > 0 || read.schemas === undefined
        ? undefined
        : { config, hooks: found.hooks, bound: binding.bound, schemas: read.schemas, courier: courier.files, mappers },
    errors,
    warnings: [...loaded.warnings, ...found.warnings, ...binding.warnings],
    notes: binding.notes,
    at: loaded.at,
  };
}

const FETCH_LIMIT = 30_000;

/** The operator's own URL, at start: no address is refused, but nothing waits for ever. */
async function fetchContent(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.text();
}
