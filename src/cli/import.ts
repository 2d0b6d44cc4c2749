import { Option, type Command } from 'commander';
import { loadSettings, type Configuration } from '../app/configuration.ts';
import { openMoveIn } from '../app/open-move-in.ts';
import type { Config, Dsn } from '../config/config.ts';
import { SallyportError } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import { moveIn, openKratos, type Opened } from '../move-in/move-in.ts';
import type { MoveReport } from '../move-in/report.ts';
import { systemRandom } from '../secret/random.ts';
import { openSource } from '../store/knex/open-source.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { count, readOrRefuse } from './load-configuration.ts';
import { CommandError } from './output.ts';
import { writeMoveReport } from './move-report.ts';

interface ImportOptions {
  readonly config: readonly string[];
  readonly from: 'kratos';
  readonly source: string;
  readonly sourceConfig?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly dev?: boolean;
  readonly network?: string;
  readonly anyVersion?: boolean;
  readonly format: 'text' | 'json';
}

export function defineImport(command: Command, context: CommandContext): void {
  command
    .addOption(new Option('--from <server>', 'what people come from').choices(['kratos']).makeOptionMandatory())
    .requiredOption('--source <dsn>', 'its database, which is only read: sqlite://… or mysql://…')
    .option('--source-config <file>', 'its configuration: its secrets open cookies and tokens of providers')
    .option('--network <id>', 'its network, where there are several; else the oldest')
    .option('--any-version', 'also a database of a release later than this build knows')
    .option('--dry-run', 'try everything, write nothing, print the same report')
    .option('-y, --yes', 'do not ask')
    .option('--dev', 'judge the configuration as `serve --dev` does')
    .addOption(configurationFiles())
    .addOption(new Option('--format <format>', 'of the report').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nPeople come with their ids, credentials, addresses and sessions; nobody is signed out. A second run makes nobody twice,\ntakes who is new, and goes on where one was stopped (docs/guide/from-kratos.md).\n\nExit status: 0 everybody is here, 1 somebody could not be taken, or nothing was begun.\n\nExample:\n  sallyport import --from kratos --source sqlite:///var/lib/kratos/db.sqlite --source-config kratos.yml --dry-run -c sallyport.yaml',
    )
    .action((options: ImportOptions) => runImport(context, options));
}

async function runImport(context: CommandContext, options: ImportOptions): Promise<void> {
  const { config: files, dev = false } = options;
  const { configuration } = await readOrRefuse(context, { files, command: 'serve', dev });
  const old = options.sourceConfig === undefined ? undefined : await readSource(context, options.sourceConfig);
  const source = await refusing(async () => openSource(await dsnOf(context, options.source), systemRandom));
  try {
    const { network, anyVersion = false } = options;
    const opened = await refusing(() => openKratos(source, configuration.schemas, { network, anyVersion }));
    sayCookies(context, configuration, old);
    await move(context, opened, configuration, { ...options, old });
  } finally {
    await source.close();
  }
}

async function move(
  { output, ask, ended }: CommandContext,
  source: Opened,
  configuration: Configuration,
  { dryRun = false, yes = false, format, old }: ImportOptions & { readonly old: Config | undefined },
): Promise<void> {
  output.note(`${source.place}, as Ory Kratos ${source.release.name} has it: ${source.people} people.`);
  if (!dryRun && !yes && !(await ask(`Move ${source.people} people in?`))) return output.note('Nothing was changed.');
  const cipherSecrets = [...(old?.secrets.cipher ?? []), ...configuration.config.secrets.cipher];
  const log = { info: () => undefined, warn: (message: string) => output.warn(message) };
  const target = await refusing(() => openMoveIn(configuration, { cipherSecrets, log }));
  let stopped = false;
  void ended.then(() => (stopped = true));
  try {
    const report = await moveIn(source, {
      ...target,
      dryRun,
      progress: (read) => output.note(`${read} of ${source.people}`),
      stopped: () => stopped,
    });
    print(output, report, format);
    if (report.people.failed > 0 || !report.finished) throw new CommandError([]);
  } finally {
    await target.close();
  }
}

function print(output: CommandContext['output'], report: MoveReport, format: ImportOptions['format']): void {
  output.print(format === 'json' ? JSON.stringify(report, null, 2) : writeMoveReport(report).join('\n'));
}

/** The old server's configuration, as far as it says how cookies and tokens are sealed. */
async function readSource({ cwd }: CommandContext, file: string): Promise<Config> {
  const { config, errors } = await loadSettings({
    files: [file],
    env: {},
    command: 'check',
    dev: true,
    fragment: true,
    cwd,
  });
  if (config === undefined) throw new CommandError(errors.map(formatIssue));
  return config;
}

async function dsnOf({ cwd }: CommandContext, text: string): Promise<Dsn> {
  const { config, errors } = await loadSettings({ files: [], env: { DSN: text }, command: 'migrate', dev: false, cwd });
  if (config === undefined) throw new CommandError(errors.map(formatIssue));
  return config.dsn;
}

/** Says what has to stand in the configuration so that browsers stay signed in. */
function sayCookies({ output }: CommandContext, { config }: Configuration, old: Config | undefined): void {
  if (old === undefined) return;
  const lacking = old.secrets.cookie.filter((secret) => !config.secrets.cookie.includes(secret)).length;
  if (lacking > 0)
    output.warn(
      `browsers are signed out: secrets.cookie lacks ${count(lacking, 'secret')} of the old configuration. Write them behind your own.`,
    );
  const { name } = old.session.cookie;
  if (name !== config.session.cookie.name)
    output.warn(`browsers are signed out: session.cookie.name is ${config.session.cookie.name}, and was ${name}.`);
}

/** Runs work whose refusals the operator can mend. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SallyportError) throw new CommandError(error.reason.split('\n'));
    throw error;
  }
}
