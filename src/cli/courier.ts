import process from 'node:process';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { buildCourier, buildDelivery, type Delivery } from '../app/build-courier.ts';
import { buildEvents, type BuiltEvents } from '../app/build-events.ts';
import { createCurrent, type Current } from '../app/current.ts';
import type { ReloadTarget } from '../app/reload.ts';
import type { Config } from '../config/config.ts';
import { ADMIN_LIMITS, listen } from '../http/server.ts';
import { systemClock } from '../kernel/clock.ts';
import { createCourierMetrics } from '../telemetry/courier-metrics.ts';
import { createLog, type AdjustableLog } from '../telemetry/log.ts';
import { systemRandom } from '../secret/random.ts';
import { createStore } from '../store/knex/create-store.ts';
import { awaitMigrations } from './await-migrations.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { readOrRefuse } from './load-configuration.ts';
import { reloadOn } from './reload-on.ts';
import { parseWholeNumber } from './whole-number.ts';

interface CourierOptions {
  readonly config: readonly string[];
  /** Undefined: the port of the configuration; 0: none. */
  readonly exposeMetricsPort?: number;
  readonly watch?: boolean;
}

export function defineCourier(command: Command, context: CommandContext): void {
  command
    .command('watch')
    .description('send what is in the outbox, and nothing else, until ended; any number may run at once')
    .addOption(configurationFiles())
    .addOption(
      new Option('--expose-metrics-port <port>', 'figures for Prometheus, on the host of the admin listener').argParser(
        portOf,
      ),
    )
    .option('--watch', 'read configuration and templates again when a file changes')
    .addHelpText(
      'after',
      '\nSIGHUP reads all files again. A first SIGTERM or Ctrl-C lets what is on its way end (10 s at most); what waits stays in the outbox.\n\nExample:\n  sallyport courier watch -c sallyport.yaml --expose-metrics-port 4435',
    )
    .action((options: CourierOptions) => courierWatch(context, options));
}

function portOf(text: string): number {
  const port = parseWholeNumber(text, 0, 65_535);
  if (port === undefined) throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 is none.');
  return port;
}

/** Milliseconds that messages on their way have to end in. */
const GRACE = 10_000;

/** Sends the messages of the outbox, and does nothing else, until a signal ends it. Any number of these may run at once. */
async function courierWatch(
  context: CommandContext,
  { config: files, exposeMetricsPort, watch = false }: CourierOptions,
): Promise<void> {
  const { output } = context;
  if (files.length === 0 && context.env['DSN'] === undefined)
    throw new CommandError('courier watch needs a configuration: sallyport courier watch -c sallyport.yaml.');
  const hangup = reloadOn(context);
  const source = { files, command: 'courier', dev: false } as const;
  const started = await readOrRefuse(context, source);
  const { configuration } = started;
  const { config } = configuration;
  if (config.dsn.kind === 'memory')
    throw new CommandError(
      'dsn is memory, which another process cannot see: send from the server with serve --watch-courier.',
    );
  await awaitMigrations(context, config.dsn, { files, wait: false });
  for (const line of withoutWay(config)) output.warn(line);

  const logs = createLogs(config);
  const { log } = logs;
  const parts = { clock: systemClock, random: systemRandom, log };
  const store = await createStore(config.dsn, parts);
  const metrics = createCourierMetrics(() => store.outbox.depth());
  const deliveries = createCurrent(buildDelivery(configuration, parts), { release: (old) => old.close() });
  const courier = buildCourier(deliveries, { ...parts, store, ended: metrics.count });
  const port = exposeMetricsPort ?? config.exposeMetricsPort;
  const { host } = config.serve.admin;
  try {
    const listening = port === 0 ? undefined : await listen(metrics.answer, { host, port }, ADMIN_LIMITS);
    courier.start();
    const stopReloading = hangup(targetOf(deliveries, logs), { started, source, watch });
    output.note(
      listening === undefined
        ? 'The courier is running.'
        : `The courier is running. Metrics: http://${host}:${listening.port}/metrics/prometheus`,
    );
    const why = await context.ended;
    stopReloading();
    output.note(`${why}: finishing what is under way.`);
    await Promise.all([courier.stop(GRACE), listening?.close(GRACE)]);
  } finally {
    await courier.stop(0);
    await deliveries.close();
    await store.close();
  }
}

interface Logs {
  readonly log: AdjustableLog;
  readonly told: BuiltEvents;
}

function createLogs(config: Config): Logs {
  const options = { clock: systemClock, write: (line: string) => void process.stderr.write(line) };
  const scope = { origin: () => undefined }; // it answers no requests
  return {
    log: createLog({ ...config.log, ...options }),
    told: buildEvents(config, { ...options, random: systemRandom, scope, instead: undefined }),
  };
}

/** What a new configuration changes of a courier: the ways by which messages leave, and the log. */
const targetOf = (deliveries: Current<Delivery>, { log, told }: Logs): ReloadTarget => ({
  log,
  events: told.events,
  replace(next) {
    deliveries.replace(buildDelivery(next, { log }));
    log.adjust(next.config.log);
    told.adjust(next.config.log);
  },
});

/** Warns of messages that nothing will ever send. */
function* withoutWay({ courier }: Config): Iterable<string> {
  if (courier.smtp === undefined && courier.http === undefined)
    yield 'no mail server is configured (courier.smtp.connection_uri): mails stay in the outbox';
}
