import type { Knex } from 'knex';
import type { Dsn } from '../../config/config.ts';
import { databaseOf } from './databases.ts';

/** Knex logs what it throws as well; the caller knows what an error means. */
const ignore = (): void => undefined;
const log = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

/** How Knex reaches a database: the same for the store, the migrations and `knexfile.ts`. */
export function knexConfig(dsn: Dsn): Knex.Config {
  return { ...databaseOf(dsn).knexConfig, log };
}
