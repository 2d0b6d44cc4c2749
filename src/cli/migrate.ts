import type { Dsn } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { formatIssue } from '../kernel/issue.ts';
import { migrateDown, migrateUp, migrationStatus } from '../store/knex/migration/migrate.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count } from './load-configuration.ts';

export type Direction = 'up' | 'down' | 'status';

export interface MigrateOptions {
  readonly direction: Direction;
  readonly dsn: string | undefined;
  readonly files: readonly string[];
  readonly fromEnv: boolean;
  readonly yes: boolean;
  readonly steps: string | undefined;
  readonly format: string;
}

/** Brings the schema of a database up or down, or says where it stands. */
export async function migrate(around: Surroundings, options: MigrateOptions): Promise<void> {
  const { output } = around;
  const { direction } = options;
  if (direction !== 'up' && direction !== 'down' && direction !== 'status') {
    throw new CommandError(`migrate sql takes up, down or status, not ${String(direction)}.`);
  }
  const dsn = await chooseDsn(around, options);
  const log = (text: string): void => output.note(text);
  const status = await migrationStatus(dsn);
  if (direction === 'status') {
    if (options.format === 'json') return output.print(JSON.stringify(status, null, 2));
    for (const { name, applied } of status) output.print(`${applied ? 'applied' : 'pending'}  ${name}`);
    return;
  }
  if (direction === 'up') {
    const pending = status.filter(({ applied }) => !applied);
    if (pending.length === 0) return output.print('The database is up to date.');
    for (const { name } of pending) output.note(`pending  ${name}`);
    if (!options.yes && !(await around.ask(`Apply ${count(pending.length, 'migration')}?`)))
      return output.note('Nothing was changed.');
    const done = await migrateUp(dsn, { log });
    return output.print(`Applied ${count(done.length, 'migration')}.`);
  }
  const steps = Number(options.steps ?? 0);
  const applied = status.filter((each) => each.applied);
  for (const { name } of applied.slice(-Math.max(steps, 1))) output.note(`applied  ${name}`);
  if (!Number.isInteger(steps) || steps < 1)
    throw new CommandError('Say with --steps how many migrations to take back; nothing was changed.');
  if (
    !options.yes &&
    !(await around.ask(
      `Take back ${count(Math.min(steps, applied.length), 'migration')}? Their tables and data are lost.`,
    ))
  ) {
    return output.note('Nothing was changed.');
  }
  const undone = await migrateDown(dsn, { steps, log, force: true });
  output.print(`Took back ${count(undone.length, 'migration')}.`);
}

async function chooseDsn({ env, cwd }: Surroundings, { dsn, files, fromEnv }: MigrateOptions): Promise<Dsn> {
  if (dsn === undefined && files.length === 0 && !(fromEnv && env['DSN'] !== undefined)) {
    throw new CommandError(
      'Which database? Give a dsn, a configuration with -c, or -e to take it from the variable DSN.',
    );
  }
  const loaded = await loadConfig({
    files,
    env: dsn === undefined ? env : { ...env, DSN: dsn },
    command: 'migrate',
    dev: false,
    cwd,
  });
  if (loaded.config === undefined) throw new CommandError(loaded.errors.map(formatIssue));
  return loaded.config.dsn;
}
