import type { TestServer } from '../../test/support/server.ts';
import { alternate, using, type Bench, type Line, type Result } from '../bench.ts';
import { cpuSecondsOf } from '../core.ts';
import type { Slice } from '../figures.ts';
import { crowd } from '../load.ts';
import type { DatabaseKind } from '../options.ts';
import { createPeople } from '../people.ts';
import { startBaseline, startSallyport, startVerify, type Place } from '../stage.ts';
import { createVisitors } from '../visit.ts';

const AT_ONCE = [8, 64];

/**
 * Whole logins (a flow, a password, a session), against bare `argon2.verify` at the same parameters; and against a login
 * written by hand, which shows how much of the distance to the bare hash is the price of a flow and a session at all.
 */
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
      results.push(await againstHand(bench, database, place, server));
      return results;
    }),
};

async function againstHand(bench: Bench, database: DatabaseKind, place: Place, server: TestServer): Promise<Result> {
  const [people = 1] = AT_ONCE;
  const hand = await startBaseline(bench.cores, place);
  const ours = createVisitors(people, server.publicUrl);
  const theirs = createVisitors(people, hand.url, () => '/flow');
  const { comparison } = await alternate(
    bench,
    `login, against one by hand, ${database}`,
    (seconds) => crowd(people, hand.pid, seconds, (person) => theirs.login(person)),
    (seconds) => crowd(people, server.pid, seconds, (person) => ours.login(person)),
    2 * bench.options.slice,
  );
  await ours.close();
  await theirs.close();
  await hand.stop();
  return { kind: 'comparison', line: 'login, against one by hand', database, comparison, atLeast: undefined };
}
