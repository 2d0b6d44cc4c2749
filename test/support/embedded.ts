import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSallyport, type Sallyport } from '../../src/app.ts';
import { systemRandom } from '../../src/secret/random.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import type { Store } from '../../src/store/store.ts';
import { freePort } from './ports.ts';
import { type ServerOptions, writeConfig } from './server.ts';

const quiet = { info: () => undefined, warn: () => undefined };

/** A server in the process of the test, which says what time it is. */
export interface EmbeddedServer {
  readonly app: Sallyport;
  /** What it stores, for what no client can bring about. */
  readonly store: Store;
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** From now on it is so many milliseconds later. */
  pass(milliseconds: number): void;
  stop(): Promise<void>;
}

/** As `startServer`, in this process, with its state in memory. */
export async function startEmbedded(
  options: Pick<ServerOptions, 'config' | 'files' | 'names'>,
): Promise<EmbeddedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-embedded-'));
  const ports = { public: await freePort(), admin: await freePort() };
  const file = writeConfig({ ...options, config: `dsn: memory\n${options.config}`, folder, ports });
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const store = await createStore({ kind: 'memory' }, { clock, random: systemRandom, log: quiet });
  const app = await createSallyport({ files: [file], dev: true, cwd: folder }, { clock, store });
  await app.listen();
  return {
    app,
    store,
    publicUrl: `http://127.0.0.1:${ports.public}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    pass(milliseconds) {
      ahead += milliseconds;
    },
    async stop() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
