/**
 * What a driver's error means, on every database:
 * - `taken`: a unique value that another row has;
 * - `orphan`: the row that a foreign key names does not exist;
 * - `retry`: nothing was done, and the whole transaction may be run again at once (deadlock, lock wait, busy);
 * - `lost`: the connection, or the server behind it, is unusable; another one may work;
 * - `unavailable`: the database cannot do it now (disk full, read-only, pool exhausted): answered with 503;
 * - `damaged`: the database file is corrupt: nothing may be written any more.
 * An error with no such meaning is a fault in this program.
 */
export type Fault = 'taken' | 'orphan' | 'retry' | 'lost' | 'unavailable' | 'damaged';

/** Knex gives up waiting for a connection of its pool. */
export function isPoolTimeout({ name }: Readonly<Record<string, unknown>>): boolean {
  return name === 'KnexTimeoutError' || name === 'TimeoutError';
}

/** The database cannot be used: what it lacks is told to the operator, not repaired by the store. */
export const isAway = (fault: Fault | undefined): boolean =>
  fault !== undefined && fault !== 'taken' && fault !== 'orphan';
