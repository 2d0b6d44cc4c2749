/*
 * Which test file belongs where. There are two sizes: what `npm test` runs, at most twenty minutes on two cores, and the long
 * tests, which `npm run test:long -- NAME` runs by name and continuous integration in this order while there is time.
 */

/** Tests in test/ that need neither a server nor a database; `npm run check` runs them with the unit tests. */
const FAST = [
  'test/asvs.test.ts',
  'test/bill-of-materials.test.ts',
  'test/citations.test.ts',
  'test/documents.test.ts',
  'test/engine-values.test.ts',
  'test/generated.test.ts',
  'test/imports.test.ts',
  'test/names.test.ts',
  'test/projects.test.ts',
  'test/sizes.test.ts',
];

/**
 * Folders whose tests talk to a server that does not say where it keeps its state: they run once more with a store that
 * undoes every transaction and runs its work again, and in a long test once more on MySQL.
 */
const OVER_HTTP =
  'test/{admin,client,contract,login,logout,oidc,passkey,recovery,registration,security,sessions,settings,verification,webauthn,why}/**/*.test.ts';

/** Counts what "undone and again" did, after it. */
const TALLY = 'test/undone/count.test.ts';

export interface LongTest {
  readonly name: string;
  readonly shows: string;
  /** How long it may take on two cores, with room: continuous integration begins nothing that might not end in time. */
  readonly minutes: number;
  readonly project: 'long' | 'on mysql';
  /** Files or folders; none for all of the project. */
  readonly paths: readonly string[];
}

export const LONG_TESTS: readonly LongTest[] = [
  {
    name: 'crash',
    shows: 'kill -9 under load, 25 times on SQLite and on MariaDB: nothing answered is lost, nothing is half done',
    minutes: 9,
    project: 'long',
    paths: ['test/crash/'],
  },
  {
    name: 'on-mysql',
    shows: 'what npm test asks over HTTP on SQLite, once more on MySQL or MariaDB',
    minutes: 9,
    project: 'on mysql',
    paths: [],
  },
  {
    name: 'edits',
    shows: '1,000 edits of a running server under load, 30 % of them broken: no failed request, no lost flow',
    minutes: 8,
    project: 'long',
    paths: ['test/reload/edits.test.ts'],
  },
  {
    name: 'crowd',
    shows:
      '64 people register and sign in over and over on each database, and all are told the truth; crowds of strangers keep nobody out',
    minutes: 7,
    project: 'long',
    paths: ['test/crowd/'],
  },
  {
    name: 'rolling',
    shows: 'a release and the one before work on one database, flow by flow, in both directions',
    minutes: 4,
    project: 'long',
    paths: ['test/rolling/rolling.test.ts'],
  },
  {
    name: 'paths',
    shows: 'every path that `sallyport paths` lists is taken by HTTP, and the journal says that it was',
    minutes: 4,
    project: 'long',
    paths: ['test/prove/paths.test.ts'],
  },
  {
    name: 'couriers',
    shows: 'five couriers on one outbox, killed at random: no message is lost',
    minutes: 3,
    project: 'long',
    paths: ['test/courier/five-couriers.test.ts'],
  },
  {
    name: 'restart',
    shows: 'three servers are restarted in turn behind a balancer, and no request is lost',
    minutes: 3,
    project: 'long',
    paths: ['test/trouble/rolling-restart.test.ts'],
  },
];

const LONG_FILES = LONG_TESTS.flatMap(({ paths }) =>
  paths.map((path) => (path.endsWith('/') ? `${path}**/*.test.ts` : path)),
);

export interface Project {
  readonly size: 'short' | 'long';
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Its tests are those of another project under other circumstances. */
  readonly repeats?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Projects of a later group begin when the ones before have ended. */
  readonly group?: number;
}

export const PROJECTS: Readonly<Record<string, Project>> = {
  unit: { size: 'short', include: ['src/**/*.test.ts', 'plugins/**/*.test.ts', 'bench/**/*.test.ts', ...FAST] },
  behaviour: { size: 'short', include: ['test/**/*.test.ts'], exclude: [...FAST, TALLY, ...LONG_FILES] },
  'undone and again': {
    size: 'short',
    include: [OVER_HTTP],
    repeats: true,
    env: { SALLYPORT_TEST_STORE: 'undone' },
  },
  'undone, counted': { size: 'short', include: [TALLY], group: 1 },
  long: { size: 'long', include: LONG_FILES },
  'on mysql': { size: 'long', include: [OVER_HTTP], repeats: true, env: { SALLYPORT_TEST_STORE: 'mysql' } },
};

/** What vitest is told to run what `npm test` runs. */
export const SHORT_ARGS: readonly string[] = Object.entries(PROJECTS).flatMap(([name, { size }]) =>
  size === 'short' ? ['--project', name] : [],
);

/** What vitest is told to run a long test. */
export const longArgs = ({ project, paths }: LongTest): readonly string[] => ['--project', project, ...paths];
