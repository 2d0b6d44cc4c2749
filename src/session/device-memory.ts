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
  /** The last time that a second factor was shown; absent: never. */
  readonly second?: number;
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

/**
 * The device on which a second factor of the account was shown lately, and not before the account's devices ended. A sign-in by
 * the first factor alone makes none: whoever knows a password could make as many as they like.
 */
export function deviceWithSecondFactor(
  memories: readonly DeviceMemory[],
  { id, devicesSince }: Account,
  now: number,
): string | undefined {
  return memories.find(({ accounts }) =>
    accounts.some(
      ({ identity, second }) =>
        identity === id && second !== undefined && second >= devicesSince && now - second < REMEMBERED,
    ),
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
  { now, second, newDevice }: { readonly now: number; readonly second: boolean; newDevice(): string },
): DeviceMemory {
  const [only, ...more] = memories;
  const own = more.length === 0 ? only?.device : deviceKnownTo(memories, account, now);
  const others = memories
    .flatMap(({ accounts }) => accounts)
    .filter(({ identity, since }) => identity !== account.id && now - since < REMEMBERED)
    .toSorted((a, b) => b.since - a.since)
    .filter(({ identity }, i, all) => all.findIndex((other) => other.identity === identity) === i);
  // Another server, whose clock is ahead, may have ended the account's devices just now.
  const since = Math.max(now, account.devicesSince);
  const shown = second ? since : secondOn(memories, own, account.id);
  const signedIn = { identity: account.id, since, ...(shown !== undefined && { second: shown }) };
  return { device: own ?? newDevice(), accounts: [signedIn, ...others].slice(0, MOST_ACCOUNTS) };
}

/** When the account showed a second factor on the device before. */
function secondOn(memories: readonly DeviceMemory[], device: string | undefined, id: IdentityId): number | undefined {
  const own = memories.find((memory) => memory.device === device);
  return own?.accounts.find(({ identity }) => identity === id)?.second;
}

/** `{v: 1, device, accounts: [{identity, since, second?}]}` */
export const writeDeviceMemory = ({ device, accounts }: DeviceMemory): string =>
  JSON.stringify({
    v: 1,
    device,
    accounts: accounts.map(({ identity, since, second }) => ({
      identity,
      since,
      ...(second !== undefined && { second }),
    })),
  });

/** Undefined for any other text, that of another version included. */
export function parseDeviceMemory(text: string): DeviceMemory | undefined {
  const value: unknown = JSON.parse(text); // the text was sealed, so this function's counterpart wrote it
  if (!isObject(value) || value['v'] !== 1) return undefined;
  const { device, accounts } = value;
  if (typeof device !== 'string' || !Array.isArray(accounts)) return undefined;
  return { device, accounts: accounts.filter(isSignedIn) };
}

const isSignedIn = (value: unknown): value is SignedInAccount =>
  isObject(value) &&
  typeof value['identity'] === 'string' &&
  typeof value['since'] === 'number' &&
  (value['second'] === undefined || typeof value['second'] === 'number');
