import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config, Loaded, MethodName } from '../config/config.ts';
import { readContent } from '../config/source/content.ts';
import { loadConfig } from '../config/load.ts';
import { loadHooks } from '../hook/load-hooks.ts';
import type { Bound } from '../hook/bound-hook.ts';
import { BUNDLED, discoverHooks } from '../hook/discover.ts';
import type { Discovered } from '../hook/found-hook.ts';
import { surprisesOf } from '../hook/surprises.ts';
import { importModule } from '../hook/import-hook.ts';
import { hookFetch } from '../net/hook-fetch.ts';
import { readCourierFiles, type CourierFiles } from './courier-files.ts';
import { loadSchemas, type IdentitySchemas } from '../identity/schema.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Method, MethodSources } from '../strategy/method.ts';
import { METHODS } from '../strategy/methods.ts';
import { bindMethods, configured, sectionsOf, type Methods } from '../strategy/registry.ts';

export interface ConfigurationSource {
  /** The registry of methods; the server's own unless a test brings another. */
  readonly registry?: readonly Method[];
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly command: 'dev' | 'serve' | 'courier' | 'check' | 'migrate';
  readonly dev: boolean;
  /** A part of a configuration: what the rest would have to say is a note. */
  readonly fragment?: boolean;
  /** As `--watch-courier` says. */
  readonly watchCourier?: boolean;
  readonly stateFolder?: string;
}

/** A configuration with everything that it names: hooks found and bound, identity schemas read. */
export interface Configuration {
  readonly config: Config;
  readonly hooks: Discovered['hooks'];
  readonly bound: Bound;
  readonly schemas: IdentitySchemas;
  readonly courier: CourierFiles;
  /** The methods under this configuration. */
  readonly methods: Methods;
  /** What each method has loaded, by its name. */
  readonly loaded: ReadonlyMap<MethodName, unknown>;
}

/** Every error of a configuration at once; and the configuration if there is none. */
export interface ReadConfiguration {
  readonly configuration: Configuration | undefined;
  readonly errors: readonly Issue[];
  readonly warnings: readonly Issue[];
  /** Remarks that need no change: the order in which hooks will run. */
  readonly notes: readonly Issue[];
  /** The place of a key in the files, or of the nearest key around it. */
  readonly at: Loaded['at'];
}

/** Reads files and environment into settings, and nothing that they name. */
export const loadSettings = (source: ConfigurationSource, registry: readonly Method[] = METHODS): Promise<Loaded> =>
  loadConfig({ ...source, methods: sectionsOf(registry) });

/** Reads files and environment, finds plugins, binds hooks, reads schemas. Opens no port and no database. */
export async function readConfiguration(source: ConfigurationSource): Promise<ReadConfiguration> {
  const { registry = METHODS } = source;
  const read = await loadSettings(source, registry);
  const { config } = read;
  if (config === undefined)
    return { configuration: undefined, errors: read.errors, warnings: read.warnings, notes: read.notes, at: read.at };
  const found = await discoverHooks({
    // In a checkout without a configuration the folder is the one of the built-in hooks.
    folders: [path.join(config.folder, 'plugins')].filter((folder) => path.resolve(folder) !== path.resolve(BUNDLED)),
    packages: config.plugins,
    resolveFrom: config.folder,
    methods: Object.keys(config.methods),
  });
  const fetchContent = contentFetcher(config);
  const readUri = (uri: string): Promise<string> => readContent(uri, config.folders, fetchContent);
  const binding = await loadHooks(config, found.hooks, { readText: readUri });
  const surprises = surprisesOf(config, binding.bound, { ...source, placeOf: (key) => read.at(key).place });
  const identities = await loadSchemas(config.identity, readUri);
  const methods = bindMethods(registry, config);
  const ofMethods = await loadMethods(methods, config, {
    folders: config.folders,
    read: readUri,
    importFile: (file) => importModule(pathToFileURL(file).href),
    placeOf: (key) => read.at(key).place,
  });
  const courier = await readCourierFiles(config, fetchContent);
  const errors = [
    ...read.errors,
    ...found.issues,
    ...binding.issues,
    ...identities.issues,
    ...ofMethods.issues,
    ...courier.issues,
  ];
  return {
    configuration:
      errors.length > 0 || identities.schemas === undefined
        ? undefined
        : {
            config,
            hooks: found.hooks,
            bound: binding.bound,
            schemas: identities.schemas,
            courier: courier.files,
            methods,
            loaded: ofMethods.loaded,
          },
    errors,
    warnings: [
      ...read.warnings,
      ...found.warnings,
      ...binding.warnings,
      ...surprises,
      ...identities.warnings,
      ...courier.warnings,
    ],
    notes: [...read.notes, ...binding.notes],
    at: read.at,
  };
}

/** Lets every method read what its settings name. */
async function loadMethods(
  { all }: Methods,
  config: Config,
  sources: MethodSources,
): Promise<{ readonly loaded: ReadonlyMap<MethodName, unknown>; readonly issues: readonly Issue[] }> {
  const loaded = new Map<MethodName, unknown>();
  const issues: Issue[] = [];
  for (const method of all) {
    const answer = await method.load?.(configured(method, config).settings, sources);
    if (answer === undefined) continue;
    loaded.set(method.name, answer.loaded);
    issues.push(...answer.issues);
  }
  return { loaded, issues };
}

const FETCH_LIMIT = 30_000;

/** Fetches what a configuration names, at start: with the guard of every other request of this process, and a limit. */
function contentFetcher({ dev, clients }: Pick<Config, 'dev' | 'clients'>): (url: string) => Promise<string> {
  const guarded = hookFetch({ dev, clients });
  return async (url) => {
    const response = await guarded(url, { signal: AbortSignal.timeout(FETCH_LIMIT), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    return response.text();
  };
}
