import type { Watching } from '../../store/account-notices.ts';
import type { Runner } from '../parts.ts';
import { findKnownDevice } from '../store-steps/known-device.ts';
import { isAccepted } from '../store-steps/rate-limits.ts';
import type { FlowRequest, Prepared, Written } from '../values.ts';
import { refuses } from './walk.ts';

type Asking = Pick<FlowRequest, 'row' | 'requester' | 'named' | 'device'>;

/**
 * Whether a sign-in that nothing has refused so far comes from a device that its account does not know. Asked before its
 * session is stored, which makes the device known; not asked where nobody is told.
 */
export async function comesFromNewDevice(
  parts: Pick<Runner, 'config' | 'clock' | 'store'>,
  asking: Asking,
  { by, values: { identity, challenged } }: Prepared,
): Promise<boolean> {
  const { courier, limits } = parts.config;
  if (!courier.notify.includes('new_device') || !limits.devices) return false;
  if (asking.row.kind !== 'login' || identity === undefined || challenged || refuses(by)) return false;
  const { named, device } = asking;
  if (named?.found?.identity.id === identity.id) return device === undefined; // it was looked for already
  return (await findKnownDevice(parts, asking, identity.id, identity)) === undefined;
}

/**
 * Tells the owner of an account that somebody got into it, by a recovery or from a device that it does not know, in the
 * transaction that lets them in.
 */
export async function tellOwner(
  { row }: Asking,
  prepared: Prepared,
  written: Written,
  { newDevice, ...watching }: Pick<Watching<unknown>, 'recovered' | 'signedIn'> & { readonly newDevice: boolean },
): Promise<void> {
  const { identity, challenged } = prepared.values;
  if (identity === undefined || challenged) return;
  if (refuses(prepared.by) || refuses(written.by) || !isAccepted(written)) return;
  if (row.kind === 'recovery') await watching.recovered(identity);
  const { issued } = written.values;
  if (newDevice && issued !== undefined && !issued.renewed) await watching.signedIn(identity);
}
