import { spawn } from 'node:child_process';
import process from 'node:process';
import type { Command } from 'commander';
import { buildApp, type Sallyport } from '../app/build-app.ts';
import { migrateUp } from '../store/knex/migration/migrate.ts';
import { keepCompiled } from './keep-compiled.ts';
import { leaveRotation } from './drain.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import type { Output } from './output.ts';
import { readOrRefuse } from './load-configuration.ts';
import { reloadOn } from './reload-on.ts';

interface DevOptions {
  readonly config: readonly string[];
  readonly open?: boolean;
}

export function defineDev(command: Command, context: CommandContext): void {
  command
    .addOption(configurationFiles())
    .option('--open', 'open the browser')
    .addHelpText(
      'after',
      '\nKeeps its database, secrets and mails in ./.sallyport/. Needs nothing else. Files are read again when they change.\n\nExample:\n  sallyport dev -c sallyport.yaml',
    )
    .action((options: DevOptions) => dev(context, options));
}

/** Runs a server with everything on, for this machine only: migrates, keeps mails, prints where to look. */
async function dev(context: CommandContext, { config: files, open = false }: DevOptions): Promise<void> {
  const { output } = context;
  // Who closes the terminal of a server ends it; without a terminal SIGHUP is what it is for `serve`.
  const watching = reloadOn(output.terminal ? { ...context, onHangup: () => undefined } : context);
  const source = { files, command: 'dev', dev: true } as const;
  const started = await readOrRefuse(context, source);
  const { configuration } = started;
  const { dsn } = configuration.config;
  if (dsn.kind !== 'memory') await migrateUp(dsn, { log: () => undefined });
  const app = await buildApp(configuration, { watchCourier: true });
  context.guard(app);
  await app.listen();
  keepCompiled();
  const stopReloading = watching(app, { started, source, watch: true });
  if (started.logFormat === 'json') output.note(`Sallyport is running: public ${app.publicUrl}  admin ${app.adminUrl}`);
  else sayWhere(output, app, files);
  if (open) openBrowser(`${app.publicUrl}/`);
  const why = await context.ended;
  stopReloading();
  await leaveRotation(app, { why, within: app.config.serve.drainDelay, output });
  await app.close();
}

function sayWhere(
  output: Output,
  { publicUrl, adminUrl }: Pick<Sallyport, 'publicUrl' | 'adminUrl'>,
  files: readonly string[],
): void {
  output.print(
    [
      '',
      `  Sallyport is running, on this machine only.`,
      '',
      `  Register    ${publicUrl}/self-service/registration/browser`,
      `  Start page  ${publicUrl}/`,
      `  Inbox       ${adminUrl}/inbox`,
      '',
      `  ${files.length > 0 ? `Configuration: ${files.join(', ')}` : 'No configuration: everything it needs is in ./.sallyport/'}`,
      '  Files are read again when they change. Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
}

function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  // A machine without a browser is no reason to fail: the terminal shows the address.
  spawn(command, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
