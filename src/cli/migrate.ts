import { setTimeout as delay } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { Dsn } from '../config/config.ts';
import { loadSettings } from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';
import { migrateDown, migrateUp, migrationStatus } from '../store/knex/migration/migrate.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext, sayWithoutEffect, withoutEffect } from './command-context.ts';
import { count } from './load-configuration.ts';
import { parseWholeNumber } from './whole-number.ts';

interface MigrateOptions {
  readonly config: readonly string[];
  readonly readFromEnv?: boolean;
  readonly yes?: boolean;
  readonly steps?: string;
  readonly block?: boolean;
  readonly format: (typeof FORMATS)[number];
}

const FORMATS = ['table', 'json', 'json-pretty'] as const;
/** Milliseconds between two looks of `--block`. */
const LOOK_EVERY = 1_000;

export function defineMigrate(command: Command, context: CommandContext): void {
  command
    .command('sql')
    .description('up, down or status; without a word: up')
    .argument('[direction]', 'up, down or status', 'up')
    .argument('[dsn]', 'the database; else from -c, or with -e from DSN')
    .addOption(configurationFiles())
    .option('-e, --read-from-env', 'take the database from the variable DSN')
    .option('-y, --yes', 'do not ask')
    .option('--steps <n>', 'down: how many migrations to take back')
    .option('--block', 'status: wait until no migration is pending')
    .addOption(new Option('--format <format>', 'status').choices(FORMATS).default('table'))
    .addOption(withoutEffect('--quiet', '-q'))
    .action((direction: string, dsn: string | undefined, options: MigrateOptions) =>
      migrate(context, direction, dsn, options),
    );
}

const DIRECTIONS: Readonly<
  Record<string, (context: CommandContext, dsn: Dsn, options: MigrateOptions) => Promise<void>>
> = { up, down, status };

/** Brings the schema of a database up or down, or says where it stands. */
async function migrate(
  context: CommandContext,
  direction: string,
  dsn: string | undefined,
  options: MigrateOptions,
): Promise<void> {
  sayWithoutEffect(context.output, options);
  // Until v1.0 the reference had no word there: the database stood in its place.
  if (dsn === undefined && (direction.includes('://') || direction === 'memory'))
    return await migrate(context, 'up', direction, options);
  const run = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
  if (run === undefined) throw new CommandError(`migrate sql takes up, down or status, not ${direction}.`);
  await run(context, await chooseDsn(context, dsn, options), options);
}

async function status(
  { output, ended }: CommandContext,
  dsn: Dsn,
  { format, block = false }: MigrateOptions,
): Promise<void> {
  let migrations = await migrationStatus(dsn);
  let stopped = false;
  void ended.then(() => (stopped = true));
  while (block && !stopped && migrations.some(({ applied }) => !applied)) {
    await delay(LOOK_EVERY);
    migrations = await migrationStatus(dsn);
  }
  if (format !== 'table') return output.print(JSON.stringify(migrations, null, 2));
  for (const { name, applied } of migrations) output.print(`${applied ? 'applied' : 'pending'}  ${name}`);
}

async function up({ output, ask }: CommandContext, dsn: Dsn, { yes = false }: MigrateOptions): Promise<void> {
  const pending = (await migrationStatus(dsn)).filter(({ applied }) => !applied);
  if (pending.length === 0) return output.print('The database is up to date.');
  for (const { name } of pending) output.note(`pending  ${name}`);
  if (!yes && !(await ask(`Apply ${count(pending.length, 'migration')}?`))) return output.note('Nothing was changed.');
  const done = await migrateUp(dsn, { log: (text) => output.note(text) });
  output.print(`Applied ${count(done.length, 'migration')}.`);
}

async function down({ output, ask }: CommandContext, dsn: Dsn, options: MigrateOptions): Promise<void> {
  const steps = parseWholeNumber(options.steps ?? '', 1);
  const applied = (await migrationStatus(dsn)).filter((each) => each.applied);
  for (const { name } of applied.slice(-(steps ?? 1))) output.note(`applied  ${name}`);
  if (steps === undefined)
    throw new CommandError('Say with --steps how many migrations to take back; nothing was changed.');
  const question = `Take back ${count(Math.min(steps, applied.length), 'migration')}? Their tables and data are lost.`;
  if (options.yes !== true && !(await ask(question))) return output.note('Nothing was changed.');
  const undone = await migrateDown(dsn, { steps, log: (text) => output.note(text), force: true });
  output.print(`Took back ${count(undone.length, 'migration')}.`);
}

async function chooseDsn(
  { env, cwd }: CommandContext,
  dsn: string | undefined,
  { config: files, readFromEnv }: MigrateOptions,
): Promise<Dsn> {
  if (dsn === undefined && files.length === 0 && !(readFromEnv && env['DSN'] !== undefined)) {
    throw new CommandError(
      'Which database? Give a dsn, a configuration with -c, or -e to take it from the variable DSN.',
    );
  }
  const loaded = await loadSettings({
    files,
    env: dsn === undefined ? env : { ...env, DSN: dsn },
    command: 'migrate',
    dev: false,
    cwd,
  });
  if (loaded.config === undefined) throw new CommandError(loaded.errors.map(formatIssue));
  return loaded.config.dsn;
}
