import { buildApp } from '../app.ts';
import { pendingMigrations } from '../store/knex/migrate.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count, readOrRefuse } from './read.ts';

export interface ServeOptions {
  readonly files: readonly string[];
  readonly dev: boolean;
  readonly watchCourier: boolean;
  readonly waitForMigrations: boolean;
}

/** Runs the server until somebody ends it. Never migrates. */
export async function serve(
  around: Surroundings,
  { files, dev, watchCourier, waitForMigrations }: ServeOptions,
): Promise<void> {
  const { output } = around;
  if (files.length === 0 && around.env['DSN'] === undefined) {
    throw new CommandError(
      'serve needs a configuration: sallyport serve -c sallyport.yaml (to try Sallyport without one: sallyport dev).',
    );
  }
  const configuration = await readOrRefuse(around, { files, command: 'serve', dev });
  const { dsn } = configuration.config;
  if (dsn.kind !== 'memory') await migrated();
  const app = await buildApp(configuration, { watchCourier });
  around.guard(app);
  await app.listen();
  output.note(`public ${app.publicUrl}  admin ${app.adminUrl}`);
  const why = await around.ended;
  output.note(`${why}: finishing what is under way.`);
  await app.close();

  async function migrated(): Promise<void> {
    for (let told = false; ; told = true) {
      const pending = await pendingMigrations(dsn);
      if (pending.length === 0) return;
      const command = `sallyport migrate sql up ${files.map((file) => `-c ${file}`).join(' ')}`.trim();
      if (!waitForMigrations)
        throw new CommandError(`The database is ${count(pending.length, 'migration')} behind. Apply with: ${command}`);
      if (!told) output.note(`Waiting for ${count(pending.length, 'migration')} (${command}).`);
      const ended = await Promise.race([
        around.ended,
        new Promise<undefined>((resolve) => setTimeout(resolve, 1_000, undefined)),
      ]);
      if (ended !== undefined) throw new CommandError(`${ended} while waiting for migrations.`);
    }
  }
}
