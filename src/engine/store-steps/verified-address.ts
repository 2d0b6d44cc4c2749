import { must } from '../../kernel/error.ts';
import type { VerifiableAddress } from '../../identity/identity.ts';
import type { WrittenValues } from '../values.ts';
import { done, stale, taken, type StoreStepRun, type WriteContext } from './write-context.ts';

/** Consumes the one-time secret of the proof: by a conditional write, so that it counts once. */
export const consumeSecret: StoreStepRun = async ({ parts, prepared, request, unit }, _at, written) => {
  const { purpose, digests, message } = must(prepared.writes?.uses, 'The one-time secret of the proof');
  const usedSecret = await unit.secrets.use(request.row.id, purpose, digests, parts.clock.now());
  return usedSecret === undefined ? taken(written, [message]) : done({ ...written, usedSecret });
};

/** The address a code or link went to is verified. */
export const storeVerified: StoreStepRun = async (context, _at, written) => {
  const marked = await markVerified(context, written);
  return marked === 'stale' ? stale(written) : done(marked);
};

/** A recovery: every other one-time secret of the account is void. */
export const storeRecovered: StoreStepRun = async (context, at, written) => {
  const { id } = must(written.identity, 'The identity that is recovered');
  await context.unit.secrets.voidOf(id);
  return storeVerified(context, at, written);
};

async function markVerified({ parts, unit }: WriteContext, written: WrittenValues): Promise<WrittenValues | 'stale'> {
  const identity = must(written.identity, 'The identity of the address');
  const { address } = must(written.usedSecret, 'The one-time secret that was used');
  const now = parts.clock.now();
  const proved = (each: VerifiableAddress): boolean => each.value === address && !each.verified;
  if (!identity.verifiableAddresses.some(proved)) return written;
  const verifiableAddresses = identity.verifiableAddresses.map((each) =>
    proved(each) ? { ...each, verified: true, status: 'completed' as const, verifiedAt: now, updatedAt: now } : each,
  );
  const changed = { ...identity, verifiableAddresses, updatedAt: now };
  if ((await unit.identities.update(changed, {})) !== undefined) return 'stale';
  return { ...written, identity: { ...changed, version: changed.version + 1 } };
}
