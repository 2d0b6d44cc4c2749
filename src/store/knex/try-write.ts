import { randomUUID } from 'node:crypto';
import type { Executor } from './connection.ts';

/**
 * Writes as requests do and leaves nothing behind, for the readiness probe: a lock that can be taken is not yet a disk that
 * can be written. Two rows in one statement, because undoing half of one needs room of its own. Nobody else has the keys.
 */
export async function tryWrite({ sql, write }: Executor): Promise<void> {
  const keys = [`probe ${randomUUID()}`, `probe ${randomUUID()}`];
  await write(sql('limits').insert(keys.map((key_hash) => ({ key_hash, tries: 0, ends_at: 0 }))));
  await write(sql('limits').whereIn('key_hash', keys).delete());
}
