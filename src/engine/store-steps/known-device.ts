import type { Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { parseIdentityId, type IdentityId } from '../../kernel/id.ts';
import { networkOf } from '../../limit/network.ts';
import { deviceKnownTo, deviceWithSecondFactor, remembers } from '../../session/device-memory.ts';
import type { KnownDevice } from '../../strategy/strategy.ts';
import type { Requester } from '../contract.ts';
import type { PrepareParts } from '../parts.ts';
import type { FlowRequest } from '../values.ts';

type Parts = Pick<PrepareParts, 'config' | 'clock' | 'store'>;
type Asking = Pick<FlowRequest, 'row' | 'requester'>;
type Account = Pick<Identity, 'id' | 'devicesSince'>;

/** An app is known in a network from which the account signed in so long ago at most: 30 days in milliseconds. */
const LATELY = 30 * 24 * 60 * 60_000;
/** Looked up in the place of an account that nobody has, for the same work. */
const NOBODY = must(parseIdentityId('00000000-0000-4000-8000-000000000000'), 'The id of nobody');

/**
 * The device that an account knows, if the request comes from it: a browser that has signed in to it before, whoever is
 * signed in to it, and an app in a network from which it has signed in (security BF-11). Undefined: a stranger. The account
 * is given by its id alone where it was not read yet; undefined where nobody has it.
 */
export async function findKnownDevice(
  parts: Parts,
  asking: Asking,
  id: IdentityId | undefined,
  read?: Account,
): Promise<KnownDevice | undefined> {
  const { requester } = asking;
  if (!parts.config.limits.devices) return undefined;
  const account = read ?? (await accountAtHand(parts, requester, id));
  const own = account && ownDevice(parts, requester, account);
  if (own !== undefined) return own;
  const network = networkOfApp(asking);
  if (network === undefined) return undefined;
  const addresses = await parts.store.sessions.signedInFrom(id ?? NOBODY, parts.clock.now() - LATELY);
  const known = addresses.some((address) => networkOf(address) === network);
  return known ? { name: `app ${network}`, shared: true } : undefined;
}

/** Undefined for a browser, and where the network is not known. */
function networkOfApp({ row, requester: { network } }: Asking): string | undefined {
  return row.type === 'api' && network.counted ? network.name : undefined;
}

/** What the request itself shows: a cookie of an earlier sign-in, or a session of the account. */
export function ownDevice(
  { config, clock }: Pick<Parts, 'config' | 'clock'>,
  { devices, session }: Requester,
  account: Account,
): KnownDevice | undefined {
  if (!config.limits.devices) return undefined;
  const device = deviceKnownTo(devices, account, clock.now());
  if (device !== undefined) return { name: `device ${device}`, shared: false };
  const signedIn =
    session !== undefined &&
    session.identity.id === account.id &&
    session.session.authenticatedAt >= account.devicesSince;
  return signedIn ? { name: `session ${session.session.id}`, shared: false } : undefined;
}

/** Reads the account only for somebody who shows that it is there. */
async function accountAtHand(
  { store }: Parts,
  { devices, session }: Requester,
  id: IdentityId | undefined,
): Promise<Account | undefined> {
  if (id === undefined) return undefined;
  if (session?.identity.id === id) return session.identity;
  return remembers(devices, id) ? await store.identities.find(id) : undefined;
}

/**
 * The device of a try: that of the account which the form names, and that account; or of the account whose flow it is. Nothing
 * is looked up for somebody who could be no known device.
 */
export async function deviceOfTry(parts: Parts, request: FlowRequest): Promise<Pick<FlowRequest, 'named' | 'device'>> {
  const { row, requester, strategy, body } = request;
  const nothing = { named: undefined, device: undefined };
  if (!parts.config.limits.devices) return nothing;
  if (strategy?.factor === 'second') return { named: undefined, device: deviceOfSecondFactor(parts, requester) };
  const shows = requester.devices.length > 0 || requester.session !== undefined;
  const tried = strategy?.account?.(body);
  if (tried === undefined)
    return shows ? { named: undefined, device: await findKnownDevice(parts, request, row.identityId) } : nothing;
  if (!shows && networkOfApp(request) === undefined) return nothing;
  const found = await parts.store.identities.findByIdentifier(tried.type, tried.identifier);
  const device = await findKnownDevice(parts, request, found?.identity.id, found?.identity);
  return { named: { ...tried, found }, device };
}

/**
 * The device of a second factor's try: a browser on which the account has shown one before, or a session that has. One that
 * only knows the password is a stranger, however often it signs in (security BF-2).
 */
function deviceOfSecondFactor(
  { clock }: Pick<Parts, 'clock'>,
  { devices, session }: Requester,
): KnownDevice | undefined {
  if (session === undefined) return undefined;
  const device = deviceWithSecondFactor(devices, session.identity, clock.now());
  if (device !== undefined) return { name: `device ${device}`, shared: false };
  return session.session.aal === 'aal2' ? { name: `session ${session.session.id}`, shared: false } : undefined;
}
