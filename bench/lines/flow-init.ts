import { alternate, using, type Line } from '../bench.ts';
import { fire } from '../load.ts';
import { startBoth } from '../stage.ts';

const CONNECTIONS = 16;

/** Beginning a login, against Koa and one insert. Both commit to disk. */
export const flowInit: Line = {
  name: 'flow init',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) =>
    using(async (later) => {
      const { server, hand } = await startBoth(bench.cores, place, later);
      const url = `${server.publicUrl}/self-service/login/api`;
      const { comparison } = await alternate(
        bench,
        `flow init, ${database}`,
        (seconds) => fire({ url: `${hand.url}/flow`, pid: hand.pid, connections: CONNECTIONS }, seconds),
        (seconds) => fire({ url, pid: server.pid, connections: CONNECTIONS }, seconds),
      );
      return [{ kind: 'comparison', line: 'flow init', database, comparison, atLeast: 0.5 }];
    }),
};
