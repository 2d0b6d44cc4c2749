import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests in test/ that need neither a server nor a database; `npm run check` runs them with the unit tests. */
const fast = ['test/imports.test.ts', 'test/generated.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^sallyport$/, replacement: source('src/app.ts') },
      { find: /^sallyport\/test$/, replacement: source('src/path-test.ts') },
      { find: /^sallyport\/plugin$/, replacement: source('src/plugin.ts') },
      { find: /^sallyport\/plugin\/test$/, replacement: source('src/plugin-test.ts') },
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
      { extends: true, test: { name: 'behaviour', include: ['test/**/*.test.ts'], exclude: fast } },
    ],
  },
});

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
