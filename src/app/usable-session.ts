import type { Config } from '../config/config.ts';
import type { Clock } from '../kernel/clock.ts';
import { momentOf, usable, writesUse } from '../session/lifetime.ts';
import type { SessionWithIdentity } from '../session/session.ts';
import type { Store } from '../store/store.ts';
import type { BuiltEngine } from './build-engine.ts';

interface UsableSessionParts {
  readonly config: Pick<Config, 'session'>;
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  readonly report: BuiltEngine['report'];
  find(token: string): Promise<SessionWithIdentity | undefined>;
}

/**
 * The session of a token, if it signs somebody in; its use is written down where it has to be. A database that takes no
 * writes ends nobody's request.
 */
export const createUsableSession =
  ({ config, store, clock, report, find }: UsableSessionParts) =>
  async (token: string): Promise<SessionWithIdentity | undefined> => {
    const found = await find(token);
    const now = clock.now();
    if (found === undefined || !usable(found.session, found.identity, momentOf(config.session, now))) return undefined;
    const { session } = found;
    const before = writesUse(session, config.session, now);
    if (before !== undefined)
      await store
        .transaction((unit) => unit.sessions.seen(session.id, now, before))
        .catch((error: unknown) => report(error, { flow: 'sessions', state: 'last use' }));
    return found;
  };
