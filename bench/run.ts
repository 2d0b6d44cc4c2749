// npm run bench: Sallyport against what one would write by hand, in one run, on one machine. See docs/performance.md.
import process from 'node:process';
import { findMariadb, MARIADB_PACKAGE, startMariadb, versionOf, type DatabaseServer } from '../test/support/mariadb.ts';
import { measureAll, type Line } from './bench.ts';
import { chooseCores } from './core.ts';
import { flowInit } from './lines/flow-init.ts';
import { hooks } from './lines/hooks.ts';
import { journal } from './lines/journal.ts';
import { logins } from './lines/login.ts';
import { memory } from './lines/memory.ts';
import { registrations } from './lines/registration.ts';
import { start } from './lines/start.ts';
import { trips } from './lines/trips.ts';
import { whoami } from './lines/whoami.ts';
import { describeRun } from './machine.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { createProgress } from './progress.ts';
import { build } from './stage.ts';
import { drawTable } from './table.ts';

const LINES: readonly Line[] = [whoami, logins, registrations, flowInit, memory, start, hooks, journal, trips];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const progress = createProgress();
  let server: DatabaseServer | undefined;
  const stopped = async (): Promise<void> => {
    await server?.stop();
    process.exit(130); // what this process started ends with it
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stopped());
  try {
    const options = readOptions(args);
    if (options === undefined) {
      console.log(USAGE);
      return 0;
    }
    progress.show('npm run build');
    build();
    const cores = chooseCores();
    server = await databaseServer(options);
    if (server !== undefined) process.env['SALLYPORT_TEST_MYSQL_URL'] = server.url;
    const head = await describeRun(options, cores.pinned, server?.version);
    const results = await measureAll({ options, cores, progress }, LINES);
    progress.end();
    console.log([...head, '', drawTable(results)].join('\n'));
    return 0;
  } catch (error) {
    progress.end();
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await server?.stop();
  }
}

/** The one given, or a private one; none where only SQLite is asked for. */
async function databaseServer({ databases }: Options): Promise<DatabaseServer | undefined> {
  if (!databases.includes('MariaDB')) return undefined;
  const url = process.env['SALLYPORT_TEST_MYSQL_URL'];
  if (url !== undefined && url !== '') return { url, version: await versionOf(url), stop: () => Promise.resolve() };
  const program = findMariadb();
  if (program === undefined) {
    throw new Error(
      `The bench needs ${MARIADB_PACKAGE} on this machine, or SALLYPORT_TEST_MYSQL_URL; or say --on sqlite.`,
    );
  }
  return startMariadb(program);
}
