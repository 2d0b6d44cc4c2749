import type { Dsn } from '../../src/config/config.ts';
import { mysqlDsn } from '../../test/support/mariadb.ts';
import { workOfRequests } from '../../test/support/request-work.ts';
import type { Line, Result } from '../bench.ts';
import type { DatabaseKind } from '../options.ts';
import { createPlace, type Place } from '../stage.ts';

/**
 * What each kind of request makes the database do, from the beginning of its flow on: round trips, and commits that wait for
 * the disk. Counted at the sources, in this process; `test/store/request-work.test.ts` has the same numbers.
 */
export const trips: Line = {
  name: 'trips',
  on: ['SQLite', 'MariaDB'],
  async measure({ progress }, database, place) {
    const results: Result[] = [];
    for (const proxied of [false, true]) {
      progress.show(`trips, ${database}`);
      // A database for each: both begin with the same person.
      const own = proxied ? await createPlace(database) : place;
      const work = await workOfRequests({ database, dsn: dsnOf(database, own), proxied });
      if (proxied) await own.drop();
      for (const [name, each] of Object.entries(work))
        results.push({ kind: 'work', line: `${name}${proxied ? ', by a proxy' : ''}`, database, work: each });
    }
    progress.say(`trips, ${database}: done`);
    return results;
  },
};

const dsnOf = (database: DatabaseKind, { address }: Place): Dsn =>
  database === 'MariaDB' ? mysqlDsn(address) : { kind: 'sqlite', file: address };
