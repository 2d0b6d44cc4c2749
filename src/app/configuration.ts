import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, Loaded, MethodName } from '../config/config.ts';
import { createNotedFiles, type NotedFiles } from '../config/source/noted-files.ts';
import { loadConfig } from '../config/load.ts';
import { loadHooks } from '../hook/load-hooks.ts';
import type { Bound } from '../hook/bound-hook.ts';
import { BUNDLED, discoverHooks } from '../hook/discover.ts';
import type { Discovered } from '../hook/found-hook.ts';
import { surprisesOf } from '../hook/surprises.ts';
import { withinHook } from '../hook/hook-scope.ts';
import { importModule } from '../hook/import-hook.ts';
import { plainModules, type Modules } from '../hook/modules.ts';
import { contentReader } from './content-reader.ts';
import { loadTokenTemplates, type TokenTemplates } from './load-token-templates.ts';
import { readCourierFiles, TEMPLATE_ENDINGS, type CourierFiles } from './courier-files.ts';
import { loadSchemas, type IdentitySchemas } from '../identity/schema.ts';
import type { Issue, IssueCode } from '../kernel/issue.ts';
import { keyedDigest } from '../secret/token.ts';
import type { Method, MethodSources } from '../strategy/method.ts';
import { METHODS } from '../strategy/methods.ts';
import { changedRestartOnly, keepRestartOnly, type RestartOnly } from './restart-only.ts';
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
  /** It is only rewritten: the floors of production refuse nothing. */
  readonly rewritten?: boolean;
  /** As `--watch-courier` says. */
  readonly watchCourier?: boolean;
  readonly stateFolder?: string;
  /** Imports plugins and mappers; each once unless given. */
  readonly modules?: Modules;
  /** What the process holds since its start: it stays, whatever the files say. */
  readonly running?: RestartOnly;
}

/** A configuration with everything that it names: hooks found and bound, identity schemas read. */
export interface Configuration {
  readonly config: Config;
  readonly hooks: Discovered['hooks'];
  readonly bound: Bound;
  readonly schemas: IdentitySchemas;
  readonly courier: CourierFiles;
  /** Forms in which sessions are given as tokens, by their names. */
  readonly tokenTemplates: TokenTemplates;
  /** The methods under this configuration. */
  readonly methods: Methods;
  /** What each method has loaded, by its name. */
  readonly loaded: ReadonlyMap<MethodName, unknown>;
  /** Tells this configuration from another one: over settings and contents of all files, and no way back to them. */
  readonly hash: string;
  /** The warnings about settings that weaken security. */
  readonly weak: readonly Pick<Issue, 'code' | 'path'>[];
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
  readonly logFormat: Loaded['logFormat'];
  /** What was read, for whoever watches it. */
  readonly sources: NotedFiles;
  /** Keys whose values in the files take effect at the next start. */
  readonly waiting: readonly string[];
}

/** Reads files and environment into settings, and nothing that they name. */
export const loadSettings = (source: ConfigurationSource, registry: readonly Method[] = METHODS): Promise<Loaded> =>
  loadConfig({ ...source, methods: sectionsOf(registry) });

/** As `loadSettings`, with the values that the process cannot change while it runs. */
async function loadBeside(
  source: ConfigurationSource,
  registry: readonly Method[],
  note: (path: string) => void,
): Promise<{ readonly read: Loaded; readonly waiting: readonly string[] }> {
  const { running } = source;
  const options = { ...source, note, methods: sectionsOf(registry) };
  const written = await loadConfig(options);
  if (written.config === undefined || running === undefined) return { read: written, waiting: [] };
  const waiting = changedRestartOnly(written.config, running);
  // Other settings follow from the addresses, so they are read once more.
  const read = waiting.length === 0 ? written : await loadConfig({ ...options, listening: running.listening });
  return { read: { ...read, config: read.config && keepRestartOnly(read.config, running) }, waiting };
}

/** Reads files and environment, finds plugins, binds hooks, reads schemas. Opens no port and no database. */
export async function readConfiguration(source: ConfigurationSource): Promise<ReadConfiguration> {
  const { registry = METHODS } = source;
  const sources = createNotedFiles();
  const { read, waiting } = await loadBeside(source, registry, sources.file);
  const { config } = read;
  if (config === undefined) return { ...read, configuration: undefined, sources, waiting };
  const parts = await readParts(config, read, { ...source, registry, sources });
  const errors = [...read.errors, ...parts.errors];
  const warnings = [...read.warnings, ...parts.warnings];
  const weak = warnings.filter(({ code }) => WEAKENS.has(code));
  return {
    configuration: errors.length > 0 ? undefined : parts.configuration && { ...parts.configuration, weak },
    errors,
    warnings,
    notes: [...read.notes, ...parts.notes],
    at: read.at,
    logFormat: read.logFormat,
    sources,
    waiting,
  };
}

/** Kinds of warnings about what weakens security, and works. */
const WEAKENS: ReadonlySet<IssueCode> = new Set(['unsafe', 'production-floor', 'account-revealed']);

/** Reads everything that the settings name. */
async function readParts(
  config: Config,
  read: Loaded,
  source: ConfigurationSource & { readonly registry: readonly Method[]; readonly sources: NotedFiles },
): Promise<Omit<ReadConfiguration, 'at' | 'logFormat' | 'sources' | 'waiting'>> {
  const { registry, sources, modules = plainModules } = source;
  const found = await findHooks(config, source);
  const readUri = contentReader(config, sources);
  const binding = await loadHooks(config, found.hooks, { readText: readUri });
  const surprises = surprisesOf(config, binding.bound, { ...source, placeOf: (key) => read.at(key).place });
  const identities = await loadSchemas(config.identity, readUri);
  const methods = bindMethods(registry, config);
  const files: MethodSources = {
    folders: config.folders,
    read: readUri,
    importFile: (file) => withinHook(file, () => modules.load(file, sources.file)),
    placeOf: (key) => read.at(key).place,
  };
  const ofMethods = await loadMethods(methods, config, files);
  const tokens = await loadTokenTemplates(config.session, files);
  const { templateFolder } = config.courier;
  if (templateFolder !== undefined) sources.tree(templateFolder, TEMPLATE_ENDINGS);
  const courier = await readCourierFiles(config, readUri);
  const { bound } = binding;
  const { schemas } = identities;
  const { loaded } = ofMethods;
  return {
    configuration: schemas && {
      config,
      hooks: found.hooks,
      bound,
      schemas,
      courier: courier.files,
      tokenTemplates: tokens.templates,
      methods,
      loaded,
      hash: hashOf(config, sources),
      weak: [],
    },
    errors: [...found.issues, ...binding.issues, ...identities.issues, ...ofMethods.issues, ...courier.issues],
    warnings: [
      ...found.warnings,
      ...binding.warnings,
      ...surprises,
      ...identities.warnings,
      ...courier.warnings,
      ...tokens.warnings,
    ],
    notes: binding.notes,
  };
}

/** The built-in hooks, and those in the folder and the packages of a configuration. */
function findHooks(
  config: Config,
  { sources, modules = plainModules }: ConfigurationSource & { readonly sources: NotedFiles },
): Promise<Discovered> {
  return discoverHooks({
    // In a checkout without a configuration the folder is the one of the built-in hooks.
    folders: [path.join(config.folder, 'plugins')].filter((folder) => path.resolve(folder) !== path.resolve(BUNDLED)),
    packages: config.plugins,
    resolveFrom: config.folder,
    methods: Object.keys(config.methods),
    note: sources,
    load(url) {
      const file = fileURLToPath(url);
      return file.startsWith(BUNDLED) ? importModule(url) : modules.load(file, sources.file);
    },
  });
}

/** Under a key, because a digest alone of short secrets could be searched for. */
function hashOf(config: Config, sources: NotedFiles): string {
  const { cookie } = config.secrets;
  if (cookie.length === 0) return ''; // only what sends mails runs without
  const digest = keyedDigest(cookie, 'configuration', JSON.stringify([config, sources.digest()]));
  return digest.slice(digest.indexOf(':') + 1);
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
