import { randomUUID } from 'node:crypto';
import { alternate, using, type Line } from '../bench.ts';
import { crowd } from '../load.ts';
import { startBoth } from '../stage.ts';
import { createVisitors } from '../visit.ts';

const AT_ONCE = 8;

/** Whole registrations (a flow, a person, a session), against Koa, one hash and one insert. */
export const registrations: Line = {
  name: 'registration',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) =>
    using(async (later) => {
      const { server, hand } = await startBoth(bench.cores, place, later);
      const visitors = createVisitors(AT_ONCE, server.publicUrl);
      later(() => visitors.close());
      const { comparison } = await alternate(
        bench,
        `registration, ${database}`,
        (seconds) => crowd(AT_ONCE, hand.pid, seconds, (person) => visitors.get(person, `${hand.url}/register`)),
        (seconds) =>
          crowd(AT_ONCE, server.pid, seconds, (person) => visitors.register(person, `${randomUUID()}@bench.test`)),
        2 * bench.options.slice,
      );
      return [
        { kind: 'comparison', line: `registration, ${AT_ONCE} in parallel`, database, comparison, atLeast: undefined },
      ];
    }),
};
