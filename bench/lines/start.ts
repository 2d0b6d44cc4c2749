import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/ports.ts';
import { using, type Line } from '../bench.ts';
import { spread } from '../figures.ts';
import { install } from '../install.ts';
import { startSallyport } from '../stage.ts';

const STARTS = 5;
const MOST = 0.4;
const GIVE_UP = 60_000;

/**
 * From the start of the process to the first 200 of `/health/ready`, on a database that is migrated. Not the first start of
 * an installation: that one compiles what the others find compiled.
 */
export const start: Line = {
  name: 'start',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) =>
    using(async (later) => {
      // Writes the configuration, migrates, and goes: the folder stays.
      const before = await startSallyport(bench.cores, place);
      later(() => before.stop());
      await before.stop({ keep: true });
      const { launcher, remove } = install();
      later(async () => await Promise.resolve(remove()));
      await bench.cores.onMeasured(() => once(before.folder, launcher));
      const seconds: number[] = [];
      for (let i = 0; i < STARTS * bench.options.rounds; i += 1) {
        bench.progress.show(`start, ${database}: ${i + 1} of ${STARTS * bench.options.rounds}`);
        seconds.push(await bench.cores.onMeasured(() => once(before.folder, launcher)));
      }
      bench.progress.say(`start, ${database}: done`);
      return [
        {
          kind: 'figure',
          line: 'start to ready',
          database,
          value: spread(seconds),
          unit: 's',
          atMost: MOST,
          wrong: {},
        },
      ];
    }),
};

async function once(folder: string, launcher: string): Promise<number> {
  const ports = { public: await freePort(), admin: await freePort() };
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: undefined,
    SERVE_PUBLIC_PORT: String(ports.public),
    SERVE_ADMIN_PORT: String(ports.admin),
  };
  const began = performance.now();
  const child = spawn(process.execPath, [launcher, 'serve', '-c', join(folder, 'config.yml')], {
    env,
    stdio: 'ignore',
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await ready(ports.public))) {
      if (child.exitCode !== null || performance.now() - began > GIVE_UP) throw new Error('The server does not start.');
      await delay(5);
    }
    return (performance.now() - began) / 1_000;
  } finally {
    child.kill('SIGINT'); // no balancer waits to see it go
    await gone;
  }
}

async function ready(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200;
  } catch {
    return false; // it does not listen yet
  }
}
