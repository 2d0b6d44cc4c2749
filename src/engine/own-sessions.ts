import type { IdentityId, SessionId } from '../kernel/id.ts';
import { momentOf } from '../session/lifetime.ts';
import type { Session } from '../session/session.ts';
import type { Changer } from '../store/account-notices.ts';
import type { Runner } from './parts.ts';

/** The sessions of one account, as its signed-in person may see and end them. */
export interface OwnSessions {
  /** Active sessions but this one, newest first; `total` counts those of all pages. */
  others(
    current: Session,
    page: { readonly page: number; readonly size: number },
  ): Promise<{ readonly items: readonly Session[]; readonly total: number }>;
  /** Ends one session of the same account; does nothing for a session of another account. */
  revoke(owner: IdentityId, id: SessionId): Promise<void>;
  /** Ends all sessions of the account but this one; the number of rows, inactive ones included. */
  revokeOthers(current: Session): Promise<number>;
}

const OWNER: Changer = {
  by: 'self',
  about: {},
  recovers: false,
  client: undefined,
  ends: { one: 'self', others: 'self' },
};

export function createOwnSessions({
  config,
  store,
  clock,
  notices,
}: Pick<Runner, 'config' | 'store' | 'clock' | 'notices'>): OwnSessions {
  return {
    others: ({ id, identityId }, page) =>
      store.sessions.listOf(identityId, {
        ...momentOf(config.session, clock.now()),
        active: true,
        except: id,
        ...page,
      }),
    revoke: (owner, id) =>
      store.transaction(async (unit) => {
        const found = await unit.sessions.find(id);
        if (found?.identity.id === owner) await notices.watching(unit, OWNER).unit.sessions.revoke(id);
      }),
    revokeOthers: ({ id, identityId }) =>
      store.transaction((unit) => notices.watching(unit, OWNER).unit.sessions.revokeOthers(identityId, id)),
  };
}
