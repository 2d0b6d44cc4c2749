import { changesBetween, type Account, type Change } from '../identity/changes.ts';
import type { IdentityWrites } from '../identity/identity.ts';
import type { IdentityId, SessionId } from '../kernel/id.ts';
import type { SessionMoment, SessionWrites } from '../session/session.ts';

/** What of a transaction is watched. */
export interface Watched {
  readonly identities: IdentityWrites;
  readonly sessions: SessionWrites;
}

/** Is told inside the transaction, once what it is told of is written: what it writes is undone with it. */
export interface AccountWatcher {
  /** Whose writes they are: administrators end known devices by whatever they take from an account. */
  readonly by: 'self' | 'admin' | 'recovery';
  changed(before: Account, changes: readonly Change[]): Promise<void>;
  /** `one`: a session was named; otherwise those of an account. `ids`: at most 100. */
  revoked(what: {
    readonly one: boolean;
    readonly identity: IdentityId;
    readonly ids: readonly SessionId[];
    readonly count: number;
    /** Why, where it is not the act that the transaction is for. */
    readonly because: 'claimed' | 'limit' | undefined;
  }): void;
}

const MOST = 100;

/**
 * The same transaction, which tells of every change of what an account is reached and entered by, and of every session that
 * it ends, and which ends the devices that an account knows: whoever writes cannot forget to.
 */
export function watchAccounts<U extends Watched>(unit: U, moment: () => SessionMoment, watcher: AccountWatcher): U {
  const { identities, sessions } = unit;
  const activeOf = async (identity: IdentityId, keep?: SessionId) => {
    const except = keep === undefined ? {} : { except: keep };
    const { items, total } = await sessions.listOf(identity, {
      ...moment(),
      active: true,
      page: 0,
      size: MOST,
      ...except,
    });
    return { one: false, identity, ids: items.map(({ id }) => id), count: total, because: undefined };
  };
  return {
    ...unit,
    identities: watchIdentities(identities, () => moment().now, watcher),
    sessions: {
      ...sessions,
      async revoke(id) {
        const found = await sessions.find(id);
        const ended = await sessions.revoke(id);
        if (ended && found !== undefined)
          watcher.revoked({ one: true, identity: found.identity.id, ids: [id], count: 1, because: undefined });
        return ended;
      },
      async endOldest(identity, query) {
        const ids = await sessions.endOldest(identity, query);
        const told = { one: false, identity, ids: ids.slice(0, MOST), count: ids.length, because: 'limit' } as const;
        if (ids.length > 0) watcher.revoked(told);
        return ids;
      },
      async revokeOthers(identity, keep, because) {
        const active = await activeOf(identity, keep);
        const count = await sessions.revokeOthers(identity, keep);
        // Whoever made the account before its owner came keeps no device, either.
        if (because === 'claimed') await identities.endDevices(identity, moment().now);
        if (active.count > 0) watcher.revoked({ ...active, because });
        return count;
      },
      async deleteOf(identity) {
        const active = await activeOf(identity);
        const count = await sessions.deleteOf(identity);
        if (watcher.by === 'admin') await identities.endDevices(identity, moment().now);
        if (active.count > 0) watcher.revoked(active);
        return count;
      },
      async endMany(these, how, most) {
        const ended = await sessions.endMany(these, how, most);
        const active = Map.groupBy(
          ended.filter((each) => each.active),
          ({ identityId }) => identityId,
        );
        for (const [identity, own] of active) {
          const ids = own.slice(0, MOST).map(({ id }) => id);
          watcher.revoked({ one: false, identity, ids, count: own.length, because: undefined });
        }
        return ended;
      },
    },
  };
}

function watchIdentities(identities: IdentityWrites, now: () => number, watcher: AccountWatcher): IdentityWrites {
  return {
    ...identities,
    async update(identity, change) {
      // Without credentials an update leaves identifiers and addresses as they are.
      if (change.credentials === undefined && change.removed === undefined) return identities.update(identity, change);
      const before = change.before ?? (await accountOf(identities, identity.id));
      const answer = await identities.update(identity, change);
      if (answer !== undefined || before === undefined) return answer;
      const changes = changesBetween(before, { identity, credentials: merged(before.credentials, change) });
      if (changes.some((each) => endsDevices(each, watcher.by))) await identities.endDevices(identity.id, now());
      if (changes.length > 0) await watcher.changed(before, changes);
      return undefined;
    },
  };
}

/** A new password, whoever sets it; and what an administrator changes of the ways to sign in (security BF-11). */
const endsDevices = ({ what }: Change, by: AccountWatcher['by']): boolean =>
  what === 'password.changed' || (by === 'admin' && what !== 'address.changed');

async function accountOf(identities: IdentityWrites, id: IdentityId): Promise<Account | undefined> {
  const identity = await identities.find(id);
  return identity && { identity, credentials: await identities.credentials(id) };
}

type Written = Parameters<IdentityWrites['update']>[1];

/** The given credentials stand in the place of those of their types, others stay. */
function merged(before: Account['credentials'], { credentials = [], removed = [] }: Written): Account['credentials'] {
  const gone = new Set([...credentials.map(({ type }) => type), ...removed]);
  return [...before.filter(({ type }) => !gone.has(type)), ...credentials];
}
