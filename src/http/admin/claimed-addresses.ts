import { lookupIdentifier } from '../../identity/identifier.ts';
import type { VerifiableAddress } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Json } from '../../kernel/json.ts';
import { allowMembers, readObject } from './json-object.ts';

/** What a body claims about an address. */
export interface SaidAddress {
  readonly via: string;
  readonly value: string;
  readonly verified: boolean;
  readonly sent: boolean;
  readonly verifiedAt: number | undefined;
}

const MEMBERS = ['id', 'value', 'verified', 'via', 'status', 'verified_at', 'created_at', 'updated_at'];
const STATUSES: readonly Json[] = ['', 'pending', 'sent', 'completed'];

/** `verifiable_addresses` of a body. */
export function readSaidAddresses(value: Json | undefined, name = 'verifiable_addresses'): readonly SaidAddress[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refuse(`${name} is not a list.`);
  return value.map((each: Json) => readSaid(each, name));
}

function readSaid(entry: Json, name: string): SaidAddress {
  const given = readObject(entry, `An entry of ${name}`);
  allowMembers(given, MEMBERS, name);
  const { value, via = 'email', verified = false, status = '', verified_at: at = null } = given;
  if (typeof value !== 'string' || typeof via !== 'string') throw refuse(`An entry of ${name} needs value and via.`);
  if (typeof verified !== 'boolean') throw refuse(`${name}.verified is true or false.`);
  if (!STATUSES.includes(status)) throw refuse(`${name}.status is pending, sent or completed.`);
  const verifiedAt = typeof at === 'string' ? Date.parse(at) : undefined;
  if (Number.isNaN(verifiedAt) || (at !== null && typeof at !== 'string'))
    throw refuse(`${name}.verified_at is no time.`);
  return { via, value, verified, sent: status === 'sent', verifiedAt };
}

/** The addresses derived from the traits, with the claims about them; claims about other addresses are ignored. */
export function applySaid(
  derived: readonly VerifiableAddress[],
  said: readonly SaidAddress[],
  now: number,
): readonly VerifiableAddress[] {
  return derived.map((address): VerifiableAddress => {
    const found = said.find(
      ({ via, value }) => via === address.via && (value === address.value || lookupIdentifier(value) === address.value),
    );
    if (found === undefined) return address;
    const status = unverified(found.sent);
    if (!found.verified) {
      if (!address.verified && address.status === status) return address;
      return { ...address, verified: false, status, verifiedAt: undefined, updatedAt: now };
    }
    const verifiedAt = found.verifiedAt ?? address.verifiedAt ?? now;
    if (address.verified && address.verifiedAt === verifiedAt) return address;
    return { ...address, verified: true, status: 'completed', verifiedAt, updatedAt: now };
  });
}

const unverified = (sent: boolean): 'sent' | 'pending' => (sent ? 'sent' : 'pending');
const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
