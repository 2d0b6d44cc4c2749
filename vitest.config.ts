import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests in test/ that need neither a server nor a database; `npm run check` runs them with the unit tests. */
const fast = [
  'test/citations.test.ts',
  'test/documents.test.ts',
  'test/engine-values.test.ts',
  'test/generated.test.ts',
  'test/imports.test.ts',
  'test/names.test.ts',
  'test/sizes.test.ts',
];

/**
 * Folders whose tests talk to a server that does not say where it keeps its state: they run once more on MySQL, and once
 * more with a store that undoes every transaction and runs its work again.
 */
const OVER_HTTP =
  'admin,client,contract,login,logout,oidc,recovery,registration,security,sessions,settings,verification,why';

/** Counts what "undone and again" did, after it. */
const TALLY = 'test/undone/count.test.ts';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^sallyport$/, replacement: source('src/app/build-app.ts') },
      { find: /^sallyport\/test$/, replacement: source('src/testing/path-test.ts') },
      { find: /^sallyport\/plugin$/, replacement: source('src/plugin.ts') },
      { find: /^sallyport\/plugin\/test$/, replacement: source('src/testing/hook-test.ts') },
    ],
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
    allowOnly: false,
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'plugins/**/*.test.ts', 'bench/**/*.test.ts', ...fast] },
      },
      { extends: true, test: { name: 'behaviour', include: ['test/**/*.test.ts'], exclude: [...fast, TALLY] } },
      {
        extends: true,
        test: {
          name: 'on mysql',
          include: [`test/{${OVER_HTTP}}/**/*.test.ts`],
          env: { SALLYPORT_TEST_STORE: 'mysql' },
        },
      },
      {
        extends: true,
        test: {
          name: 'undone and again',
          include: [`test/{${OVER_HTTP}}/**/*.test.ts`],
          env: { SALLYPORT_TEST_STORE: 'undone' },
        },
      },
      { extends: true, test: { name: 'undone, counted', include: [TALLY], sequence: { groupOrder: 1 } } },
    ],
  },
});

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
