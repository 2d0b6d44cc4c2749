import { createDatabase, dsnOf } from './mariadb.ts';

/** A database for a server of a test's own: what its configuration says, and how it goes away. */
export interface Provided {
  /** A line of YAML; empty for the file that a test server has anyway. */
  readonly config: string;
  drop(): Promise<void>;
}

export const databases: readonly { readonly name: string; readonly provide: () => Promise<Provided> }[] = [
  { name: 'SQLite', provide: () => Promise.resolve({ config: '', drop: () => Promise.resolve() }) },
  {
    name: 'MySQL or MariaDB',
    provide: async () => {
      const database = await createDatabase();
      return { config: `dsn: ${dsnOf(database.url)}\n`, drop: () => database.drop() };
    },
  },
];
