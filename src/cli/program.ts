import { Command } from 'commander';
import type { CommandContext, DefineCommand } from './command-context.ts';

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** The command's own module: it is loaded when the command is asked for, so that each loads what it needs alone. */
  readonly load: () => Promise<DefineCommand>;
}

const entry = (name: string, description: string, load: CommandEntry['load']): CommandEntry => ({
  name,
  description,
  load,
});

const COMMANDS: readonly CommandEntry[] = [
  entry(
    'dev',
    'try it: everything on, on this machine only, no configuration needed',
    async () => (await import('./dev.ts')).defineDev,
  ),
  entry(
    'serve',
    'run in production: needs a configuration with dsn and secrets',
    async () => (await import('./serve.ts')).defineServe,
  ),
  entry(
    'courier',
    'what sends mails, text messages and web hooks',
    async () => (await import('./courier.ts')).defineCourier,
  ),
  entry(
    'migrate',
    'bring a database to the schema this build needs',
    async () => (await import('./migrate.ts')).defineMigrate,
  ),
  entry(
    'import',
    'move people in from Ory Kratos, with their sessions; a second run takes who is new',
    async () => (await import('./import.ts')).defineImport,
  ),
  entry(
    'identities',
    'list, print, export, import and delete people, by the rules of the admin API',
    async () => (await import('./identities.ts')).defineIdentities,
  ),
  entry('sessions', 'list sessions, and end them', async () => (await import('./sessions.ts')).defineSessions),
  entry(
    'check',
    'say everything that is wrong with a configuration, and prove what it allows; starts nothing',
    async () => (await import('./check.ts')).defineCheck,
  ),
  entry(
    'config',
    'print a configuration of any release as it is written today',
    async () => (await import('./config.ts')).defineConfig,
  ),
  entry(
    'graph',
    'draw the flows of a configuration, from the machines that would run; starts nothing',
    async () => (await import('./graph.ts')).defineGraph,
  ),
  entry(
    'why',
    'say what happened to a flow, where it stands, what stopped it, and what to do',
    async () => (await import('./why.ts')).defineWhy,
  ),
  entry(
    'replay',
    'walk the journal of a flow through its machine, and compare with what is stored',
    async () => (await import('./replay.ts')).defineReplay,
  ),
  entry(
    'simulate',
    'run a hook over flows that ran, without effects, and say what it would have done',
    async () => (await import('./simulate.ts')).defineSimulate,
  ),
  entry(
    'paths',
    'list every path that a request can take through the machines of a configuration',
    async () => (await import('./paths.ts')).definePaths,
  ),
  entry(
    'plugins',
    'list the hooks that were found, where they may stand and when they run',
    async () => (await import('./plugins.ts')).definePlugins,
  ),
  entry(
    'version',
    'print the version of Sallyport and of what it runs on',
    async () => (await import('./version.ts')).defineVersion,
  ),
];

/** Runs the command that the arguments name. */
export async function runProgram(context: CommandContext, args: readonly string[]): Promise<void> {
  await createProgram(context).parseAsync(commandFirst(plainFlags(args)), { from: 'user' });
}

/** Flags that the reference takes with a value, too. */
const SWITCH =
  /^(--(?:dev|watch-courier|sqa-opt-out|disable-telemetry|read-from-env|yes|block|quiet|dry-run))=(true|false)$/;

/** `--dev=true` as `--dev`, and `--dev=false` as nothing. */
const plainFlags = (args: readonly string[]): readonly string[] =>
  args.flatMap((arg) => {
    const [, flag = arg, value] = SWITCH.exec(arg) ?? [];
    return value === 'false' ? [] : [flag];
  });

/** `--version` as `version`, and `help serve` as `serve --help`: the options of `serve` are known once it is chosen. */
function commandFirst(args: readonly string[]): readonly string[] {
  const [first, ...more] = args;
  if (first === '--version') return ['version', ...more];
  return first === 'help' && more.length > 0 ? [...more, '--help'] : args;
}

/** The command line with the names of all commands; a command's options are defined when it is chosen. */
function createProgram(context: CommandContext): Command {
  const program = new Command('sallyport')
    .description('A self-service identity server. Every flow is a state machine, every hook a state in it.')
    .option('--version', 'the same as the command version')
    .enablePositionalOptions() // `--version` behind a command belongs to the command, which does not know it
    .showHelpAfterError('Add --help for commands and options.')
    .configureOutput({
      writeOut: (text) => context.output.print(text.trimEnd()),
      writeErr: (text) => context.output.note(text.trimEnd()),
    })
    .exitOverride();
  for (const { name, description } of COMMANDS) program.command(name).description(description);
  return program.hook('preSubcommand', async (_program, command) => {
    const chosen = COMMANDS.find(({ name }) => name === command.name());
    const define = await chosen?.load();
    define?.(command, context);
  });
}
