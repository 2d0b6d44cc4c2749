import { Command, InvalidArgumentError, Option } from 'commander';
import type { Sallyport } from '../app/build-app.ts';
import type { Direction } from './migrate.ts';
import type { Output } from './output.ts';

/** What a command may know of the process it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly output: Output;
  /** Resolves with the signal's name when somebody ends the process. */
  readonly ended: Promise<string>;
  ask(question: string): Promise<boolean>;
  /** Errors that nobody catches end this server, and with it the process. */
  guard(app: Sallyport): void;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const configs = (): Option =>
  new Option('-c, --config <file>', 'configuration file; several are merged, later ones win')
    .argParser(collect)
    .default([]);

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 0 && port <= 65_535)) throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 is none.');
  return port;
}

/** The command line: every command, its options and its help. What a command needs is loaded when it is asked for. */
export function createProgram(around: Surroundings): Command {
  const program = new Command('sallyport')
    .description('A self-service identity server. Every flow is a state machine, every hook a state in it.')
    .showHelpAfterError('Add --help for what there is.')
    .configureOutput({
      writeOut: (text) => around.output.print(text.trimEnd()),
      writeErr: (text) => around.output.note(text.trimEnd()),
    })
    .exitOverride();

  program
    .command('dev')
    .description('try it: everything on, on this machine only, no configuration needed')
    .addOption(configs())
    .option('--open', 'open the browser')
    .addHelpText(
      'after',
      '\nKeeps its database, secrets and mails in ./.sallyport/. Needs nothing else.\n\nExample:\n  sallyport dev -c sallyport.yaml',
    )
    .action(async (options: { config: readonly string[]; open?: boolean }) =>
      (await import('./dev.ts')).dev(around, { files: options.config, open: options.open ?? false }),
    );

  program
    .command('serve')
    .description('run in production: needs a configuration with dsn and secrets')
    .addOption(configs())
    .option('--dev', 'relax for development: cookies over http, weak hashes, mails readable')
    .option('--watch-courier', 'send mails from this process too')
    .option('--workers <n>', 'so many processes share the listeners (MySQL and MariaDB)')
    .option('--wait-for-migrations', 'wait until somebody has applied pending migrations, instead of ending')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport migrate sql up -c sallyport.yaml --yes && sallyport serve -c sallyport.yaml --watch-courier',
    )
    .action(
      async (options: {
        config: readonly string[];
        dev?: boolean;
        watchCourier?: boolean;
        waitForMigrations?: boolean;
        workers?: string;
      }) =>
        (await import('./serve.ts')).serve(around, {
          files: options.config,
          dev: options.dev ?? false,
          watchCourier: options.watchCourier ?? false,
          waitForMigrations: options.waitForMigrations ?? false,
          workers: options.workers,
        }),
    );

  program
    .command('courier')
    .description('what sends mails, text messages and web hooks')
    .command('watch')
    .description('send what is in the outbox, and nothing else, until ended; any number may run at once')
    .addOption(configs())
    .addOption(
      new Option('--expose-metrics-port <port>', 'figures for Prometheus, on the host of the admin listener').argParser(
        portOf,
      ),
    )
    .addHelpText(
      'after',
      '\nA first SIGTERM or Ctrl-C lets what is on its way end (10 s at most); what waits stays in the outbox.\n\nExample:\n  sallyport courier watch -c sallyport.yaml --expose-metrics-port 4435',
    )
    .action(async (options: { config: readonly string[]; exposeMetricsPort?: number }) =>
      (await import('./courier.ts')).courierWatch(around, {
        files: options.config,
        metricsPort: options.exposeMetricsPort,
      }),
    );

  const sql = program
    .command('migrate')
    .description('bring a database to the schema this build needs')
    .command('sql')
    .description('up, down or status; without a word: up')
    .argument('[direction]', 'up, down or status', 'up')
    .argument('[dsn]', 'the database; else from -c, or with -e from DSN')
    .addOption(configs())
    .option('-e, --read-from-env', 'take the database from the variable DSN')
    .option('-y, --yes', 'do not ask')
    .option('--steps <n>', 'down: how many migrations to take back')
    .option('--format <format>', 'status: table or json', 'table');
  sql.action(
    async (
      direction: string,
      dsn: string | undefined,
      options: { config: readonly string[]; readFromEnv?: boolean; yes?: boolean; steps?: string; format: string },
    ) =>
      (await import('./migrate.ts')).migrate(around, {
        direction: direction as Direction, // checked there, with a sentence
        dsn,
        files: options.config,
        fromEnv: options.readFromEnv ?? false,
        yes: options.yes ?? false,
        steps: options.steps,
        format: options.format,
      }),
  );

  program
    .command('check')
    .description('say everything that is wrong with a configuration, and prove what it allows; starts nothing')
    .addOption(configs())
    .option('--strict', 'warnings count as errors')
    .option('--hooks', 'say of every hook where it runs, or why it never does')
    .option('--diff <files...>', 'compare two configurations, the old one and the new one, by what they do')
    .option('--format <format>', 'text, json or sarif', 'text')
    .addHelpText(
      'after',
      '\nWalks every machine of the configuration. Each finding has an id, its line, what to do, and the shortest way that\nshows it (docs/guide/check.md).\n\nExit status: 0 nothing wrong, 1 errors (with --strict also warnings; with --diff --strict guarantees that were lost).\n\nExample:\n  sallyport check -c sallyport.yaml --strict\n  sallyport check --diff old.yaml new.yaml',
    )
    .action(
      async (options: {
        config: readonly string[];
        strict?: boolean;
        hooks?: boolean;
        diff?: readonly string[];
        format: string;
      }) =>
        (await import('./check.ts')).check(around, {
          files: options.config,
          strict: options.strict ?? false,
          hooks: options.hooks ?? false,
          diff: options.diff,
          format: options.format,
        }),
    );

  program
    .command('graph')
    .description('draw the flows of a configuration, from the machines that would run; starts nothing')
    .argument('[flow]', 'login, registration, settings, …; all of them if left out')
    .addOption(configs())
    .option('--format <format>', 'svg, mermaid, json (XState v5) or dot', 'mermaid')
    .option('--out <path>', 'write a file; without a flow a folder with a file for each')
    .addOption(
      new Option('--collapse <what>', 'draw as one box: pages, lanes, boxes, or a path such as form.password')
        .argParser(collect)
        .default([]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport graph registration -c sallyport.yaml --format svg --out registration.svg',
    )
    .action(
      async (
        flow: string | undefined,
        options: { config: readonly string[]; format: string; out?: string; collapse: readonly string[] },
      ) =>
        (await import('./graph.ts')).graph(around, {
          flow,
          files: options.config,
          format: options.format,
          out: options.out,
          collapse: options.collapse,
        }),
    );

  program
    .command('why')
    .description('say what happened to a flow, where it stands, what stopped it, and what to do')
    .argument('<flow-id>', 'the id in the address of its page')
    .addOption(configs())
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nReads the database of the configuration and changes nothing. Exit status: 1 when nothing is known of the flow.\n\nExample:\n  sallyport why 0198d6a2-5d5f-7c3a-9d3e-6d1b1f0e7a55 -c sallyport.yaml',
    )
    .action(async (flow: string, options: { config: readonly string[]; format: string }) =>
      (await import('./why.ts')).why(around, { flow, files: options.config, format: options.format }),
    );

  program
    .command('replay')
    .description('walk the journal of a flow through its machine, and compare with what is stored')
    .argument('<flow-id>', 'the id in the address of its page')
    .addOption(configs())
    .option('--format <format>', 'text or json', 'text')
    .addHelpText('after', '\nChanges nothing. Exit status: 1 when the two differ, or nothing is known of the flow.')
    .action(async (flow: string, options: { config: readonly string[]; format: string }) =>
      (await import('./replay.ts')).replayFlow(around, { flow, files: options.config, format: options.format }),
    );

  program
    .command('simulate')
    .description('run a hook over flows that ran, without effects, and say what it would have done')
    .argument('<plugin>', 'a file, a package, or the name of a hook that is there')
    .addOption(configs())
    .requiredOption('--point <point>', 'where it would stand, such as registration.after')
    .option('--method <method>', 'only flows with this method')
    .option('--since <time>', 'how far back: 90m, 24h, 7d', '7d')
    .option('--with <json>', 'its configuration, as JSON')
    .option('--most <n>', 'at most so many submits', '10000')
    .option('--allow-network', 'let it reach other servers')
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nWrites nothing. Records stay as long as journal.keep says; traits are those that were sent while the flow is there,\nlater those that the account has today.\n\nExample:\n  sallyport simulate plugins/company_only.ts --point registration.after --with \'{"domain":"example.org"}\' -c sallyport.yaml',
    )
    .action(
      async (
        plugin: string,
        options: {
          config: readonly string[];
          point: string;
          method?: string;
          since: string;
          with?: string;
          most: string;
          allowNetwork?: boolean;
          format: string;
        },
      ) =>
        (await import('./simulate.ts')).simulatePlugin(around, {
          plugin,
          files: options.config,
          point: options.point,
          method: options.method,
          since: options.since,
          config: options.with,
          most: options.most,
          allowNetwork: options.allowNetwork ?? false,
          format: options.format,
        }),
    );

  program
    .command('paths')
    .description('list every path that a request can take through the machines of a configuration')
    .addOption(configs())
    .option('--flow <flow>', 'only those of one flow, such as login')
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nEach has an id that stays as long as the path does. `runPaths` of sallyport/test takes them all by HTTP.\n\nExample:\n  sallyport paths -c sallyport.yaml --flow registration',
    )
    .action(async (options: { config: readonly string[]; flow?: string; format: string }) =>
      (await import('./paths.ts')).paths(around, { files: options.config, flow: options.flow, format: options.format }),
    );

  program
    .command('plugins')
    .description('list the hooks that were found, where they may stand and when they run')
    .addOption(configs())
    .option('--format <format>', 'table or json', 'table')
    .action(async (options: { config: readonly string[]; format: string }) =>
      (await import('./plugins.ts')).plugins(around, { files: options.config, format: options.format }),
    );

  program
    .command('version')
    .description('print the version of Sallyport and of what it runs on')
    .action(async () => (await import('./version.ts')).version(around));

  return program;
}
