import type { Unit } from '../../store.ts';
import type { Executor } from '../connection.ts';
import { keyText } from '../columns.ts';

/** Writes a plugin's note on an identity. A note of the same key is replaced. */
export function setNote(executor: Executor): Unit['setNote'] {
  const { sql } = executor;
  return async (identity, plugin, key, value) => {
    await executor.write(
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
