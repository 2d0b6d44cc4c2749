import type { DraftIdentity } from '../../kernel/draft.ts';
import type { Identity, IdentityReads } from '../../identity/identity.ts';
import { isUnproved } from '../../identity/proved.ts';
import { isProblem, type IdentitySchemas } from '../../identity/schema.ts';
import { must } from '../../kernel/error.ts';
import type { Identifier, IdentityId } from '../../kernel/id.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import type { Ids } from '../../kernel/random.ts';
import { MapperFault } from './claims.ts';
import type { OidcParts, Provider } from './provider.ts';
import { provedBy, vouchesFor, type ProviderResult } from './provider-profile.ts';

export interface AccountParts extends OidcParts {
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly random: Ids;
}

/** What a person whom nobody knows here by their provider's subject would be. */
export type Account =
  | { readonly kind: 'refused'; readonly reason: string }
  /** The provider did not say enough, or nonsense: the person is asked. */
  | { readonly kind: 'incomplete'; readonly identity: DraftIdentity; readonly messages: readonly Message[] }
  /**
   * Somebody has that identifier. `verified`: both sides vouch for it, so that a proof may connect the two. `first`: the
   * provider vouches for an address of an account that nobody has proved.
   */
  | {
      readonly kind: 'taken';
      readonly owner: Identity;
      readonly identifier: string;
      readonly verified: boolean;
      readonly first: boolean;
    }
  | { readonly kind: 'new'; readonly identity: DraftIdentity };

/** Claims to an account under the identity schema: traits that were typed win over what the provider says. */
export async function accountOf(
  { schemas, identities, random, report }: AccountParts,
  provider: Provider,
  providerResult: ProviderResult,
  schemaId: string,
): Promise<Account> {
  const schema = must(schemas.get(schemaId), `Schema ${schemaId}`);
  const mapped = await provider.mapper.map(providerResult.claims).catch((error: unknown) => {
    if (!(error instanceof MapperFault)) throw error;
    report(error, provider.id);
    return undefined;
  });
  if (mapped === undefined)
    return { kind: 'refused', reason: `What ${provider.label} says cannot be used here. The operator has been told.` };
  if (mapped.kind === 'refused') return mapped;
  const { traits, metadataPublic, metadataAdmin } = mapped.identity;
  const identity: DraftIdentity = {
    id: random.uuid() as IdentityId, // fresh from the generator
    schemaId: schema.id,
    state: 'active',
    traits: merged(traits, providerResult.typed),
    metadataPublic,
    metadataAdmin,
    proved: provedBy(providerResult, mapped.identity),
    version: 0,
  };
  const derived = schema.derive(identity.traits);
  if (isProblem(derived)) return { kind: 'incomplete', identity, messages: derived };
  for (const identifier of new Set(Object.values(derived.identifiers).flat())) {
    const owner = await ownerOf(identities, identifier);
    if (owner !== undefined) return taken(providerResult, identity, owner, identifier);
  }
  for (const { via, value } of [...derived.verifiable, ...derived.recovery]) {
    const owner =
      (await identities.findByAddress('verifiable', via, value)) ??
      (await identities.findByAddress('recovery', via, value));
    if (owner !== undefined) return taken(providerResult, identity, owner, value);
  }
  return { kind: 'new', identity };
}

async function ownerOf(identities: IdentityReads, identifier: Identifier): Promise<Identity | undefined> {
  const found = await identities.whoHas([identifier]);
  return found && (await identities.find(found.id));
}

function taken(
  providerResult: ProviderResult,
  { proved }: DraftIdentity,
  owner: Identity,
  identifier: string,
): Account {
  const there = vouchesFor(providerResult, identifier) || proved.some(({ value }) => value === identifier);
  const here = owner.verifiableAddresses.some(({ value, verified }) => verified && value === identifier);
  const vouched = there && owner.state === 'active';
  const own = [...owner.verifiableAddresses, ...owner.recoveryAddresses].some(({ value }) => value === identifier);
  return { kind: 'taken', owner, identifier, verified: vouched && here, first: vouched && own && isUnproved(owner) };
}

/** Objects are merged member by member; anything else that was typed replaces what was mapped. */
function merged(mapped: JsonObject, typed: JsonObject): JsonObject {
  const result: Record<string, JsonObject[string]> = { ...mapped };
  for (const [name, value] of Object.entries(typed)) {
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    // JSON by its types: what is an object is an object of JSON.
    result[name] = isObject(before) && isObject(value) ? merged(before as JsonObject, value as JsonObject) : value;
  }
  return result;
}
