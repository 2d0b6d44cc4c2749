import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';
import { SallyportError } from '../../../kernel/error.ts';
import { isObject } from '../../../kernel/json.ts';

/** The folder `migrations/` of the checkout, or of `dist/`. */
const FOLDER = new URL('../../../../migrations/', import.meta.url);
const FILE = /^(\d{4}_[a-z0-9_]+)\.(?:ts|js)$/;

export interface Migration {
  readonly name: string;
  readonly up: (knex: Knex) => Promise<void>;
  readonly down: (knex: Knex) => Promise<void>;
  /** Tables whose rows `down` deletes; it is refused while they have any. */
  readonly holds: readonly string[];
}

/**
 * Names of the migrations of this build, in order. They have no ending, so that `.ts` and `.js` are the same migration.
 */
export async function migrationNames(folder: URL = FOLDER): Promise<readonly string[]> {
  const files = await readdir(folder);
  return [...new Set(files.flatMap((file) => FILE.exec(file)?.[1] ?? []))].toSorted();
}

/** Imports a migration by its name. Throws `unavailable` when this build does not have it. */
export async function loadMigration(name: string, folder: URL = FOLDER): Promise<Migration> {
  const files = await readdir(folder);
  const file = files.find((each) => FILE.exec(each)?.[1] === name);
  if (file === undefined) throw new SallyportError('unavailable', `The migration ${name} is not part of this build.`);
  const loaded: unknown = await import(/* @vite-ignore */ new URL(file, folder).href);
  if (!isObject(loaded) || typeof loaded['up'] !== 'function' || typeof loaded['down'] !== 'function') {
    throw new Error(`${file} exports no up and down.`);
  }
  // A migration's two functions take Knex; there is nothing more to check them by.
  return { holds: [], ...loaded, name } as unknown as Migration;
}

/** The same migrations for Knex's own command line, under the same names. */
export const migrationSource: Knex.MigrationSource<{ readonly file: string }> = {
  getMigrations: async () => (await migrationNames()).map((file) => ({ file })),
  getMigrationName: ({ file }) => file,
  getMigration: async ({ file }) => await loadMigration(file),
};
