import process from 'node:process';
import type Koa from 'koa';
import { createRecentFlows } from '../http/console/recent-flows.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { SallyportError } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import type { Random } from '../kernel/random.ts';
import { systemRandom } from '../secret/random.ts';
import { observeFlows } from '../store/flow-events.ts';
import { createStore } from '../store/knex/create-store.ts';
import type { Store } from '../store/store.ts';
import type { Method } from '../strategy/method.ts';
import { METHODS } from '../strategy/methods.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createRequestScope } from '../telemetry/request-scope.ts';
import { buildCourier } from './build-courier.ts';
import { buildEngine } from './build-engine.ts';
import { buildWeb } from './build-web.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { createLifecycle } from './lifecycle.ts';

/** What a test or an embedding program may put in place of a built-in part. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly store?: Store;
  /** Sends mails from this process. */
  readonly watchCourier?: boolean;
  /** How many processes share this machine: each takes its part of processors and memory for hashes. */
  readonly processes?: number;
}

export interface Sallyport {
  /** For mounting into one's own server, or for tests without a port. */
  readonly public: Koa;
  readonly admin: Koa;
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** Opens both listeners. */
  listen(): Promise<void>;
  /**
   * For the owner of the process, once in it: from now on an error that nothing caught is reported against the hook
   * that left it behind, or else logged and given to `end`; and a hook cannot end the process. The result undoes it.
   */
  guardProcess(end: (error: unknown) => void): () => void;
  /** From now on `/health/ready` says 503 and each answer ends its connection; requests are taken as before. */
  drain(): void;
  /**
   * Stops taking requests, finishes those under way, closes everything in reverse order. A second call does nothing.
   */
  close(): Promise<void>;
}

/**
 * Reads a configuration and builds everything the server owns: Sallyport as a library. Throws with all that is wrong.
 */
export async function createSallyport(
  source: {
    readonly files: readonly string[];
    readonly dev?: boolean;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** The registry of methods; the server's own unless a test brings another. */
    readonly registry?: readonly Method[];
  },
  overrides: Overrides = {},
): Promise<Sallyport> {
  const { files, dev = false, cwd = process.cwd(), env = {}, registry = METHODS } = source;
  const { configuration, errors } = await readConfiguration({ files, env, cwd, command: 'serve', dev, registry });
  if (configuration === undefined)
    throw new SallyportError('invalid_configuration', errors.map(formatIssue).join('\n'));
  return buildApp(configuration, overrides);
}

/** Builds everything the server owns, once, in order: log, store, courier, engine, listeners. Opens no port yet. */
export async function buildApp(configuration: Configuration, overrides: Overrides = {}): Promise<Sallyport> {
  const { config } = configuration;
  const { clock = systemClock, random = systemRandom, watchCourier = false, processes = 1 } = overrides;
  const scope = createRequestScope();
  const { level, format } = config.log;
  const log =
    overrides.log ??
    createLog({ level, format, clock, write: (line) => void process.stderr.write(line), requestId: scope.current });
  const logsRequests = overrides.log !== undefined || level === 'debug' || level === 'trace';
  const recent = createRecentFlows(clock);
  const store = observeFlows(overrides.store ?? (await createStore(config.dsn, { clock, random, log })), recent);
  const courier = buildCourier(configuration, { store, clock, random, log });
  const sending = watchCourier ? courier : undefined;
  const built = buildEngine(configuration, { store, clock, random, log, processes, courier: sending });
  const state = { draining: false };
  const web = await buildWeb(configuration, {
    built,
    store,
    clock,
    random,
    log,
    scope,
    logsRequests,
    recent,
    draining: () => state.draining,
    messageHtml: (message) => courier.html(message),
  });
  const lifecycle = createLifecycle({
    public: web.public,
    admin: web.admin,
    config,
    startBackground() {
      built.engine.background.start();
      sending?.start();
    },
    onDrain() {
      state.draining = true;
    },
    endStreams: () => web.close(),
    async stopBackground() {
      await built.engine.background.stop();
      await courier.stop();
      await store.close();
    },
  });
  return {
    public: web.public,
    admin: web.admin,
    publicUrl: config.serve.public.baseUrl,
    adminUrl: config.serve.admin.baseUrl,
    ...lifecycle,
    guardProcess: (end) =>
      built.hooks.guardProcess((error) => {
        log.fatal(error instanceof Error ? error.message : 'an error that nothing caught', { error });
        end(error);
      }),
  };
}
