import process from 'node:process';
import type { Dsn, LogLevel } from '../config/config.ts';
import { createJournalBacklog, type JournalBacklog } from '../engine/journal/journal-backlog.ts';
import { createFormerGrammars, type FormerGrammars } from '../engine/machine/former-grammars.ts';
import type { SecurityEvent } from '../event/catalogue.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import { processScope, type HookScope } from '../hook/hook-scope.ts';
import { createRecentFlows, type RecentFlows } from '../http/console/recent-flows.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { createMemoryCounts, type MemoryCounts } from '../limit/memory-counts.ts';
import { systemRandom } from '../secret/random.ts';
import { observeFlows } from '../store/flow-events.ts';
import { createStore } from '../store/knex/create-store.ts';
import type { Store } from '../store/store.ts';
import type { MethodParts } from '../strategy/method-parts.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createRequestScope, type RequestScope } from '../telemetry/request-scope.ts';
import { buildEvents } from './build-events.ts';
import type { Configuration } from './configuration.ts';
import { reportTo } from './report.ts';
import { readVersion } from './version.ts';

/** What a test or an embedding program may put in place of a built-in part. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly store?: Store;
  /** Sends mails from this process, also where the configuration does not say so. */
  readonly watchCourier?: boolean;
  /** Gets each security event, in place of the log. */
  readonly onEvent?: (event: SecurityEvent) => void;
  /** How many processes share this machine: each takes its part of processors, memory for hashes, and connections. */
  readonly processes?: number;
}

/** What a process has once, however often its configuration is replaced; lent to each generation. */
export interface ProcessParts {
  readonly store: Store;
  /** What the networks of visitors have caused. */
  readonly counts: MemoryCounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: SecurityEvents;
  readonly scope: RequestScope;
  readonly hookScope: HookScope;
  readonly recent: RecentFlows;
  readonly backlog: JournalBacklog;
  readonly former: FormerGrammars;
  readonly once: MethodParts['once'];
  readonly version: string;
  /** Each request is logged at this level: a log that was handed in decides for itself. */
  logsRequests(level: LogLevel): boolean;
  /** Takes over level and format of the log. */
  adjustLog(settings: Configuration['config']['log']): void;
  /** Wakes the courier of this process, if it runs one. */
  nudge(): void;
  /** The server is stopping. */
  draining(): boolean;
}

/** Milliseconds. */
const COUNTS_WRITTEN_EVERY = 1_000;
/** Networks: some megabytes. */
const MOST_COUNTERS = 20_000;

/** What the server tells its parts while it runs. */
export interface Signals {
  nudge(): void;
  draining(): boolean;
}

/** Opens the database and makes the log, once for the life of the process. */
export async function openProcessParts(
  { config }: Configuration,
  overrides: Overrides,
  signals: Signals,
): Promise<ProcessParts> {
  const { clock = systemClock, random = systemRandom, processes = 1 } = overrides;
  const scope = createRequestScope();
  const logs = createLogs(config, overrides, { clock, random, scope });
  const recent = createRecentFlows(clock);
  const dsn = shareOf(config.dsn, processes);
  const opened = overrides.store ?? (await createStore(dsn, { clock, random, log: logs.log }));
  const store = observeFlows(opened, recent);
  const report = reportTo(logs.log);
  return {
    ...logs,
    ...signals,
    store,
    counts: createMemoryCounts({ store: store.limits, wait: COUNTS_WRITTEN_EVERY, most: MOST_COUNTERS }),
    clock,
    random,
    scope,
    hookScope: processScope,
    recent,
    backlog: createJournalBacklog(store, (error, { flowId: flow }) => report(error, { flow, state: 'journal' })),
    former: createFormerGrammars(),
    once: createOnce(processes),
    version: await readVersion(),
  };
}

function createLogs(
  config: Configuration['config'],
  { log: given, onEvent }: Overrides,
  { clock, random, scope }: Pick<ProcessParts, 'clock' | 'random' | 'scope'>,
): Pick<ProcessParts, 'log' | 'events' | 'logsRequests' | 'adjustLog'> {
  const write = (line: string): void => void process.stderr.write(line);
  const told = given && ((event: SecurityEvent): void => given.info(event.event, { logger: 'security', ...event }));
  const instead = onEvent ?? told;
  const { events, adjust } = buildEvents(config, { clock, random, scope, write, instead });
  if (given !== undefined) return { log: given, events, logsRequests: () => true, adjustLog: adjust };
  const log = createLog({ ...config.log, clock, write, requestId: scope.current });
  return {
    log,
    events,
    logsRequests: (level) => level === 'debug' || level === 'trace',
    adjustLog(next) {
      log.adjust(next);
      adjust(next);
    },
  };
}

/** Divides the configured connections among the workers. */
function shareOf(dsn: Dsn, processes: number): Dsn {
  if (!('maxConnections' in dsn) || processes === 1) return dsn;
  return { ...dsn, maxConnections: Math.max(2, Math.floor(dsn.maxConnections / processes)) };
}

function createOnce(processes: number): MethodParts['once'] {
  const made = new Map<unknown, unknown>();
  return <T>(make: (processes: number) => T): T => {
    if (!made.has(make)) made.set(make, make(processes));
    return made.get(make) as T; // what the same function made
  };
}
