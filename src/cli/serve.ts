import type { Command } from 'commander';
import { buildApp } from '../app/build-app.ts';
import type { Listener } from '../config/config.ts';
import { restartOnlyOf, type RestartOnly } from '../app/restart-only.ts';
import { awaitMigrations } from './await-migrations.ts';
import { leaveRotation } from './drain.ts';
import { keepCompiled } from './keep-compiled.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext, sayWithoutEffect, withoutEffect } from './command-context.ts';
import { readOrRefuse } from './load-configuration.ts';
import { reloadOn } from './reload-on.ts';
import { askForRestartOnly, isWorker, leaveCrew, runWorkers } from './workers.ts';
import { parseWholeNumber } from './whole-number.ts';

interface ServeOptions {
  readonly config: readonly string[];
  readonly dev?: boolean;
  readonly watchCourier?: boolean;
  readonly waitForMigrations?: boolean;
  /** Files are read again when they change, and not only on SIGHUP. */
  readonly watch?: boolean;
  /** How many processes share the listeners. */
  readonly workers?: string;
}

export function defineServe(command: Command, context: CommandContext): void {
  command
    .addOption(configurationFiles())
    .option('--dev', 'relax for development: cookies over http, weak hashes, mails readable')
    .option('--watch-courier', 'send mails from this process too')
    .option('--watch', 'read configuration, schemas, templates and plugins again when a file changes')
    .option('--workers <n>', 'so many processes share the listeners (MySQL and MariaDB)')
    .addOption(withoutEffect('--sqa-opt-out'))
    .addOption(withoutEffect('--disable-telemetry'))
    .option('--wait-for-migrations', 'wait until somebody has applied pending migrations, instead of ending')
    .addHelpText(
      'after',
      '\nSIGHUP reads all files again. What is wrong is logged, and the configuration before stays in force; secrets, dsn and\nthe addresses of the listeners take a restart.\n\nExample:\n  sallyport migrate sql up -c sallyport.yaml --yes && sallyport serve -c sallyport.yaml --watch-courier',
    )
    .action((options: ServeOptions) => serve(context, options));
}

/** Runs the server until a signal ends it. Never migrates. */
async function serve(context: CommandContext, options: ServeOptions): Promise<void> {
  const { output } = context;
  const { config: files, dev = false, watchCourier = false, waitForMigrations = false, workers, watch } = options;
  if (files.length === 0 && context.env['DSN'] === undefined) {
    throw new CommandError(
      'serve needs a configuration: sallyport serve -c sallyport.yaml (to try Sallyport without one: sallyport dev).',
    );
  }
  const processes = readWorkers(workers);
  const silent = { note: () => undefined, warn: () => undefined };
  const whole = isWorker() ? { ...context, output: { ...output, ...silent } } : context;
  const hangup = isWorker() || processes === 1 ? reloadOn(whole) : undefined;
  const held: { readonly running?: RestartOnly } = isWorker() ? { running: await askForRestartOnly() } : {};
  const source = { files, command: 'serve', dev, watchCourier, ...held } as const;
  const started = await readOrRefuse(whole, source);
  sayWithoutEffect(whole.output, options);
  const { configuration } = started;
  const { config } = configuration;
  const { dsn } = config;
  const ready = `public ${servedAt(config.serve.public)}  admin ${servedAt(config.serve.admin)}`;
  if (processes > 1 && !('maxConnections' in dsn)) {
    throw new CommandError(
      'serve --workers needs MySQL or MariaDB: SQLite takes one writer at a time, so more processes would only wait for each other. Leave --workers out, or move the database.',
    );
  }
  if (!isWorker()) await awaitMigrations(context, dsn, { files, wait: waitForMigrations });
  if (processes > 1 && !isWorker())
    return await runWorkers({
      count: processes,
      ended: context.ended,
      onHangup: (listener) => context.onHangup(listener),
      output,
      ready,
      restartOnly: restartOnlyOf(config),
    });

  const app = await buildApp(configuration, { watchCourier, processes });
  context.guard(app);
  await app.listen();
  keepCompiled();
  const stopReloading = hangup?.(app, { started, source, watch: watch === true });
  if (!isWorker()) output.note(ready);
  const why = await context.ended;
  stopReloading?.();
  await leaveRotation(app, { why, within: app.config.serve.drainDelay, output: whole.output });
  if (!isWorker()) output.note(`${why}: finishing what is under way.`);
  await app.close();
  leaveCrew();
}

/** What is served, and the address that people use where that is another one. */
function servedAt({ host, port, baseUrl }: Listener): string {
  const address = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  const written = URL.parse(baseUrl);
  return written?.origin === URL.parse(address)?.origin ? baseUrl : `${address} (as ${baseUrl})`;
}

function readWorkers(written: string | undefined): number {
  if (written === undefined) return 1;
  const number = parseWholeNumber(written, 1, 64);
  if (number !== undefined) return number;
  throw new CommandError(`--workers is ${JSON.stringify(written)}; write how many processes, 1 to 64.`);
}
