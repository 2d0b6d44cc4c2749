import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, spawnMain } from './server.ts';

export interface CourierProcess {
  /** What it says in EHLO: which process a mail came from. */
  readonly name: string;
  /** It has opened the database and looks for work. */
  readonly atWork: Promise<void>;
  readonly log: () => string;
  /** Ends it at once, as a power cut would. */
  kill9(): Promise<void>;
  /** Asks it to stop, and gives the exit status. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface CourierSite {
  start(name: string): CourierProcess;
  /** Stops what still runs and removes what was written. */
  close(): Promise<void>;
}

/** A migrated database and one configuration, for any number of `courier watch`. */
export async function courierSite(config: string): Promise<CourierSite> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-courier-'));
  const file = join(folder, 'config.yml');
  writeFileSync(file, config);
  const migrated = await runCommand(['migrate', 'sql', '--yes', '-c', file]);
  if (migrated.status !== 0) throw new Error(`migrate ended with ${migrated.status}\n${migrated.output}`);
  const running = new Set<CourierProcess>();
  return {
    start(name) {
      const child = spawnMain(['courier', 'watch', '-c', file], { COURIER_SMTP_LOCAL_NAME: name });
      const courier = follow(name, child, () => running.delete(courier));
      running.add(courier);
      return courier;
    },
    async close() {
      await Promise.all([...running].map((courier) => courier.kill9()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(name: string, child: ChildProcess, gone: () => void): CourierProcess {
  let text = '';
  const atWork = Promise.withResolvers<void>();
  // Whoever does not wait for it need not hear that it never came.
  atWork.promise.catch(() => undefined);
  const read = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    if (text.includes('The courier is running.')) atWork.resolve();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  const orphaned = (): unknown => child.kill('SIGKILL');
  process.once('exit', orphaned);
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => {
      process.off('exit', orphaned);
      atWork.reject(new Error(`The courier ended with ${code ?? signal}.\n${text}`));
      gone();
      resolve(code ?? signal ?? 1);
    }),
  );
  return {
    name,
    atWork: atWork.promise,
    log: () => text,
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
