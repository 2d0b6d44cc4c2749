import type { Config } from '../config/config.ts';
import { pendingMigrations } from '../store/knex/migration/migrate.ts';
import { CommandError } from './output.ts';
import type { CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';

/** Refuses a database with pending migrations, or waits until an operator has applied them. Never migrates. */
export async function awaitMigrations(
  context: CommandContext,
  dsn: Config['dsn'],
  { files, wait }: { readonly files: readonly string[]; readonly wait: boolean },
): Promise<void> {
  if (dsn.kind === 'memory') return;
  for (let told = false; ; told = true) {
    const pending = await pendingMigrations(dsn);
    if (pending.length === 0) return;
    const command = `sallyport migrate sql up ${files.map((file) => `-c ${file}`).join(' ')}`.trim();
    if (!wait)
      throw new CommandError(`The database is ${count(pending.length, 'migration')} behind. Apply with: ${command}`);
    if (!told) context.output.note(`Waiting for ${count(pending.length, 'migration')} (${command}).`);
    const ended = await Promise.race([
      context.ended,
      new Promise<undefined>((resolve) => setTimeout(resolve, 1_000, undefined)),
    ]);
    if (ended !== undefined) throw new CommandError(`${ended} while waiting for migrations.`);
  }
}
