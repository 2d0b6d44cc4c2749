import { alternate, using, type Bench, type Line, type Result } from '../bench.ts';
import { fire } from '../load.ts';
import type { DatabaseKind } from '../options.ts';
import { createPeople, tokenOf } from '../people.ts';
import { startBoth, type Place } from '../stage.ts';

const CONNECTIONS = 16;

/** `GET /sessions/whoami` with a session token, against one prepared statement in a Koa handler. */
export const whoami: Line = {
  name: 'whoami',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) => measure(bench, database, place),
};

async function measure(bench: Bench, database: DatabaseKind, place: Place): Promise<readonly Result[]> {
  return using(async (later) => {
    const { server, hand } = await startBoth(bench.cores, place, later);
    await createPeople(server.adminUrl, 1);
    const headers = { 'X-Session-Token': await tokenOf(server.publicUrl, 0) };
    const { comparison } = await alternate(
      bench,
      `whoami, ${database}`,
      (seconds) => fire({ url: `${hand.url}/whoami`, headers, pid: hand.pid, connections: CONNECTIONS }, seconds),
      (seconds) =>
        fire(
          { url: `${server.publicUrl}/sessions/whoami`, headers, pid: server.pid, connections: CONNECTIONS },
          seconds,
        ),
    );
    return [{ kind: 'comparison', line: 'whoami', database, comparison, atLeast: 0.6 }];
  });
}
