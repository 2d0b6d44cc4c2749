import { availableParallelism, hostname, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { deepFreeze } from '../kernel/json.ts';
import { buildConfig } from './sections/build.ts';
import { checkTree } from './check.ts';
import type { Loaded } from './config.ts';
import { loadDevSecrets } from './sections/dev-secrets.ts';
import { recogniseOrigin } from './dialect/dialect.ts';
import { moveOldKeys } from './dialect/move-old-keys.ts';
import { oldDefaults } from './dialect/old-defaults.ts';
import { builtInLists, readLists } from './dialect/read-lists.ts';
import { sayOrigin } from './dialect/say-origin.ts';
import { interpolate, overlayEnvironment, type Env } from './source/environment.ts';
import { logFormat } from './sections/log.ts';
import { readMethods } from './sections/methods.ts';
import { readTree } from './source/read.ts';
import type { Note } from './source/revealed.ts';
import { collectProblems, sortIssues, type Problems } from './source/problems.ts';
import { sectionKey, type NamedSection } from './method-section.ts';
import { schemaOf } from './schema/schema.ts';
import { offeredFeatures } from './schema/supported-features.ts';
import type { Command, Listening, Machine, LoadContext } from './sections/load-context.ts';
import { findTree, mergeTrees, nearestAt, type YamlTree } from './source/yaml-tree.ts';
import { readTypedValues, type Defaults } from './sections/typed-values.ts';

export interface LoadOptions {
  /** In the order given: a later file wins. */
  readonly files: readonly string[];
  readonly env: Env;
  readonly command: Command;
  readonly dev: boolean;
  /** A part of a configuration: what the rest would have to say is a note. */
  readonly fragment?: boolean;
  /** It is only rewritten: the floors of production refuse nothing. */
  readonly rewritten?: boolean;
  /** As `--watch-courier` says. */
  readonly watchCourier?: boolean;
  readonly cwd: string;
  /** The sections of all methods, in the order of the registry. */
  readonly methods: readonly NamedSection[];
  /** Where `sallyport dev` keeps its database and secrets; `.sallyport` in `cwd` unless given. */
  readonly stateFolder?: string;
  /** Of the machine this runs on, unless given. */
  readonly machine?: Machine;
  /** Is told of each file before it is read. */
  readonly note?: Note;
  /** The addresses on which the listeners are open already; those that are written take effect at the next start. */
  readonly listening?: Listening;
}

/** Reads every dialect into the one frozen `Config`; reports everything that is wrong at once and never throws. */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const { files, env, command, cwd, methods: sections, fragment = false, note = ignore } = options;
  const problems = collectProblems();
  const settled: LoadContext['settled'] = new Map();
  const done = (found: Pick<Loaded, 'config' | 'at' | 'logFormat'>): Loaded => ({
    settled,
    ...found,
    ...issuesOf(problems, found, files),
  });

  const schema = schemaOf(sections);
  const tree = await readFiles(options, problems);
  if (tree === undefined) return done(nothingRead(options));
  const folder = files[0] === undefined ? cwd : dirname(resolve(cwd, files[0]));
  const whole = interpolate(overlayEnvironment(tree, env, schema, problems), env, problems);
  const origin = recogniseOrigin(whole);
  const { dialect } = origin;
  const dev = options.dev || command === 'dev' || isTrue(findTree(whole, 'dev'));
  // What only reads a configuration, or only sends mails, keeps no promise of production by refusing.
  const judged = command === 'serve' || fragment;
  if (dev || !judged || options.rewritten === true) problems.relaxFloors();
  const folders = [folder, cwd];
  const checked = checkTree(schema, whole, { folders, note, dialect, problems, offered: offeredFeatures(sections) });
  moveOldKeys(schema, checked, problems, dialect !== 'current');
  sayOrigin(origin, checked, problems);

  const stateFolder = options.stateFolder ?? resolve(cwd, '.sallyport');
  const context: LoadContext = {
    command,
    dev,
    judged,
    watchCourier: options.watchCourier === true,
    missing: fragment ? 'note' : command === 'check' ? 'nothing' : 'error',
    files: files.map((file) => resolve(cwd, file)),
    folder,
    folders,
    cwd,
    stateFolder,
    origin,
    settled,
    devSecrets: command === 'dev' ? await loadDevSecrets(stateFolder, problems) : undefined,
    machine: options.machine ?? { hostname: hostname(), cores: availableParallelism(), totalMemory: totalmem() },
    problems,
    listening: options.listening,
  };
  const old = oldDefaults(origin.release, checked);
  for (const [key, value] of Object.entries(old)) if (!checked.values.has(key)) settled.set(key, value);
  const values = readTypedValues(schema, { checked, written: whole }, old, ...defaultsFor(context, sections));
  const { methods, passwordless, firstFactors } = readMethods(sections, values, context);
  const verifies = values.flag('selfservice.flows.verification.enabled');
  const lists = [
    ...readLists(checked, { passwordless, sections }, { whole, origin, verifies, problems }),
    ...(command === 'dev' && files.length === 0 ? builtInLists(firstFactors, checked) : []),
  ];
  const { notOffered } = checked;
  const config = buildConfig(values, { methods, sections, notOffered, lists }, context);
  const at: Loaded['at'] = (key) => values.find(key)?.at ?? nearestAt(whole, key);
  return done({ config, at, logFormat: logFormat(values.maybeText('log.format'), dev) });
}

/** A configuration only where nothing is wrong, and all that is to be said, in the order of the files. */
const issuesOf = (
  { errors, warnings, notes }: Problems,
  { config }: Pick<Loaded, 'config'>,
  files: readonly string[],
): Pick<Loaded, 'config' | 'errors' | 'warnings' | 'notes'> => ({
  config: errors.length === 0 && config ? deepFreeze(config) : undefined,
  errors: sortIssues(errors, files),
  warnings: sortIssues(warnings, files),
  notes: sortIssues(notes, files),
});

/** What is known of files that are no YAML. */
const nothingRead = ({ env, dev, command }: LoadOptions): Pick<Loaded, 'config' | 'at' | 'logFormat'> => ({
  config: undefined,
  at: (path) => ({ path, place: undefined }),
  logFormat: logFormat(env['LOG_FORMAT'], dev || command === 'dev'),
});

const ignore = (): void => undefined;

async function readFiles(
  { files, cwd, note = ignore }: LoadOptions,
  problems: Problems,
): Promise<YamlTree | undefined> {
  const trees: YamlTree[] = [];
  for (const file of files) {
    note(resolve(cwd, file));
    const tree = await readTree(resolve(cwd, file), file, problems);
    if (tree) trees.push(tree);
  }
  if (trees.length < files.length) return undefined;
  // What is missing altogether is missing at the top of the first file.
  const nothing: YamlTree = { path: '', place: trees[0]?.place, kind: 'map', entries: new Map() };
  return trees.reduce(mergeTrees, nothing);
}

/** Defaults that depend on the command; the others are in the schema. */
function defaultsFor({ command, files }: LoadContext, sections: readonly NamedSection[]): readonly Defaults[] {
  return [
    ...(command === 'dev' ? [DEV_DEFAULTS, ...sections.map(devDefaultsOf)] : []),
    ...(command === 'dev' && files.length === 0 ? [BUILT_IN_DEFAULTS] : []),
  ];
}

const DEV_DEFAULTS: Defaults = {
  'serve.public.host': '127.0.0.1',
  'serve.admin.host': '127.0.0.1',
  'journal.keep': '168h',
};

/** The defaults of `sallyport dev` without a configuration: all features are on. */
const BUILT_IN_DEFAULTS: Defaults = {
  'selfservice.flows.registration.style': 'unified',
  'selfservice.flows.verification.enabled': true,
  'selfservice.flows.recovery.enabled': true,
};

const devDefaultsOf = ({ name, devDefaults = {} }: NamedSection): Defaults =>
  Object.fromEntries(Object.entries(devDefaults).map(([key, value]) => [sectionKey(name, key), value]));

const isTrue = (tree: YamlTree | undefined): boolean =>
  tree?.kind === 'scalar' && (tree.value === true || (tree.loose && tree.value === 'true'));
