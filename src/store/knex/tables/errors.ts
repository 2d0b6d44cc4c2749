import type { ErrorContainer, Store } from '../../store.ts';
import type { Queries } from '../connection.ts';
import { readJson } from '../columns.ts';

export function errorContainers(queries: Queries): Store['errors'] {
  const { sql } = queries;
  return {
    async put({ id, error, createdAt, expiresAt }) {
      await queries.write(
        sql('error_containers').insert({
          id,
          error: JSON.stringify(error),
          created_at: createdAt,
          expires_at: expiresAt,
        }),
      );
    },

    async find(id) {
      const row = await queries.first<{
        readonly error: string;
        readonly created_at: number;
        readonly expires_at: number;
      }>(sql('error_containers').select('error', 'created_at', 'expires_at').where('id', id));
      if (row === undefined) return undefined;
      return {
        id,
        error: readJson<ErrorContainer['error']>(row.error),
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      };
    },
  };
}
