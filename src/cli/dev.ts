import { spawn } from 'node:child_process';
import { buildApp } from '../app/build-app.ts';
import { migrateUp } from '../store/knex/migration/migrate.ts';
import { leaveRotation } from './drain.ts';
import type { Surroundings } from './program.ts';
import { readOrRefuse } from './load-configuration.ts';

/** Everything on, on this machine only: migrates, keeps mails, prints where to look. */
export async function dev(
  around: Surroundings,
  { files, open }: { readonly files: readonly string[]; readonly open: boolean },
): Promise<void> {
  const { output } = around;
  const configuration = await readOrRefuse(around, { files, command: 'dev', dev: true });
  const { config } = configuration;
  const { dsn } = config;
  if (dsn.kind !== 'memory') await migrateUp(dsn, { log: () => undefined });
  const app = await buildApp(configuration, { watchCourier: true });
  around.guard(app);
  await app.listen();
  output.print(
    [
      '',
      `  Sallyport is running, on this machine only.`,
      '',
      `  Register    ${app.publicUrl}/self-service/registration/browser`,
      `  Start page  ${app.publicUrl}/`,
      `  Inbox       ${app.adminUrl}/inbox`,
      '',
      `  ${files.length > 0 ? `Configuration: ${files.join(', ')}` : 'No configuration: everything it needs is in ./.sallyport/'}`,
      '  Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  if (open) openBrowser(`${app.publicUrl}/`);
  await leaveRotation(app, { why: await around.ended, within: config.serve.drainDelay, output });
  await app.close();
}

function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  // A machine without a browser is no reason to fail: the address stands on the screen.
  spawn(command, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
