import type { AuthenticatorUse } from '../../../identity/authenticators.ts';
import type { IdentityId } from '../../../kernel/id.ts';
import type { Executor } from '../connection.ts';
import { savepoint } from '../savepoint.ts';

/** Writes down a use of a key, in one statement for each key that has a row. */
export async function useAuthenticator(executor: Executor, id: IdentityId, use: AuthenticatorUse): Promise<boolean> {
  const { sql } = executor;
  const { idHash, signCount } = use;
  const row = sql('authenticators').where({ id_hash: idHash });
  const used = row
    .clone()
    .where('identity_id', id)
    .where((either) => {
      void either.where('sign_count', '<', signCount);
      if (signCount === 0) void either.orWhere('sign_count', 0);
    })
    .update({ sign_count: signCount, last_used_at: use.at });
  if ((await executor.write(used)) > 0) return true;
  return (await executor.first(row.clone().select('identity_id'))) === undefined && (await addUsed(executor, id, use));
}

/** A key that was stored before there were rows for keys: its first use makes one. */
async function addUsed(executor: Executor, id: IdentityId, { type, idHash, signCount, at }: AuthenticatorUse) {
  const row = { id_hash: idHash, identity_id: id, type, sign_count: signCount, last_used_at: at };
  try {
    await savepoint(executor, 'authenticator', () => executor.write(executor.sql('authenticators').insert(row)));
    return true;
  } catch (error) {
    if (executor.dialect.faultOf(error) === 'taken') return false;
    throw error;
  }
}
