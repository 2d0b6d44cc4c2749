import type { Identity } from '../identity/identity.ts';
import type { Draft, Traits } from '../kernel/draft.ts';
import type { IdentityId, SessionId } from '../kernel/id.ts';
import type { Ids } from '../kernel/random.ts';
import type { AttemptContext } from './strategy.ts';

/** A stored account as a draft: what hooks see, what a change starts from. */
export function draftOf(identity: Identity, session?: Draft['session']): Draft {
  const { id, schemaId, state, traits, metadataPublic, metadataAdmin, version } = identity;
  return { identity: { id, schemaId, state, traits, metadataPublic, metadataAdmin, proved: [], version }, session };
}

/** The draft of a login: the account, with the session that is confirmed if it is the account's own, else with a new one. */
export function loginDraft(identity: Identity, at: AttemptContext, random: Ids): Draft {
  const confirmed = at.identity?.id === identity.id ? at.sessionId : undefined;
  return draftOf(identity, { id: confirmed ?? (random.uuidAt(at.now) as SessionId) }); // fresh from the generator
}

/** The draft of a registration: a new account with these traits, and its session. `now`: milliseconds. */
export const registrationDraft = (schemaId: string, traits: Traits, random: Ids, now: number): Draft => ({
  identity: {
    id: random.uuid() as IdentityId, // fresh from the generator
    schemaId,
    state: 'active',
    traits,
    metadataPublic: null,
    metadataAdmin: null,
    proved: [],
    version: 0,
  },
  session: { id: random.uuidAt(now) as SessionId }, // fresh, too
});
