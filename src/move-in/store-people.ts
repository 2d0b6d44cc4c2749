import type { Identity, Taken } from '../identity/identity.ts';
import { SallyportError } from '../kernel/error.ts';
import type { Store, Unit } from '../store/store.ts';
import type { Newcomer, NewSession } from './newcomer.ts';

/** What became of one person. */
export interface Outcome {
  readonly id: string;
  readonly person: 'made' | 'there' | 'failed';
  /** Why not; undefined unless `failed`. */
  readonly why?: string;
  readonly sessions: SessionCounts;
}

export interface SessionCounts {
  readonly made: number;
  /** Taken by an earlier run, or ended here since. */
  readonly there: number;
  readonly failed: number;
}

const NONE: SessionCounts = { made: 0, there: 0, failed: 0 };

/**
 * Stores people with their sessions in one transaction: each whole, or not at all. Somebody who is there already stays as they
 * are, and gets the sessions that are new. `dry`: everything is tried and undone.
 */
export async function storePeople(
  store: Pick<Store, 'transaction'>,
  people: readonly Newcomer[],
  { dry }: { readonly dry: boolean },
): Promise<readonly Outcome[]> {
  return store.transaction((unit) =>
    unit.tentatively(
      async () => {
        const known = await unit.identities.findMany(people.map(({ identity }) => identity.id));
        const there = new Map(known.map((identity) => [identity.id, identity]));
        const outcomes: Outcome[] = [];
        for (const each of people) outcomes.push(await storeOne(unit, each, there.get(each.identity.id)));
        return outcomes;
      },
      () => dry,
    ),
  );
}

async function storeOne(unit: Unit, newcomer: Newcomer, there: Identity | undefined): Promise<Outcome> {
  const { id } = newcomer.identity;
  if (there !== undefined) return { id, person: 'there', sessions: await addSessions(unit, newcomer.sessions, there) };
  try {
    return await unit.tentatively(
      () => insert(unit, newcomer),
      ({ person }) => person === 'failed',
    );
  } catch (error) {
    // A text that no column holds; everything else is of the database, and ends the run.
    if (!(error instanceof SallyportError) || error.code !== 'bad_request') throw error;
    return { id, person: 'failed', why: error.reason, sessions: NONE };
  }
}

async function insert(unit: Unit, { identity, credentials, sessions }: Newcomer): Promise<Outcome> {
  const { id } = identity;
  const taken = await unit.identities.insert(identity, credentials);
  if (taken !== undefined) return { id, person: 'failed', why: whyTaken(taken), sessions: NONE };
  return { id, person: 'made', sessions: await addSessions(unit, sessions, undefined) };
}

const whyTaken = ({ what }: Taken): string => `somebody else here has this ${what.replaceAll('_', ' ')}`;

/** `owner`: who was there before this run. */
async function addSessions(
  unit: Unit,
  sessions: readonly NewSession[],
  owner: Identity | undefined,
): Promise<SessionCounts> {
  const counts = { made: 0, there: 0, failed: 0 };
  for (const each of sessions) counts[await addSession(unit, each, owner)] += 1;
  return counts;
}

async function addSession(
  unit: Unit,
  { session, token }: NewSession,
  owner: Identity | undefined,
): Promise<keyof SessionCounts> {
  if (owner !== undefined && session.issuedAt <= owner.devicesSince) return 'there';
  if (owner !== undefined && (await unit.sessions.find(session.id)) !== undefined) return 'there';
  const version = Math.max(1, owner?.version ?? 1);
  try {
    const add = () => unit.sessions.insert(session, token, { version }, undefined);
    return (await unit.tentatively(add, (stale) => stale !== undefined)) === undefined ? 'made' : 'failed';
  } catch (error) {
    // The token, or the id, is another session's.
    if (error instanceof SallyportError && error.code === 'flow_moved') return 'failed';
    throw error;
  }
}
