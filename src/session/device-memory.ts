import type { Identity } from '../identity/identity.ts';
import type { IdentityId } from '../kernel/id.ts';
import { isObject } from '../kernel/json.ts';

/** What a browser brings along of its sign-ins, sealed by the server (security BF-11). */
export interface DeviceMemory {
  /** 16 random bytes in base64url: the same for all accounts of the browser. */
  readonly device: string;
  /** Newest first. */
  readonly accounts: readonly SignedInAccount[];
}

interface SignedInAccount {
  readonly identity: IdentityId;
  /** The last sign-in; epoch milliseconds. */
  readonly since: number;
}

type Account = Pick<Identity, 'id' | 'devicesSince'>;

const MOST_ACCOUNTS = 5;
/** Milliseconds after which a sign-in is forgotten: 180 days. */
export const REMEMBERED = 180 * 24 * 60 * 60_000;

/** The device that the account knows, if it is among these: it signed in lately, and not before the account's devices ended. */
export function deviceKnownTo(
  memories: readonly DeviceMemory[],
  { id, devicesSince }: Account,
  now: number,
): string | undefined {
  return memories.find(({ accounts }) =>
    accounts.some(({ identity, since }) => identity === id && since >= devicesSince && now - since < REMEMBERED),
  )?.device;
}

/** Whether one of the memories names the account, whatever has ended its devices since. */
export const remembers = (memories: readonly DeviceMemory[], id: IdentityId): boolean =>
  memories.some(({ accounts }) => accounts.some(({ identity }) => identity === id));

/**
 * What a browser remembers once it has signed in to the account. A browser with several memories, one of which somebody else
 * may have planted, goes on as the device that the account knows, or as a new one.
 */
export function withSignIn(
  memories: readonly DeviceMemory[],
  account: Account,
  { now, newDevice }: { readonly now: number; newDevice(): string },
): DeviceMemory {
  const [only, ...more] = memories;
  const own = more.length === 0 ? only?.device : deviceKnownTo(memories, account, now);
  const others = memories
    .flatMap(({ accounts }) => accounts)
    .filter(({ identity, since }) => identity !== account.id && now - since < REMEMBERED)
    .toSorted((a, b) => b.since - a.since)
    .filter(({ identity }, i, all) => all.findIndex((other) => other.identity === identity) === i);
  // Another server, whose clock is ahead, may have ended the account's devices just now.
  const signedIn = { identity: account.id, since: Math.max(now, account.devicesSince) };
  return { device: own ?? newDevice(), accounts: [signedIn, ...others].slice(0, MOST_ACCOUNTS) };
}

/** `{v: 1, device, accounts: [{identity, since}]}` */
export const writeDeviceMemory = ({ device, accounts }: DeviceMemory): string =>
  JSON.stringify({ v: 1, device, accounts: accounts.map(({ identity, since }) => ({ identity, since })) });

/** Undefined for any other text, that of another version included. */
export function parseDeviceMemory(text: string): DeviceMemory | undefined {
  const value: unknown = JSON.parse(text); // the text was sealed, so this function's counterpart wrote it
  if (!isObject(value) || value['v'] !== 1) return undefined;
  const { device, accounts } = value;
  if (typeof device !== 'string' || !Array.isArray(accounts)) return undefined;
  return { device, accounts: accounts.filter(isSignedIn) };
}

const isSignedIn = (value: unknown): value is SignedInAccount =>
  isObject(value) && typeof value['identity'] === 'string' && typeof value['since'] === 'number';
