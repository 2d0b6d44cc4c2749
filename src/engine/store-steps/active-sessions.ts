import type { IdentityId, SessionId } from '../../kernel/id.ts';
import { momentOf } from '../../session/lifetime.ts';
import type { SessionReads } from '../../session/session.ts';
import type { WriteParts } from '../parts.ts';

/** How many sessions of an account are active now; `except`: one that is about to be replaced. */
export async function countActiveSessions(
  sessions: Pick<SessionReads, 'listOf'>,
  { config, clock }: Pick<WriteParts, 'config' | 'clock'>,
  account: IdentityId,
  except?: SessionId,
): Promise<number> {
  const { total } = await sessions.listOf(account, {
    ...momentOf(config.session, clock.now()),
    active: true,
    ...(except !== undefined && { except }),
    page: 0,
    size: 1,
  });
  return total;
}
