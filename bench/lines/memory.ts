import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { using, type Line } from '../bench.ts';
import { memoryOf } from '../core.ts';
import { spread } from '../figures.ts';
import { crowd } from '../load.ts';
import { createPeople } from '../people.ts';
import { startSallyport } from '../stage.ts';
import { createVisitors } from '../visit.ts';

const AT_ONCE = 500;
const MOST_IDLE = 120;
/** MiB all hashes together may take (docs: a quarter of the memory, 256 MiB at most). */
const HASHES = Math.min(256, os.totalmem() / 4 / 1_024 ** 2);

/** What a server that has just started holds, and the most it holds while 500 people sign in over and over. */
export const memory: Line = {
  name: 'memory',
  on: ['SQLite', 'MariaDB'],
  async measure(bench, database, place) {
    const idle: number[] = [];
    const most: number[] = [];
    const wrong: Record<string, number> = {};
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.progress.show(`memory, ${database}: round ${round} of ${bench.options.rounds}`);
      await using(async (later) => {
        const server = await startSallyport(bench.cores, place);
        later(() => server.stop());
        await delay(1_000);
        idle.push(memoryOf(server.pid)?.now ?? Number.NaN);
        if (round === 1) await createPeople(server.adminUrl, AT_ONCE);
        const visitors = createVisitors(AT_ONCE, server.publicUrl);
        later(() => visitors.close());
        const slice = await crowd(AT_ONCE, server.pid, 4 * bench.options.slice, (person) => visitors.login(person));
        for (const [cause, count] of Object.entries(slice.wrong)) wrong[cause] = (wrong[cause] ?? 0) + count;
        most.push(memoryOf(server.pid)?.most ?? Number.NaN);
      });
      bench.progress.say(`memory, ${database}: round ${round} of ${bench.options.rounds} done`);
    }
    const figure = { kind: 'figure', database, unit: 'MiB', wrong } as const;
    const bound = (spread(idle).median + HASHES) * 1.1;
    return [
      { ...figure, line: 'memory, idle', value: spread(idle), atMost: MOST_IDLE, wrong: {} },
      { ...figure, line: `memory, ${AT_ONCE} parallel logins`, value: spread(most), atMost: bound },
    ];
  },
};
