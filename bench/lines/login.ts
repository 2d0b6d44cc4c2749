import { alternate, using, type Line, type Result } from '../bench.ts';
import { cpuSecondsOf } from '../core.ts';
import type { Slice } from '../figures.ts';
import { crowd } from '../load.ts';
import { createPeople } from '../people.ts';
import { startSallyport, startVerify } from '../stage.ts';
import { createVisitors } from '../visit.ts';

const AT_ONCE = [8, 64];

/** Whole logins (a flow, a password, a session), against bare `argon2.verify` at the same parameters. */
export const logins: Line = {
  name: 'login',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) =>
    using(async (later) => {
      const server = await startSallyport(bench.cores, place);
      later(() => server.stop());
      const bare = await startVerify(bench.cores);
      later(() => bare.stop());
      await createPeople(server.adminUrl, Math.max(...AT_ONCE));
      const verify = async (seconds: number): Promise<Slice> => {
        const before = cpuSecondsOf(bare.pid);
        const done = await bare.run(seconds);
        const after = cpuSecondsOf(bare.pid);
        const cpuSeconds = before === undefined || after === undefined ? undefined : after - before;
        return { done, seconds, cpuSeconds, refused: 0, wrong: {} };
      };
      const results: Result[] = [];
      for (const people of AT_ONCE) {
        const visitors = createVisitors(people, server.publicUrl);
        const { comparison } = await alternate(
          bench,
          `login, ${people} in parallel, ${database}`,
          verify,
          (seconds) => crowd(people, server.pid, seconds, (person) => visitors.login(person)),
          2 * bench.options.slice, // some forty of them are a second
        );
        await visitors.close();
        results.push({ kind: 'comparison', line: `login, ${people} in parallel`, database, comparison, atLeast: 0.9 });
      }
      return results;
    }),
};
