import type { DraftIdentity, Traits } from '../kernel/draft.ts';
import { sameJson } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import { type Factors, credentialsOf } from './credentials.ts';
import type { Address, Derived } from './derive.ts';
import type { Credential, Identity, RecoveryAddress, VerifiableAddress } from './identity.ts';
import { provedByAddress } from './proved.ts';
import { type IdentitySchema, isProblem } from './schema.ts';

/** What an identity is made with, beside its draft. */
export interface Making {
  readonly now: number;
  readonly random: Random;
  /** Every credential that the identity will have, as `credentialsOf` returns them. */
  readonly credentials: readonly Credential[];
  readonly factors: Pick<Factors, 'availableAal'>;
  /** Somebody with authority vouches for a new account: an administrator, an import. */
  readonly vouched?: boolean;
  /** The user agent of the registration. */
  readonly madeFrom?: string | undefined;
}

/** The new identity of a draft, with its addresses. Throws an Error when the traits were not validated before. */
export function newIdentity(schema: IdentitySchema, draft: DraftIdentity, making: Making): Identity {
  const { now, random, credentials, factors, vouched = false, madeFrom } = making;
  const { verifiable, recovery, codeAddresses } = checked(schema, draft.traits);
  const own = [...verifiable, ...recovery, ...codeAddresses];
  const proves = draft.proved.some(({ via, value }) => own.some((each) => each.via === via && each.value === value));
  return {
    id: draft.id,
    externalId: draft.externalId ?? undefined,
    schemaId: schema.id,
    state: draft.state,
    stateChangedAt: now,
    traits: draft.traits,
    metadataPublic: draft.metadataPublic,
    metadataAdmin: draft.metadataAdmin,
    verifiableAddresses: mergeVerifiable([], verifiable, draft.proved, now, random),
    recoveryAddresses: mergeRecovery([], recovery, now, random),
    availableAal: factors.availableAal(credentials),
    provedAt: vouched || proves ? now : undefined,
    madeFrom,
    devicesSince: now,
    version: draft.version,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * The identity with the traits of the draft. An address that stays keeps its id and its verification; a new one is
 * pending. `version` stays the one that was read: the store increments it.
 */
export function changedIdentity(
  schema: IdentitySchema,
  current: Identity,
  draft: DraftIdentity,
  making: Making,
): Identity {
  const { now, random, credentials, factors } = making;
  const same = sameJson(draft.traits, current.traits);
  const { verifiable, recovery } = same ? schema.deriveStored(draft.traits) : checked(schema, draft.traits);
  const changed = {
    ...current,
    externalId: draft.externalId === undefined ? current.externalId : (draft.externalId ?? undefined),
    schemaId: schema.id,
    state: draft.state,
    stateChangedAt: draft.state === current.state ? current.stateChangedAt : now,
    traits: draft.traits,
    metadataPublic: draft.metadataPublic,
    metadataAdmin: draft.metadataAdmin,
    verifiableAddresses: mergeVerifiable(current.verifiableAddresses, verifiable, draft.proved, now, random),
    recoveryAddresses: mergeRecovery(current.recoveryAddresses, recovery, now, random),
    availableAal: factors.availableAal(credentials),
    version: draft.version,
    updatedAt: now,
  };
  return provedByAddress(changed, now);
}

/**
 * Identifiers and addresses of traits that a person typed. Throws an Error when the traits were not validated before.
 */
function checked(schema: IdentitySchema, traits: Traits): Derived {
  const derived = schema.derive(traits);
  if (!isProblem(derived)) return derived;
  throw new Error(`Traits were not checked: ${derived.map(({ id, at }) => `${at} ${id}`).join(', ')}.`);
}

/** True when the change touches an identifier or an address for codes, verification or recovery (security RV-7). */
export function protectedChange(schema: IdentitySchema, before: Traits, after: Traits): boolean {
  const was = schema.deriveStored(before);
  const is = schema.deriveStored(after);
  const unordered = (addresses: readonly Address[]): readonly string[] =>
    addresses.map(({ via, value }) => `${via} ${value}`).toSorted();
  return !(
    sameJson(was.identifiers, is.identifiers) &&
    sameJson(unordered(was.codeAddresses), unordered(is.codeAddresses)) &&
    sameJson(unordered(was.verifiable), unordered(is.verifiable)) &&
    sameJson(unordered(was.recovery), unordered(is.recovery))
  );
}

function mergeVerifiable(
  current: readonly VerifiableAddress[],
  wanted: readonly Address[],
  proved: DraftIdentity['proved'],
  now: number,
  random: Random,
): readonly VerifiableAddress[] {
  const merged = wanted.map(({ via, value }): VerifiableAddress => {
    const old = current.find((each) => each.via === via && each.value === value);
    const nowProved = proved.some((each) => each.via === via && each.value === value);
    if (old !== undefined && (old.verified || !nowProved)) return old;
    return {
      id: old?.id ?? random.uuid(),
      value,
      via,
      verified: nowProved,
      status: nowProved ? 'completed' : 'pending',
      verifiedAt: nowProved ? now : undefined,
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
    };
  });
  return merged.toSorted(byId);
}

function mergeRecovery(
  current: readonly RecoveryAddress[],
  wanted: readonly Address[],
  now: number,
  random: Random,
): readonly RecoveryAddress[] {
  const merged = wanted.map(
    ({ via, value }): RecoveryAddress =>
      current.find((each) => each.via === via && each.value === value) ?? {
        id: random.uuid(),
        value,
        via,
        createdAt: now,
        updatedAt: now,
      },
  );
  return merged.toSorted(byId);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

export { credentialsOf };
