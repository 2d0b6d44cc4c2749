import type { Command } from 'commander';
import { adminOptions, expectAnswer, withAdmin, type AdminClient, type AdminOptions } from './admin-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './output.ts';
import { objectsIn, rowFormat, rowPrinter, textIn, type RowFormat } from './rows.ts';

interface ListOptions extends AdminOptions {
  readonly format: RowFormat;
  readonly active?: boolean;
  readonly identity?: string;
}

/** Sessions of one request. */
const PAGE = 250;

export function defineSessions(command: Command, context: CommandContext): void {
  adminOptions(command.command('list').description('print sessions, the newest first'))
    .option('--active', 'only those that sign somebody in')
    .option('--identity <id>', 'only those of one person')
    .addOption(rowFormat())
    .action((options: ListOptions) => withAdmin(context, options, (admin) => list(context, admin, options)));

  adminOptions(
    command.command('revoke').description('end sessions; whoever has them signs in again').argument('[ids...]'),
  )
    .option('--identity <id>', 'all sessions of one person')
    .action((ids: readonly string[], options: AdminOptions & { readonly identity?: string }) =>
      withAdmin(context, options, (admin) => revoke(context, admin, ids, options.identity)),
    );
}

async function list(
  { output }: CommandContext,
  admin: AdminClient,
  { format, active = false, identity }: ListOptions,
): Promise<void> {
  const print = rowPrinter(output, format, (row) => [
    row['active'] === true ? 'active' : 'ended',
    textIn(row, 'authenticator_assurance_level'),
    textIn(row, 'authenticated_at'),
    textIn(row, 'expires_at'),
  ]);
  const of = identity === undefined ? '/sessions' : `/identities/${encodeURIComponent(identity)}/sessions`;
  for (let at: string | undefined = `${of}?page_size=${PAGE}${active ? '&active=true' : ''}`; at !== undefined;) {
    const answer = await admin.ask('GET', at);
    print(objectsIn(expectAnswer(answer, 'The list')));
    at = answer.next;
  }
}

async function revoke(
  { output }: CommandContext,
  admin: AdminClient,
  ids: readonly string[],
  identity: string | undefined,
): Promise<void> {
  if ((identity === undefined) === (ids.length === 0))
    throw new CommandError('Which sessions? Give their ids, or somebody with --identity.');
  if (identity !== undefined)
    expectAnswer(await admin.ask('DELETE', `/identities/${encodeURIComponent(identity)}/sessions`), identity);
  for (const id of ids) expectAnswer(await admin.ask('DELETE', `/sessions/${encodeURIComponent(id)}`), id);
  output.note(identity === undefined ? `Ended ${ids.length}.` : 'Ended all of them.');
}
