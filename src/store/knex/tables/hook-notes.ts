import type { Unit } from '../../store.ts';
import type { Queries } from '../connection.ts';
import { keyText } from '../columns.ts';

/** Writes a plugin's note on an identity; the newest of a key counts. */
export function setNote(queries: Queries): Unit['setNote'] {
  const { sql } = queries;
  return async (identity, plugin, key, value) => {
    await queries.write(
      sql('notes')
        .insert({
          identity_id: identity,
          plugin: keyText(plugin, 128, 'plugin'),
          name: keyText(key, 255, 'key of the note'),
          value: JSON.stringify(value),
        })
        .onConflict(['identity_id', 'plugin', 'name'])
        .merge(['value']),
    );
  };
}
