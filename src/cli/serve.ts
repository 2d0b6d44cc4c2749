import { buildApp } from '../app.ts';
import { awaitMigrations } from './await-migrations.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { readOrRefuse } from './read.ts';

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
  const { dsn, watchCourier: watched } = configuration.config;
  await awaitMigrations(around, dsn, { files, wait: waitForMigrations });
  const app = await buildApp(configuration, { watchCourier: watchCourier || watched });
  await app.listen();
  output.note(`public ${app.publicUrl}  admin ${app.adminUrl}`);
  const why = await around.ended;
  output.note(`${why}: finishing what is under way.`);
  await app.close();
}
