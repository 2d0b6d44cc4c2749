import type { ErrorContainer, Store } from '../store.ts';
import type { Queries } from './engine.ts';
import { readJson } from './text.ts';

export function errorContainers({ sql, first, write }: Queries): Store['errors'] {
  return {
    async put({ id, error, createdAt, expiresAt }) {
      await write(
        sql('error_containers').insert({
          id,
          error: JSON.stringify(error),
          created_at: createdAt,
          expires_at: expiresAt,
        }),
      );
    },

    async find(id) {
      const row = await first<{ readonly error: string; readonly created_at: number; readonly expires_at: number }>(
        sql('error_containers').select('error', 'created_at', 'expires_at').where('id', id),
      );
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
