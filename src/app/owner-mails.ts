import type { Config } from '../config/config.ts';
import type { Mail, OutboxMessage, OutboxWrites } from '../courier/message.ts';
import type { Committing } from '../event/security-events.ts';
import { ownAddresses, type OwnAddress } from '../identity/own-addresses.ts';
import type { Change } from '../identity/changes.ts';
import type { Identity } from '../identity/identity.ts';
import type { Clock } from '../kernel/clock.ts';
import type { IdentityId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { OWNER_NOTICES, type OwnerNotice } from '../kernel/owner-notice.ts';
import { networkOf } from '../limit/network.ts';
import { knownDevice } from '../kernel/device-name.ts';
import type { Changer } from '../store/account-notices.ts';

export interface OwnerMailParts {
  readonly config: {
    readonly courier: Pick<Config['courier'], 'notify' | 'channels'>;
    readonly limits: Pick<Config['limits'], 'sends'>;
  };
  readonly clock: Clock;
  /** Throws where a template fails; what was to be told is then undone with it. */
  render(mail: Mail): OutboxMessage;
  publicIdentity(identity: Identity): JsonObject;
  /** Wakes the courier; called after the commit. */
  nudge(): void;
}

/** The transaction of an act, as far as telling of it needs it. */
type ActUnit = Committing & { readonly outbox: OutboxWrites };

/** Tells owners by a row of the outbox, in the transaction of what they are told. */
export interface OwnerMails {
  /** What happens in one transaction is one act, and one act is one message to each address. */
  during(unit: ActUnit, changer: Changer): OwnerAct;
}

export interface OwnerAct {
  /** `before`: as it was; its addresses of then are told. */
  changed(before: Identity, changes: readonly Change[]): Promise<void>;
  recovered(before: Identity): Promise<void>;
  signedIn(before: Identity): Promise<void>;
}

export function createOwnerMails(parts: OwnerMailParts): OwnerMails {
  const { notify } = parts.config.courier;
  return {
    during(unit, changer) {
      const told = new Set<IdentityId>();
      let gathered: readonly Told[] = [];
      const tell = async (notices: readonly Told[], before: Identity, by: Changer['by']): Promise<void> => {
        const on = notices.filter(({ notice }) => notify.includes(notice));
        const notice = OWNER_NOTICES.find((name) => on.some((each) => each.notice === name));
        if (notice === undefined || told.has(before.id)) return;
        told.add(before.id);
        const changes = on.flatMap(({ line }) => line ?? []);
        const data = { ...dataOf(parts, before, changer), by, ...(changes.length > 0 && { changes }) };
        await queue(parts, unit, { notice, before, data, flowId: changer.about.flow });
      };
      return {
        async changed(before, changes) {
          const notices = changes.map((change) => ({ notice: noticeOf(change), line: lineOf(change) }));
          // What a recovery changes is told with it.
          if (changer.recovers) gathered = [...gathered, ...notices];
          else await tell(notices, before, changer.by);
        },
        recovered: (before) => tell([{ notice: 'recovery_used' }, ...gathered], before, 'recovery'),
        signedIn: (before) => tell([{ notice: 'new_device' }], before, changer.by),
      };
    },
  };
}

/** What an owner is told, and the line of it in a message. */
interface Told {
  readonly notice: OwnerNotice;
  readonly line?: Line;
}

function noticeOf(change: Change): OwnerNotice {
  if (change.what === 'address.changed') return 'address_changed';
  return change.what === 'password.changed' || change.type === 'password' ? 'password_changed' : 'factor_changed';
}

/** A change for templates: what happened, and to what type of credential or address. */
type Line = { readonly what: 'added' | 'changed' | 'removed'; readonly type: string };

function lineOf(change: Change): Line {
  switch (change.what) {
    case 'password.changed':
      return { what: 'changed', type: 'password' };
    case 'address.changed':
      return { what: change.gone.length === 0 ? 'added' : 'changed', type: change.type };
    case 'credential.added':
      return { what: 'added', type: change.type };
    case 'credential.removed':
      return { what: 'removed', type: change.type };
  }
}

function dataOf({ clock, publicIdentity }: OwnerMailParts, before: Identity, { client }: Changer): JsonObject {
  return {
    identity: publicIdentity(before),
    at: new Date(clock.now()).toISOString(),
    // Words of our own only: whoever is in an account would else write to its owner.
    device: knownDevice(client?.userAgent) ?? null,
    network: (client && networkOf(client.ip)?.replace('/32', '')) ?? null,
  };
}

interface Notice {
  readonly notice: OwnerNotice;
  readonly before: Identity;
  readonly data: JsonObject;
  readonly flowId: string | undefined;
}

async function queue(parts: OwnerMailParts, unit: ActUnit, { notice, before, data, flowId }: Notice): Promise<void> {
  const texts = parts.config.courier.channels.some(({ id }) => id === 'sms');
  let queued = false;
  for (const address of ownAddresses(before, { texts })) {
    if (!(await takesMore(parts, unit, address))) continue;
    const { via, value } = address;
    const mail: Mail = {
      type: via,
      channel: via,
      recipient: value,
      template: `notify_${notice}`,
      data: { to: value, ...data },
      usefulUntil: undefined,
      identityId: before.id,
      flowId,
    };
    await unit.outbox.put(parts.render(mail));
    queued = true;
  }
  if (queued) unit.afterCommit(() => parts.nudge());
}

/** Rows that are read to tell whether an address has had enough. */
const MOST_READ = 100;

/**
 * An address that its account never proved may be a stranger's, whom no account may flood: it gets no more than
 * `limits.sends` messages of any kind. A proved one is told of everything.
 */
async function takesMore(
  { config, clock }: OwnerMailParts,
  { outbox }: ActUnit,
  address: OwnAddress,
): Promise<boolean> {
  if (address.proved) return true;
  const { tries, per } = config.limits.sends;
  const size = Math.min(tries, MOST_READ);
  const newest = await outbox.list({ status: undefined, recipient: address.value, after: undefined, size });
  const oldest = newest[size - 1];
  return oldest === undefined || oldest.createdAt <= clock.now() - per;
}
