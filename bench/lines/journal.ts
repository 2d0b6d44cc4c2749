import { alternate, using, type Line, type Side } from '../bench.ts';
import { openHandle } from '../baseline-database.ts';
import { bytesOfFlows, spread, type Spread } from '../figures.ts';
import { crowd } from '../load.ts';
import { createPeople } from '../people.ts';
import { createPlace, startRecording, type Recording } from '../stage.ts';
import { createVisitors } from '../visit.ts';

const AT_ONCE = 8;
/** Logins whose rows are weighed. */
const WEIGHED = 8;
const OFTEN = 4;
const LEAST = 0.97;
/** kB of a whole login. */
const MOST = 1.5;

interface Crowd {
  readonly login: Side;
  readonly page: Side;
}

/**
 * What recording costs, against the same server on a store that drops the rows: of a whole login of two pages, and of a page
 * alone, where no password is hashed and the store is all that works. And what a whole login leaves in the journal.
 */
export const journal: Line = {
  name: 'journal',
  on: ['SQLite', 'MariaDB'],
  measure: (bench, database, place) =>
    using(async (later) => {
      const other = await createPlace(database);
      later(() => other.drop());
      const without = await startRecording(bench.cores, other, 'dropped');
      later(() => without.stop());
      const server = await startRecording(bench.cores, place, 'recorded');
      later(() => server.stop());
      const crowdOf = async ({ adminUrl, publicUrl, pid }: Recording): Promise<Crowd> => {
        await createPeople(adminUrl, Math.max(AT_ONCE, WEIGHED));
        const visitors = createVisitors(AT_ONCE, publicUrl);
        later(() => visitors.close());
        return {
          login: (seconds) =>
            crowd(AT_ONCE, pid, seconds, (person) => visitors.loginByPages(person).then(() => 'done')),
          page: (seconds) => crowd(AT_ONCE, pid, seconds, (person) => visitors.identify(person)),
        };
      };
      const dropping = await crowdOf(without);
      const recording = await crowdOf(server);
      // The difference is smaller than the noise between two pairs, so more slices are measured.
      const often = { ...bench, options: { ...bench.options, pairs: OFTEN * bench.options.pairs } };
      const login = await alternate(often, `journal, a login, ${database}`, dropping.login, recording.login);
      const page = await alternate(bench, `journal, a page, ${database}`, dropping.page, recording.page);
      return [
        { kind: 'comparison', line: 'journal, a login', database, comparison: login.comparison, atLeast: LEAST },
        { kind: 'comparison', line: 'journal, a page sent', database, comparison: page.comparison, atLeast: undefined },
        {
          kind: 'figure',
          line: 'journal, rows of a login',
          database,
          value: await weigh(server.publicUrl, place.address),
          unit: 'kB',
          atMost: MOST,
          wrong: {},
        },
      ];
    }),
};

/** Whole logins, one after the other: the name, then the password; and the rows they left. */
async function weigh(publicUrl: string, address: string): Promise<Spread> {
  const visitors = createVisitors(WEIGHED, publicUrl);
  const flows: string[] = [];
  for (let person = 0; person < WEIGHED; person += 1) flows.push(await visitors.loginByPages(person));
  await visitors.close();
  return spreadOf(address, flows);
}

async function spreadOf(address: string, flows: readonly string[]): Promise<Spread> {
  const handle = await openHandle(address);
  const rowsOf = handle.prepare('SELECT * FROM flow_journal WHERE flow_id = ? ORDER BY id');
  const rows = [];
  for (const flow of flows) rows.push(...(await rowsOf.all([flow])));
  await handle.close();
  return spread(bytesOfFlows(rows).map((bytes) => bytes / 1_000));
}
