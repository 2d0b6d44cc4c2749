import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PROJECTS } from './test/projects.ts';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^sallyport$/, replacement: source('src/app/build-app.ts') },
      { find: /^sallyport\/test$/, replacement: source('src/testing/test.ts') },
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
    projects: Object.entries(PROJECTS).map(([name, { include, exclude = [], env = {}, group = 0 }]) => ({
      extends: true,
      test: { name, include: [...include], exclude: [...exclude], env, sequence: { groupOrder: group } },
    })),
  },
});

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
