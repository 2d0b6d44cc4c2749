import process from 'node:process';
import type { RequestListener } from 'node:http';
import type Koa from 'koa';
import type { Config } from '../config/config.ts';
import { createBackground } from '../engine/run/background-work.ts';
import { guardProcess } from '../hook/process-guard.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import { SallyportError } from '../kernel/error.ts';
import { formatIssue } from '../kernel/issue.ts';
import type { Method } from '../strategy/method.ts';
import { METHODS } from '../strategy/methods.ts';
import type { Log } from '../telemetry/log.ts';
import type { Deliveries } from './build-courier.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { createCouriers } from './couriers.ts';
import { createCurrent, type Current } from './current.ts';
import { buildGeneration, type Generation } from './generation.ts';
import { createLifecycle } from './lifecycle.ts';
import { openProcessParts, type Overrides, type ProcessParts } from './process-parts.ts';
import { tellStart } from './tell-start.ts';
import { createUnattendedMessages } from './unattended-messages.ts';
import { logFault } from './report.ts';

export type { Overrides } from './process-parts.ts';

export interface Sallyport {
  /** The applications of the configuration in force, for tests without a port; a replaced configuration has others. */
  readonly public: Koa;
  readonly admin: Koa;
  /** For mounting into one's own server: each request is answered under the configuration in force. */
  readonly answer: { readonly public: RequestListener; readonly admin: RequestListener };
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** The configuration in force. */
  readonly config: Config;
  readonly log: Log;
  readonly events: SecurityEvents;
  /** Opens both listeners. */
  listen(): Promise<void>;
  /**
   * From now on requests are answered under this configuration; those under way are finished under the one before it.
   * Secrets, database and addresses of the listeners must be those of the start. Throws and changes nothing if a part
   * cannot be made.
   */
  replace(configuration: Configuration): void;
  /** Configurations that requests are still answered under: 1, and more for a moment after one was replaced. */
  generations(): number;
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

/**
 * Builds everything the server owns: first what the process has once (log, store), then the first generation, then the
 * listeners. Opens no port yet.
 */
export async function buildApp(configuration: Configuration, overrides: Overrides = {}): Promise<Sallyport> {
  const { watchCourier = false } = overrides;
  const state = { draining: false };
  const parts = await openProcessParts(configuration, overrides, {
    nudge: () => couriers.nudge(),
    draining: () => state.draining,
  });
  const generations = createCurrent(remembered(buildGeneration(configuration, parts), parts), {
    retire: (old) => old.endStreams(),
    release: (old) => old.release(),
  });
  const couriers = createCouriers(deliveriesOf(generations), parts);
  couriers.set(watchCourier || configuration.config.watchCourier);
  const background = createBackground(passesOf(generations, parts));
  const answer = { public: answerWith(generations, 'public'), admin: answerWith(generations, 'admin') };
  const lifecycle = createLifecycle({
    ...answer,
    config: configuration.config,
    startBackground() {
      tellStart(parts.events, configuration);
      background.start();
      couriers.start();
    },
    onDrain() {
      state.draining = true;
    },
    endStreams: () => generations.get().endStreams(),
    async stopBackground() {
      await Promise.all([background.stop(), couriers.stop()]);
      await generations.close();
      await parts.counts.flush();
      await parts.store.close();
      parts.events.close();
    },
  });
  return {
    ...lifecycle,
    get public() {
      return generations.get().public.koa;
    },
    get admin() {
      return generations.get().admin.koa;
    },
    get config() {
      return generations.get().config;
    },
    answer,
    publicUrl: configuration.config.serve.public.baseUrl,
    adminUrl: configuration.config.serve.admin.baseUrl,
    log: parts.log,
    events: parts.events,
    replace(next) {
      generations.replace(remembered(buildGeneration(next, parts), parts));
      parts.adjustLog(next.config.log);
      couriers.set(watchCourier || next.config.watchCourier);
    },
    generations: () => generations.count(),
    guardProcess: (end) => guard(parts, () => generations.get().config.dev, end),
  };
}

/** What the process does beside its requests, over and over. */
function passesOf(generations: Current<Generation>, parts: ProcessParts): (signal: AbortSignal) => Promise<void> {
  const unattended = createUnattendedMessages({ ...parts, outbox: parts.store.outbox });
  return async (signal) => {
    // A database that is away is told by the pass of the engine.
    await Promise.all([generations.get().engine.backgroundPass(signal), unattended.look().catch(() => undefined)]);
  };
}

const DAY = 86_400_000;

/** Keeps the machines for flows that will still be open when the configuration is another one. */
function remembered(generation: Generation, { former, clock }: ProcessParts): Generation {
  const { login, registration, settings, recovery, verification } = generation.config.flows;
  const lifespans = [login, registration, settings, recovery, verification].map(({ lifespan }) => lifespan);
  former.remember(generation.machines.values(), clock.now(), Math.max(DAY, ...lifespans));
  return generation;
}

function guard({ log, hookScope }: ProcessParts, dev: () => boolean, end: (error: unknown) => void): () => void {
  return guardProcess(hookScope, {
    report: (fault) => logFault(log, fault, dev()),
    onFatal(error) {
      log.fatal(error instanceof Error ? error.message : 'an error that nothing caught', { error });
      end(error);
    },
  });
}

const deliveriesOf = (generations: Current<Generation>): Deliveries => ({
  get: () => generations.get().delivery,
  use() {
    const { value, done } = generations.use();
    return { value: value.delivery, done };
  },
});

/** Answers each request under the generation that is the newest when the request comes. */
function answerWith(generations: Current<Generation>, name: 'public' | 'admin'): RequestListener {
  return (request, response) => {
    const { value, done } = generations.use();
    response.once('close', done);
    value[name].answer(request, response);
  };
}
