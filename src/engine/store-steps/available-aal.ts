import type { WrittenValues } from '../values.ts';
import type { WriteContext } from './write-context.ts';

/**
 * The account of a sign-in with the level that it can reach today. The level is stored when credentials change; a factor that
 * everybody with an address has by a switch of the configuration comes and goes without that, and is found here, at the next
 * sign-in. Reads only where the switch and what is stored disagree.
 */
export async function renewAvailableAal(
  { parts, request, unit }: WriteContext,
  written: WrittenValues,
): Promise<WrittenValues | 'stale'> {
  const { identity } = written;
  const { factors } = parts.methods;
  if (identity === undefined || request.row.kind !== 'login' || request.row.requestedAal === 'aal2') return written;
  if (!factors.mayHaveMoved(identity.availableAal)) return written;
  const availableAal = factors.availableAal(await unit.identities.credentials(identity.id));
  if (availableAal === identity.availableAal) return written;
  const renewed = { ...identity, availableAal };
  if ((await unit.identities.update(renewed, {})) !== undefined) return 'stale';
  return { ...written, identity: { ...renewed, version: identity.version + 1 } };
}
