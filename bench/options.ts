import { parseArgs } from 'node:util';

export type DatabaseKind = 'SQLite' | 'MariaDB';

export interface Options {
  readonly rounds: number;
  /** Pairs of slices in a round. */
  readonly pairs: number;
  /** Seconds of one slice. */
  readonly slice: number;
  /** Words, one of which a line's name begins with; none: all lines. */
  readonly only: readonly string[];
  readonly databases: readonly DatabaseKind[];
}

export const USAGE = `npm run bench [-- options]

  --quick           one short round, to see that it runs; its figures mean nothing
  --only <line>     only lines whose name begins so: whoami, login, registration, flow, memory, start, hooks, journal,
                    trips (may be given several times)
  --on <database>   sqlite or mariadb; default both
  --rounds <n>      default 3
  --help            this text

Starts everything itself. With SALLYPORT_TEST_MYSQL_URL (mysql://user:password@host:port/) it uses that server.`;

/** Undefined: the usage is asked for. Throws a sentence about what cannot be understood. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: args.filter((each) => each !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      on: { type: 'string' },
      rounds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error('--rounds is a number from 1 to 100.');
  return {
    rounds,
    pairs: values.quick ? 1 : 3,
    slice: values.quick ? 0.5 : 2,
    only: values.only,
    databases: databasesOf(values.on),
  };
}

function databasesOf(word: string | undefined): readonly DatabaseKind[] {
  const all: readonly DatabaseKind[] = ['SQLite', 'MariaDB'];
  if (word === undefined) return all;
  const found = all.filter((each) => each.toLowerCase() === word.toLowerCase());
  if (found.length === 0) throw new Error(`--on is sqlite or mariadb, not ${word}.`);
  return found;
}
