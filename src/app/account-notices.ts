import type { Config } from '../config/config.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import type { Clock } from '../kernel/clock.ts';
import { momentOf } from '../session/lifetime.ts';
import type { AccountNotices } from '../store/account-notices.ts';
import { watchAccounts } from '../store/watch-accounts.ts';
import type { OwnerMails } from './owner-mails.ts';

/** Tells of changes of accounts, and of sessions that end: operators by security events, owners by mail. */
export function createAccountNotices({
  events,
  mails,
  clock,
  config,
}: {
  readonly events: SecurityEvents;
  readonly mails: OwnerMails;
  readonly clock: Clock;
  readonly config: Pick<Config, 'session'>;
}): AccountNotices {
  return {
    watching(unit, changer) {
      const { by, about, ends } = changer;
      const act = mails.during(unit, changer);
      return {
        recovered: (before) => act.recovered(before),
        signedIn: (before) => act.signedIn(before),
        unit: watchAccounts(unit, () => momentOf(config.session, clock.now()), {
          by,
          async changed({ identity }, changes) {
            const known = { ...about, identity: identity.id };
            for (const change of changes) {
              switch (change.what) {
                case 'password.changed':
                  events.accomplished(unit, change.what, { ...known, by });
                  break;
                case 'address.changed':
                  events.accomplished(unit, change.what, {
                    ...known,
                    identifier: change.gone[0],
                    type: change.type,
                    by,
                  });
                  break;
                case 'credential.added':
                case 'credential.removed':
                  events.accomplished(unit, change.what, { ...known, type: change.type, by });
              }
            }
            await act.changed(identity, changes);
          },
          revoked({ one, identity, ids, count, because }) {
            const session = one ? ids[0] : undefined;
            const cause = because ?? (one ? ends.one : ends.others);
            events.accomplished(unit, 'session.revoked', { ...about, identity, session, cause, count, sessions: ids });
          },
        }),
      };
    },
  };
}
