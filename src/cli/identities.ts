import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { isObject, type JsonObject } from '../kernel/json.ts';
import {
  adminOptions,
  expectAnswer,
  reasonOf,
  withAdmin,
  type AdminClient,
  type AdminOptions,
} from './admin-client.ts';
import { collect, type CommandContext } from './command-context.ts';
import { exportForm } from './export-form.ts';
import { jsonDocuments } from './json-documents.ts';
import { count } from './load-configuration.ts';
import { CommandError } from './output.ts';
import { objectsIn, rowFormat, rowPrinter, textIn, type RowFormat } from './rows.ts';

interface ListOptions extends AdminOptions {
  readonly format: RowFormat;
}

/** People of one request. */
const PAGE = 250;

export function defineIdentities(command: Command, context: CommandContext): void {
  adminOptions(command.command('list').description('print everybody, page by page'))
    .addOption(rowFormat())
    .action((options: ListOptions) => withAdmin(context, options, (admin) => list(context, admin, options)));

  adminOptions(command.command('get').description('print people by their ids').argument('<ids...>'))
    .option(
      '--include-credential <type>',
      'show a credential whole, also its secret; may be given several times',
      collect,
      [],
    )
    .action((ids: readonly string[], options: AdminOptions & { readonly includeCredential: readonly string[] }) =>
      withAdmin(context, options, (admin) => get(context, admin, ids, options.includeCredential)),
    );

  adminOptions(command.command('export').description('print everybody as `identities import` takes them, one a line'))
    .option('--credentials', 'with hashes and secrets: whoever reads the file can use them')
    .action((options: AdminOptions & { readonly credentials?: boolean }) =>
      withAdmin(context, options, (admin) => exportAll(context, admin, options.credentials === true)),
    );

  adminOptions(
    command
      .command('import')
      .description('make people of files: JSON, a list of it, or one a line')
      .argument('<files...>'),
  )
    .addHelpText(
      'after',
      '\nEach is a body of POST /admin/identities. Exit status: 0 all are there, 1 somebody was refused, with line and reason.',
    )
    .action((files: readonly string[], options: AdminOptions) =>
      withAdmin(context, options, (admin) => importFiles(context, admin, files)),
    );

  adminOptions(command.command('delete').description('delete people for good').argument('<ids...>'))
    .option('-y, --yes', 'do not ask')
    .action((ids: readonly string[], options: AdminOptions & { readonly yes?: boolean }) =>
      withAdmin(context, options, (admin) => remove(context, admin, ids, options.yes === true)),
    );
}

/** Everybody, page by page; credentials of these types whole. */
async function* pages(admin: AdminClient, types: readonly string[] = []): AsyncGenerator<readonly JsonObject[]> {
  const included = types.map((type) => `&include_credential=${type}`).join('');
  for (let at: string | undefined = `/identities?page_size=${PAGE}${included}`; at !== undefined;) {
    const answer = await admin.ask('GET', at);
    yield objectsIn(expectAnswer(answer, 'The list'));
    at = answer.next;
  }
}

async function list({ output }: CommandContext, admin: AdminClient, { format }: ListOptions): Promise<void> {
  const print = rowPrinter(output, format, (row) => [
    textIn(row, 'state'),
    textIn(row, 'schema_id'),
    textIn(row, 'created_at'),
    objectsIn(row['verifiable_addresses'] ?? [])
      .map((address) => textIn(address, 'value'))
      .join(' '),
  ]);
  for await (const page of pages(admin)) print(page);
}

async function get(
  { output }: CommandContext,
  admin: AdminClient,
  ids: readonly string[],
  types: readonly string[],
): Promise<void> {
  const query = types.map((type) => `include_credential=${encodeURIComponent(type)}`).join('&');
  for (const id of ids) {
    const answer = await admin.ask('GET', `/identities/${encodeURIComponent(id)}?${query}`);
    output.print(JSON.stringify(expectAnswer(answer, id), null, 2));
  }
}

async function exportAll({ output }: CommandContext, admin: AdminClient, secrets: boolean): Promise<void> {
  const types = secrets ? EXPORTED : [];
  for await (const page of pages(admin, types)) for (const row of page) output.print(JSON.stringify(exportForm(row)));
}

const EXPORTED = ['password', 'oidc', 'totp', 'webauthn', 'passkey'];

async function importFiles(
  { output, cwd }: CommandContext,
  admin: AdminClient,
  files: readonly string[],
): Promise<void> {
  let refused = 0;
  for (const file of files) {
    for (const { line, value } of jsonDocuments(await textOf(path.resolve(cwd, file)))) {
      const answer = value === undefined ? undefined : await admin.ask('POST', '/identities', value);
      if (answer?.status === 201 && isObject(answer.json)) {
        output.print(String(answer.json['id']));
        continue;
      }
      refused += 1;
      const why =
        answer === undefined ? 'this is no JSON' : (reasonOf(answer.json) ?? `the server answered ${answer.status}`);
      output.note(`${file}:${line} ${why}`);
    }
  }
  if (refused > 0) throw new CommandError(`${refused} ${refused === 1 ? 'was' : 'were'} refused.`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function remove(
  { output, ask }: CommandContext,
  admin: AdminClient,
  ids: readonly string[],
  yes: boolean,
): Promise<void> {
  const question = `Delete ${ids.length === 1 ? 'this person' : `these ${ids.length} people`} with everything that is theirs?`;
  if (!yes && !(await ask(question))) return output.note('Nothing was changed.');
  for (const id of ids) {
    expectAnswer(await admin.ask('DELETE', `/identities/${encodeURIComponent(id)}`), id);
    output.print(id);
  }
  output.note(`Deleted ${count(ids.length, 'account')}.`);
}
