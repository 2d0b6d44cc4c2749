import type { ErrorContainer, Store } from '../../store.ts';
import type { Executor } from '../connection.ts';
import { readJson } from '../columns.ts';
import { one } from '../rows.ts';

interface ErrorRow {
  readonly error: string;
  readonly created_at: number;
  readonly expires_at: number;
}

/** Writes and reads error containers, outside of any transaction. */
export function errorContainers(executor: Executor): Store['errors'] {
  const { sql } = executor;
  return {
    async put({ id, error, again, createdAt, expiresAt }) {
      await executor.write(
        sql('error_containers').insert({
          id,
          // An error has no member of that name.
          error: JSON.stringify({ ...error, ...(again !== undefined && { again }) }),
          created_at: createdAt,
          expires_at: expiresAt,
        }),
      );
    },

    find: (id) =>
      one(
        executor,
        sql('error_containers').select('error', 'created_at', 'expires_at').where('id', id),
        (row: ErrorRow) => {
          const { again, ...error } = readJson<ErrorContainer['error']>(row.error);
          return {
            id,
            error,
            ...(typeof again === 'string' && { again }),
            createdAt: row.created_at,
            expiresAt: row.expires_at,
          };
        },
      ),
  };
}
