import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { networkOf } from '../limit/network.ts';
import { EVENTS, type About, type EventName, type MembersOf, type NamesOf, type SecurityEvent } from './catalogue.ts';
import type { IdentifierHash } from './identifier-hash.ts';
import { createRefusalLimit } from './refusal-limit.ts';

/** A transaction that may still be undone. */
export interface Committing {
  afterCommit(tell: () => void): void;
}

/** Where a request comes from. */
export interface Origin {
  /** The id of the request. */
  readonly request: string;
  /** The address of the client; undefined where it has none. */
  readonly client: string | undefined;
  /** The address is a proxy's that nobody declared: it names no network. */
  readonly unknownNetwork?: boolean;
}

/** The one way to tell a security event. It is stamped here with what all have; the place that tells it knows the rest. */
export interface SecurityEvents {
  /** Tells it when the transaction has committed; never, when it is undone. */
  accomplished<Name extends NamesOf<'accomplished'>>(unit: Committing, name: Name, members: Told<Name>): void;
  /** Tells it now, within the bounds for one network. */
  refused<Name extends NamesOf<'refused'>>(name: Name, members: Told<Name>): void;
  /** Tells it now. */
  noted<Name extends NamesOf<'noted'>>(name: Name, members: Told<Name>): void;
  /** Tells how many refusals were left out. */
  close(): void;
}

/** The members of its own, and what the place knows of the act. */
export type Told<Name extends EventName> = MembersOf<Name> & About;

export interface EventParts {
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuidAt'>;
  readonly identifierHash: IdentifierHash;
  /** Of the request that is being answered; undefined at start and in work of the server's own. */
  readonly origin: () => Origin | undefined;
  /** Everybody who listens. Must be quick, and must not throw. */
  readonly listeners: readonly ((event: SecurityEvent) => void)[];
}

export function createSecurityEvents({ clock, random, identifierHash, origin, listeners }: EventParts): SecurityEvents {
  const tell = (event: SecurityEvent): void => {
    for (const listen of listeners) listen(event);
  };
  const identity = (): Pick<SecurityEvent, 'id' | 'time'> => {
    const now = clock.now();
    return { id: random.uuidAt(now), time: new Date(now).toISOString() };
  };
  const limit = createRefusalLimit<SecurityEvent>(clock, {
    now: tell,
    leftOut: (newest, suppressed) => tell({ ...newest, ...identity(), suppressed }),
  });

  function make<Name extends EventName>(name: Name, members: Told<Name>): SecurityEvent {
    const { flow, identity: account, session, device, identifier, ...own } = members;
    const { request, client, unknownNetwork = false } = origin() ?? {};
    const event = {
      event: name,
      version: EVENTS[name].version,
      ...identity(),
      request,
      flow,
      identity: account,
      session,
      client,
      network: client === undefined || unknownNetwork ? undefined : networkOf(client),
      device,
      identifier_hash: identifier === undefined ? undefined : identifierHash(identifier),
      ...own,
    };
    const known = Object.entries(event).filter(([, value]) => value !== undefined);
    return Object.fromEntries(known) as SecurityEvent; // `event`, `id` and `time` are among them
  }

  return {
    accomplished(unit, name, members) {
      unit.afterCommit(() => tell(make(name, members)));
    },
    refused(name, members) {
      const event = make(name, members);
      limit.pass(`${name} ${String(event['network'])}`, event);
    },
    noted: (name, members) => tell(make(name, members)),
    close: () => limit.close(),
  };
}
