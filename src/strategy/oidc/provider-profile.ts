import { lookupIdentifier } from '../../identity/identifier.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { MappedIdentity } from './claims.ts';
import type { Learned } from './client.ts';

/** What one sign-in at a provider has come to. Goes on beside the machine: from a try to the next, from a flow to the other. */
export interface ProviderResult extends Learned {
  /** The provider's id in the configuration. */
  readonly provider: string;
  /** Traits that were typed before the person left; they win over what the provider says. */
  readonly typed: JsonObject;
  /** The account this one is connected with without asking (`account_linking_mode: automatic`). */
  readonly linksTo?: string;
}

export const resultJson = (providerResult: ProviderResult): Json => providerResult as unknown as Json; // plain JSON by its types

/** Made by `resultJson` alone. */
export function parseResult(value: Json | undefined): ProviderResult | undefined {
  return isObject(value) && isObject(value['claims']) && typeof value['provider'] === 'string'
    ? (value as unknown as ProviderResult)
    : undefined;
}

/** `provider:subject`, as it stands in the index: accounts are found by it alone (security OI-6). */
export const subjectOf = ({ provider, claims }: ProviderResult): string => `${provider}:${claims.sub}`;

/**
 * True when the provider itself says that the address is the person's: for JSON `true` alone; as text only where a preset
 * has turned it into a truth value because its provider writes it so (security OI-9).
 */
export function vouchesFor({ claims }: ProviderResult, address: string): boolean {
  return (
    claims.email !== undefined &&
    claims.email_verified === true &&
    lookupIdentifier(claims.email) === lookupIdentifier(address)
  );
}

/**
 * The addresses a mapper lists as verified, less those of which the provider says, or fails to say, otherwise: what a
 * provider has not verified verifies nothing here.
 */
export function provedBy(providerResult: ProviderResult, mapped: MappedIdentity): MappedIdentity['verifiedAddresses'] {
  const { email, phone_number: phone, phone_number_verified: phoneVerified } = providerResult.claims;
  const same = (claim: string | undefined, value: string): boolean =>
    claim !== undefined && lookupIdentifier(claim) === lookupIdentifier(value);
  return mapped.verifiedAddresses.flatMap(({ via, value }) => {
    if (same(email, value) && !vouchesFor(providerResult, value)) return [];
    if (same(phone, value) && phoneVerified !== true) return [];
    return [{ via, value: lookupIdentifier(value) ?? value }];
  });
}
