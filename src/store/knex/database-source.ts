import type { Knex } from 'knex';
import type { Random } from '../../kernel/random.ts';
import type { Database, Watch } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { Unavailable } from './unavailable.ts';

/** A configured database that is not open yet. Each folder beside this file makes one kind of it. */
export interface DatabaseSource {
  readonly dialect: Dialect;
  /** How Knex reaches it. */
  readonly knexConfig: Knex.Config;
  /** Its name for messages, without a password. */
  readonly place: string;
  /** True when it is empty at each start and ends with the process. */
  readonly temporary: boolean;
  /** Explains an error of the driver that means that the database is not there. */
  readonly unavailable: Unavailable;
  /** False when opening it would create it. */
  exists(): boolean;
  /** Opens it for a server. `sql` is Knex with `knexConfig`, and closing the database destroys it. */
  open(sql: Knex, parts: DatabaseParts): Promise<Database>;
  /** Opens it for reading only, so that a server beside it is not disturbed. */
  openToRead(sql: Knex, parts: DatabaseParts): Promise<Pick<Database, 'outside' | 'close'>>;
}

export interface DatabaseParts {
  readonly random: Random;
  readonly log: { warn(message: string, facts?: Readonly<Record<string, unknown>>): void };
  /** Sees every statement and both sides of every commit; for tests. */
  readonly watch: Watch | undefined;
}
