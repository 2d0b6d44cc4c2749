import type { Channel } from '../../kernel/draft.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';

/**
 * What a provider says about a person, brought to the names of OpenID Connect Core 5.1 whatever the provider calls them.
 * A claim that the provider did not send is absent. Mappers see exactly this as `claims`.
 */
export interface Claims {
  readonly iss: string;
  /** Never empty. */
  readonly sub: string;
  /** Microsoft: the person's id in the whole directory. */
  readonly oid?: string;
  readonly name?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  /** As `family_name`, for mappers that were written for it. */
  readonly last_name?: string;
  readonly middle_name?: string;
  readonly nickname?: string;
  readonly preferred_username?: string;
  readonly profile?: string;
  readonly picture?: string;
  readonly website?: string;
  readonly email?: string;
  /** Present only where the provider says so itself, or promises that its addresses are. */
  readonly email_verified?: boolean;
  readonly gender?: string;
  readonly birthdate?: string;
  readonly zoneinfo?: string;
  readonly locale?: string;
  readonly phone_number?: string;
  readonly phone_number_verified?: boolean;
  /** Seconds since 1970. */
  readonly updated_at?: number;
  /** Google: the domain of a company's account. */
  readonly hd?: string;
  /** Slack: the workspace. */
  readonly team?: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** Everything as the provider sent it. */
  readonly raw_claims: JsonObject;
}

/** What a mapper makes of claims. Not yet checked against the identity schema. */
export interface MappedIdentity {
  readonly traits: JsonObject;
  readonly metadataPublic: Json;
  readonly metadataAdmin: Json;
  /** Addresses the provider vouches for: stored as verified, and no mail is sent to them. */
  readonly verifiedAddresses: readonly { readonly via: Channel; readonly value: string }[];
}

export type Mapped =
  | { readonly kind: 'mapped'; readonly identity: MappedIdentity }
  /** The mapper says no: a required claim is missing, or it ended with `error`. `reason` is for the person. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Claims to traits. Throws `MapperFault` when the mapper itself is wrong: fail closed, and tell the operator. */
export interface ClaimsMapper {
  map(claims: Claims): Promise<Mapped>;
}

/** A mapper that broke or answered nonsense. The message is for the operator and quotes no claim. */
export class MapperFault extends Error {
  override readonly name = 'MapperFault';
}

const TEXTS = [
  'oid',
  'name',
  'given_name',
  'family_name',
  'last_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'gender',
  'birthdate',
  'zoneinfo',
  'phone_number',
  'hd',
  'team',
  'acr',
] as const;

/**
 * Reads claims from an id token or a userinfo answer. A claim of another type than it must have is left out and stays
 * in `raw_claims`; undefined when there is no subject.
 */
export function parseClaims(raw: unknown, issuer: string): Claims | undefined {
  if (!isObject(raw)) return undefined;
  // What came as JSON is JSON.
  const sent = raw as JsonObject;
  const sub = sent['sub'];
  const subject = typeof sub === 'number' && Number.isSafeInteger(sub) ? String(sub) : sub;
  if (typeof subject !== 'string' || subject === '') return undefined;
  const locale = localeOf(sent['locale']);
  const updated = secondsOf(sent['updated_at']);
  const email = booleanOf(sent['email_verified']);
  const phone = booleanOf(sent['phone_number_verified']);
  const amr = sent['amr'];
  return {
    iss: issuer,
    sub: subject,
    ...Object.fromEntries(
      TEXTS.flatMap((name) => {
        const value = sent[name];
        return typeof value === 'string' && value !== '' ? [[name, value]] : [];
      }),
    ),
    ...(locale !== undefined && { locale }),
    ...(updated !== undefined && { updated_at: updated }),
    ...(email !== undefined && { email_verified: email }),
    ...(phone !== undefined && { phone_number_verified: phone }),
    ...(Array.isArray(amr) && { amr: amr.filter((each): each is string => typeof each === 'string') }),
    raw_claims: sent,
  };
}

/** Some providers send `"true"`. */
function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
}

/** Text, or as `{ language, country }`. */
function localeOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  if (!isObject(value)) return undefined;
  const { language, country } = value;
  if (typeof language !== 'string' || language === '') return undefined;
  return typeof country === 'string' && country !== '' ? `${language}-${country}` : language;
}

/** A number of seconds, or a moment as text. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value);
  if (typeof value !== 'string') return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : Math.trunc(ms / 1000);
}
