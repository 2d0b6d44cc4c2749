import type { IdentityJson } from '../flow/json.ts';
import { isObject } from '../kernel/json.ts';

/** The members of a session's JSON that the pages show. */
export interface SessionJson {
  readonly id: string;
  readonly authenticated_at?: string;
  readonly expires_at?: string;
  /** Of the page of sessions alone: a use after the last proof, as far as it is known. */
  readonly last_used_at?: string;
  readonly authenticator_assurance_level?: string;
  readonly authentication_methods?: readonly { readonly method: string; readonly provider?: string }[];
  readonly devices?: readonly {
    readonly ip_address?: string;
    /** Null: the client sent no User-Agent. */
    readonly user_agent?: string | null;
    readonly location?: string;
  }[];
  readonly identity?: IdentityJson;
}

/** The name of a person: their name, else an address, else any short trait. */
export function personName(identity: IdentityJson | undefined): string | undefined {
  const traits = identity?.['traits'];
  if (!isObject(traits)) return undefined;
  const texts = (value: unknown): readonly string[] =>
    typeof value === 'string' && value.trim() !== '' ? [value] : [];
  const parts = (value: unknown): readonly string[] =>
    isObject(value)
      ? [value['given'] ?? value['first'], value['family'] ?? value['last']].flatMap(texts)
      : texts(value);
  const full = parts(traits['name']).length > 0 ? parts(traits['name']) : parts(traits['person']);
  const own =
    full.length > 0
      ? full
      : [traits['first_name'] ?? traits['given_name'], traits['last_name'] ?? traits['family_name']].flatMap(texts);
  if (own.length > 0) return own.join(' ');
  return [traits['email'], traits['mail'], traits['username'], ...Object.values(traits)].flatMap(texts)[0];
}

export interface AddressJson {
  readonly value: string;
  readonly verified: boolean;
}

export function addresses(identity: IdentityJson | undefined): readonly AddressJson[] {
  const listed = identity?.['verifiable_addresses'];
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((each: unknown) =>
    isObject(each) && typeof each['value'] === 'string'
      ? [{ value: each['value'], verified: each['verified'] === true }]
      : [],
  );
}
