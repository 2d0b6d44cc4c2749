import { isObject, sameJson, type Json, type JsonObject } from '../kernel/json.ts';
import { FLAGGED } from './credentials.ts';
import type { Credential, CredentialType, Identity } from './identity.ts';

/** An account with everything that it signs in with. */
export interface Account {
  readonly identity: Identity;
  readonly credentials: readonly Credential[];
}

/** A change of what an account is reached and entered by. */
export type Change =
  | { readonly what: 'password.changed' }
  | { readonly what: 'credential.added' | 'credential.removed'; readonly type: CredentialType }
  | {
      readonly what: 'address.changed';
      readonly type: 'email' | 'sms' | 'identifier';
      /** Those that are gone; empty where one was only added. */
      readonly gone: readonly string[];
    };

/**
 * What changed between two states of an account: each kind of address once, each type of credential once. A credential for
 * codes follows from the addresses, and is no change of its own.
 */
export function changesBetween(before: Account, after: Account): readonly Change[] {
  const types = new Set([...before.credentials, ...after.credentials].map(({ type }) => type));
  return [
    ...ADDRESSES.flatMap((type) => addressChange(type, before, after)),
    ...[...types].filter((type) => type !== 'code').flatMap((type) => credentialChange(type, before, after)),
  ];
}

const ADDRESSES = ['email', 'sms', 'identifier'] as const;

function addressChange(type: (typeof ADDRESSES)[number], before: Account, after: Account): readonly Change[] {
  const was = addressesOf(type, before);
  const is = addressesOf(type, after);
  if (sameJson(was, is)) return [];
  const values = new Set(is.map(({ value }) => value));
  const gone = was.map(({ value }) => value).filter((value) => !values.has(value));
  return [{ what: 'address.changed', type, gone: [...new Set(gone)] }];
}

/** What an address is for, and the address. An identifier that is an address too counts as that. */
function addressesOf(
  type: (typeof ADDRESSES)[number],
  { identity, credentials }: Account,
): readonly { readonly use: string; readonly value: string }[] {
  const { verifiableAddresses, recoveryAddresses } = identity;
  const addresses = [
    ...verifiableAddresses.map(({ via, value }) => ({ use: 'verification', via, value })),
    ...recoveryAddresses.map(({ via, value }) => ({ use: 'recovery', via, value })),
  ];
  const known = new Set(addresses.map(({ value }) => value));
  // A provider's subject and the handle of a key are parts of their credentials.
  const named: ReadonlySet<CredentialType> = new Set(FLAGGED);
  const identifiers = credentials.filter(({ type: of }) => named.has(of)).flatMap((each) => each.identifiers);
  const found =
    type === 'identifier'
      ? [...new Set(identifiers)].filter((value) => !known.has(value)).map((value) => ({ use: '', value }))
      : addresses.filter(({ via }) => via === type).map(({ use, value }) => ({ use, value }));
  return found.toSorted((a, b) => (`${a.use} ${a.value}` < `${b.use} ${b.value}` ? -1 : 1));
}

function credentialChange(type: CredentialType, before: Account, after: Account): readonly Change[] {
  const was = partsOf(type, before);
  const is = partsOf(type, after);
  const added = is.some((part) => !was.includes(part));
  const removed = was.some((part) => !is.includes(part));
  if (type === 'password' && added && removed) return [{ what: 'password.changed' }];
  // What takes the place of the one before is told as the new one that it is.
  if (added) return [{ what: 'credential.added', type }];
  return removed ? [{ what: 'credential.removed', type }] : [];
}

/** The parts of a credential that can come and go: accounts at providers, keys; else its secret as a whole. */
function partsOf(type: CredentialType, { credentials }: Account): readonly string[] {
  const config: JsonObject = credentials.find((each) => each.type === type)?.config ?? {};
  const { providers, credentials: keys } = config;
  if (Array.isArray(providers))
    return providers.flatMap((each: Json) =>
      isObject(each) ? [JSON.stringify([each['provider'], each['subject']])] : [],
    );
  if (Array.isArray(keys)) return keys.flatMap((each: Json) => (isObject(each) ? [JSON.stringify(each['id'])] : []));
  const secret = Object.entries(config).filter(([name]) => name !== 'user_handle');
  return secret.length === 0 ? [] : [JSON.stringify(secret.toSorted(([a], [b]) => (a < b ? -1 : 1)))];
}
