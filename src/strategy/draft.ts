import type { Identity } from '../identity/identity.ts';
import type { Draft } from '../kernel/draft.ts';

/** A known person as a draft: what hooks see, what a change starts from. */
export function draftOf(identity: Identity, session?: Draft['session']): Draft {
  const { id, schemaId, state, traits, metadataPublic, metadataAdmin, version } = identity;
  return { identity: { id, schemaId, state, traits, metadataPublic, metadataAdmin, proved: [], version }, session };
}
