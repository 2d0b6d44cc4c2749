import { changedIdentity, credentialsOf, newIdentity } from '../../identity/build.ts';
import type { FreshCredential } from '../../identity/credentials.ts';
import type { Credential, CredentialType, Identity, Taken } from '../../identity/identity.ts';
import { provedByAddress } from '../../identity/proved.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId, type IdentityId } from '../../kernel/id.ts';
import { sameJson, type Json } from '../../kernel/json.ts';
import type { Traits } from '../../kernel/draft.ts';
import { must } from '../../kernel/error.ts';
import type { AdminContext } from './context.ts';
import { checkTraits, schemaOf, type IdentityInput } from './identity-input.ts';
import { mergeImport, type Prepared } from './import.ts';
import { applySaid, type SaidAddress } from './claimed-addresses.ts';

/** An identity with all its credentials. */
export interface Stored {
  readonly identity: Identity;
  readonly credentials: readonly Credential[];
}

/** What an identity is changed to. */
export interface Wanted {
  readonly schemaId: string;
  readonly state: Identity['state'];
  readonly traits: Traits;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  readonly externalId: string | undefined;
  readonly said: readonly SaidAddress[];
  /** Credentials with another configuration. */
  readonly fresh: readonly FreshCredential[];
  /** Types that are removed unless the traits need them. */
  readonly removed: readonly CredentialType[];
}

/**
 * Stores a new identity whole: 400 when the schema refuses it, 409 when another identity has one of its identifiers.
 */
export async function storeNew(
  admin: AdminContext,
  input: IdentityInput,
  prepared: readonly Prepared[],
): Promise<Stored> {
  const { store, clock, random, factors, schemas } = admin;
  const { traits, metadataPublic, metadataAdmin, externalId } = input;
  const schema = checkTraits(admin, input.schemaId ?? schemas.defaultId, traits);
  const now = clock.now();
  const id = must(parseIdentityId(random.uuid()), 'A UUID of the generator');
  const state = input.state ?? 'active';
  const draft = { id, schemaId: schema.id, state, traits, metadataPublic, metadataAdmin, proved: [], version: 0 };
  const credentials = credentialsOf(schema, traits, mergeImport(prepared, [], id), [], now);
  const built = newIdentity(schema, draft, { now, random, credentials, factors, vouched: true });
  const verifiableAddresses = applySaid(built.verifiableAddresses, input.verifiable, now);
  const identity: Identity = { ...built, externalId, verifiableAddresses };
  refuseTaken(await store.transaction((unit) => unit.identities.insert(identity, credentials)));
  return { identity, credentials };
}

/** Tries of a change when another request changes the same identity at the same time. */
const TRIES = 3;

/**
 * Changes a stored identity in one transaction; 404 when there is none, 409 when another has one of its identifiers.
 */
export async function storeChange(
  admin: AdminContext,
  id: IdentityId | undefined,
  change: (before: Stored) => Wanted,
): Promise<{ readonly before: Stored; readonly after: Stored }> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const changed = await changeOnce(admin, id, change);
    if (changed !== 'stale') return changed;
  }
  throw new SallyportError('conflict', 'The identity was changed by another request at the same time.');
}

async function changeOnce(
  admin: AdminContext,
  id: IdentityId | undefined,
  change: (before: Stored) => Wanted,
): Promise<{ readonly before: Stored; readonly after: Stored } | 'stale'> {
  if (id === undefined) throw noIdentity();
  return admin.store.transaction(async (unit) => {
    const identity = await unit.identities.find(id);
    if (identity === undefined) throw noIdentity();
    const before = { identity, credentials: await unit.identities.credentials(id) };
    const after = changed(admin, before, change(before));
    const answer = await unit.identities.update(after.identity, {
      before,
      credentials: after.credentials.filter((each) => !before.credentials.includes(each)),
      removed: before.credentials
        .map(({ type }) => type)
        .filter((type) => !after.credentials.some((each) => each.type === type)),
      anyState: true,
    });
    if (answer === 'stale') return answer;
    // Thrown inside the transaction, so that it is rolled back.
    refuseTaken(answer);
    return { before, after };
  });
}

function changed(admin: AdminContext, before: Stored, wanted: Wanted): Stored {
  const { clock, random, factors } = admin;
  const { state, traits, metadataPublic, metadataAdmin, externalId } = wanted;
  const { id, version } = before.identity;
  const now = clock.now();
  // Traits that stay as they are were judged when they were stored, perhaps by an older rule.
  const same = wanted.schemaId === before.identity.schemaId && sameJson(traits, before.identity.traits);
  const schema = same ? schemaOf(admin, wanted.schemaId) : checkTraits(admin, wanted.schemaId, traits);
  const kept = before.credentials.filter(({ type }) => !wanted.removed.includes(type));
  const credentials = credentialsOf(schema, traits, wanted.fresh, kept, now);
  const draft = { id, schemaId: schema.id, state, traits, metadataPublic, metadataAdmin, proved: [], version };
  const built = changedIdentity(schema, before.identity, draft, { now, random, credentials, factors });
  const verifiableAddresses = applySaid(built.verifiableAddresses, wanted.said, now);
  return { identity: provedByAddress({ ...built, externalId, verifiableAddresses }, now), credentials };
}

export const noIdentity = (): SallyportError => new SallyportError('not_found', 'There is no such identity.');

function refuseTaken(taken: Taken | undefined): void {
  if (taken !== undefined)
    throw new SallyportError('conflict', `There is another identity with this ${taken.what.replaceAll('_', ' ')}.`);
}
