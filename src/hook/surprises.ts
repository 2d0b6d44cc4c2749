import type { Config } from '../config/config.ts';
import type { Issue, Place } from '../kernel/issue.ts';
import { hooksIn, type Bound } from './bound-hook.ts';

interface Start {
  readonly command: string;
  /** The configuration files; none: the hooks are the server's own defaults. */
  readonly files: readonly string[];
  /** The place of a key, or of the nearest key around it. */
  readonly placeOf: (key: string) => Place | undefined;
}

/** Warnings of configurations that work and surprise, by what their hooks do. */
export function surprisesOf(config: Config, bound: Bound, { command, files, placeOf }: Start): readonly Issue[] {
  return [
    ...(command === 'serve' ? mailsUnsent(config, bound, placeOf) : []),
    ...(files.length > 0 ? accountsRevealed(config, bound) : []),
  ];
}

/** The key that names what sends mails. */
const SENDER = 'courier.smtp.connection_uri';

/** Mails stay in the outbox where a flow or a hook sends some and no server is named. */
function mailsUnsent({ flows, courier }: Config, bound: Bound, placeOf: Start['placeOf']): readonly Issue[] {
  const sender = bound.lanes.flatMap(hooksIn).find(({ meta }) => meta.startsVerification === true);
  const reason =
    sender?.entry.path ?? (flows.verification.enabled || flows.recovery.enabled ? 'selfservice.flows' : undefined);
  if (reason === undefined || courier.smtp !== undefined || courier.http !== undefined) return [];
  return [
    {
      code: 'mail-goes-nowhere',
      place: placeOf(SENDER),
      path: SENDER,
      found: `is missing, but ${reason} sends mails`,
      allowed: 'they stay in the outbox until it is set',
    },
  ];
}

/** A session after registration reveals by its cookie whether an address was free: reported once (security EN-2). */
function accountsRevealed({ enumerationMitigation }: Config, bound: Bound): readonly Issue[] {
  const hook = bound.lanes
    .filter(({ from }) => from?.flow === 'registration' && from.point === 'after')
    .flatMap(hooksIn)
    .find(({ meta }) => meta.issuesSession === true);
  if (hook === undefined) return [];
  const { place, path } = hook.entry;
  return [
    {
      code: 'account-revealed',
      place,
      path,
      found: 'signs people in when they register, so the answer tells whether an address was free',
      allowed: enumerationMitigation
        ? 'security.account_enumeration.mitigate cannot hold for registration: remove the hook'
        : 'remove the hook if accounts must not be guessed',
    },
  ];
}
