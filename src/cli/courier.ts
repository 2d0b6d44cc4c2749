import process from 'node:process';
import { buildCourier } from '../app/build-courier.ts';
import type { Config } from '../config/config.ts';
import { ADMIN_TIMEOUTS, listen } from '../http/server.ts';
import { systemClock } from '../kernel/clock.ts';
import { createCourierMetrics } from '../telemetry/courier-metrics.ts';
import { createLog } from '../telemetry/log.ts';
import { systemRandom } from '../secret/random.ts';
import { createStore } from '../store/knex/create-store.ts';
import { awaitMigrations } from './await-migrations.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { readOrRefuse } from './load-configuration.ts';

export interface CourierOptions {
  readonly files: readonly string[];
  /** Undefined: what the configuration says; 0: none. */
  readonly metricsPort: number | undefined;
}

const GRACE = 10_000;

/** Sends what is in the outbox, and nothing else, until somebody ends it. Any number of these may run at once. */
export async function courierWatch(around: Surroundings, { files, metricsPort }: CourierOptions): Promise<void> {
  const { output } = around;
  if (files.length === 0 && around.env['DSN'] === undefined)
    throw new CommandError('courier watch needs a configuration: sallyport courier watch -c sallyport.yaml.');
  const configuration = await readOrRefuse(around, { files, command: 'serve', dev: false });
  const { config } = configuration;
  if (config.dsn.kind === 'memory')
    throw new CommandError(
      'dsn is memory, which another process cannot see: send from the server with serve --watch-courier.',
    );
  await awaitMigrations(around, config.dsn, { files, wait: false });
  for (const line of withoutWay(config)) output.note(`warning: ${line}`);

  const { level, format } = config.log;
  const clock = systemClock;
  const random = systemRandom;
  const log = createLog({ level, format, clock, write: (line) => void process.stderr.write(line) });
  const store = await createStore(config.dsn, { clock, random, log });
  const metrics = createCourierMetrics(() => store.outbox.depth());
  const courier = buildCourier(configuration, { store, clock, random, log, ended: metrics.count });
  const port = metricsPort ?? config.exposeMetricsPort;
  const { host } = config.serve.admin;
  try {
    const listening = port === 0 ? undefined : await listen(metrics.answer, { host, port }, ADMIN_TIMEOUTS);
    courier.start();
    output.note(
      listening === undefined
        ? 'The courier is at work.'
        : `The courier is at work. Metrics: http://${host}:${listening.port}/metrics/prometheus`,
    );
    const why = await around.ended;
    output.note(`${why}: finishing what is under way.`);
    await Promise.all([courier.stop(GRACE), listening?.close(GRACE)]);
  } finally {
    await courier.stop(0);
    await store.close();
  }
}

/** Messages that would wait for ever, said before somebody waits for one. */
function* withoutWay({ courier }: Config): Iterable<string> {
  if (courier.smtp === undefined && courier.http === undefined)
    yield 'no mail server is configured (courier.smtp.connection_uri): mails stay in the outbox';
}
