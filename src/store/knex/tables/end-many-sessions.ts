import type { IdentityId, SessionId } from '../../../kernel/id.ts';
import type { SessionWrites } from '../../../session/session.ts';
import type { Executor } from '../connection.ts';
import { many } from '../rows.ts';

/** Rows of one statement. */
const AT_ONCE = 500;

interface Row {
  readonly id: SessionId;
  readonly identity_id: IdentityId;
  readonly active: number;
}

/** Ends sessions of many people: reads which, then ends them by their ids. */
export function endManySessions(executor: Executor): SessionWrites['endMany'] {
  const { sql } = executor;
  return async (these, how, most) => {
    const all = sql('sessions').select('id', 'identity_id', 'active');
    const named =
      these === 'all'
        ? all
        : 'sessions' in these
          ? all.whereIn('id', these.sessions)
          : all.whereIn('identity_id', these.identities);
    const ending = how === 'disable' ? named.where('active', 1) : named;
    const ended = await many(executor, ending.limit(most), (row: Row) => ({
      id: row.id,
      identityId: row.identity_id,
      active: row.active === 1,
    }));
    for (let from = 0; from < ended.length; from += AT_ONCE) {
      const ids = ended.slice(from, from + AT_ONCE).map(({ id }) => id);
      const rows = sql('sessions').whereIn('id', ids);
      await executor.write(how === 'disable' ? rows.update({ active: 0 }) : rows.delete());
    }
    return ended;
  };
}
