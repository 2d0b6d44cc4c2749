import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSallyport, type Sallyport } from '../../src/app/build-app.ts';
import type { Dsn } from '../../src/config/config.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { SecurityEvent } from '../../src/event/catalogue.ts';
import { systemRandom } from '../../src/secret/random.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import type { Watch } from '../../src/store/knex/connection.ts';
import { migrateUp } from '../../src/store/knex/migration/migrate.ts';
import type { Store } from '../../src/store/store.ts';
import type { Method } from '../../src/strategy/method.ts';
import { testsUndone, undone } from '../undone/undone.ts';
import { createDatabase, mysqlDsn } from './mariadb.ts';
import { freePort } from './ports.ts';
import { type ServerOptions, testsOnMysql, writeConfig } from './server.ts';

const quiet = { info: () => undefined, warn: () => undefined };

/** A server in the process of the test, which says what time it is. */
export interface EmbeddedServer {
  readonly app: Sallyport;
  /** What it stores, for what no client can bring about. */
  readonly store: Store;
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** The security events it told, oldest first. */
  readonly events: readonly SecurityEvent[];
  /** From now on it is so many milliseconds later. */
  pass(milliseconds: number): void;
  stop(): Promise<void>;
}

export interface EmbeddedOptions extends Pick<ServerOptions, 'config' | 'files' | 'names'> {
  /** An empty database to migrate; in memory unless given, or as `SALLYPORT_TEST_STORE` says. */
  readonly dsn?: Dsn;
  /** Sees every statement. */
  readonly watch?: Watch;
  /** The registry of methods; the server's own unless given. */
  readonly registry?: readonly Method[];
  /** Gets its log lines, and with them the security events, which are in `events` otherwise. */
  readonly log?: Log;
  /** Sends what is in its outbox. */
  readonly watchCourier?: boolean;
  /** Puts something between the server and its store. */
  readonly between?: (store: Store) => Store;
}

/** As `startServer`, in this process. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-embedded-'));
  const ports = { public: await freePort(), admin: await freePort() };
  const file = writeConfig({ ...options, config: `dsn: memory\n${options.config}`, folder, ports });
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const { watch, watchCourier = false } = options;
  const registry = options.registry === undefined ? {} : { registry: options.registry };
  const database = options.dsn === undefined && testsOnMysql() ? await createDatabase() : undefined;
  const dsn = options.dsn ?? (database === undefined ? ({ kind: 'memory' } as const) : mysqlDsn(database.url));
  if (dsn.kind !== 'memory') await migrateUp(dsn, { log: () => undefined });
  const dependencies = { clock, random: systemRandom, log: quiet };
  const opened = await createStore(dsn, watch === undefined ? dependencies : { ...dependencies, watch });
  const given = options.between?.(opened) ?? opened;
  const store = testsUndone() ? undone(given) : given;
  const events: SecurityEvent[] = [];
  const { log } = options;
  const heard = log === undefined ? { onEvent: (event: SecurityEvent) => void events.push(event) } : { log };
  const app = await createSallyport(
    { files: [file], dev: true, cwd: folder, ...registry },
    { clock, store, watchCourier, ...heard },
  );
  await app.listen();
  return {
    app,
    store,
    publicUrl: `http://127.0.0.1:${ports.public}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    events,
    pass(milliseconds) {
      ahead += milliseconds;
    },
    async stop() {
      await app.close();
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
