import type { Identity } from '../../identity/identity.ts';
import { isUnproved } from '../../identity/proved.ts';
import { must } from '../../kernel/error.ts';
import type { WrittenValues } from '../values.ts';
import { claim, endAccess, type Asks } from './first-proof.ts';
import { done, stale, taken, type StoreStepRun, type WriteContext } from './write-context.ts';

/** Consumes the one-time secret of the proof: by a conditional write, so that it counts once. */
export const consumeSecret: StoreStepRun = async ({ parts, prepared, request, unit }, _at, written) => {
  const { purpose, digests, message } = must(prepared.writes?.uses, 'The one-time secret of the proof');
  const usedSecret = await unit.secrets.use(request.row.id, purpose, digests, parts.clock.now());
  return usedSecret === undefined ? taken(written, [message]) : done({ ...written, usedSecret });
};

/** The address a code or link went to is verified. */
export const storeVerified: StoreStepRun = async (context, _at, written) => {
  const { address } = must(written.usedSecret, 'The one-time secret that was used');
  const marked = await markVerified(context, written, { address, shown: false });
  if (marked === 'stale') return stale(written);
  return 'asks' in marked ? taken(written, marked.asks) : done(marked);
};

/** A recovery: every other one-time secret of the account is void. */
export const storeRecovered: StoreStepRun = async (context, at, written) => {
  const { id } = must(written.identity, 'The identity that is recovered');
  await context.unit.secrets.voidOf(id);
  return storeVerified(context, at, written);
};

/**
 * Marks an address that was proved. The first proof of an account decides what of it stays; `shown`: its person has shown
 * another credential of it.
 */
export async function markVerified(
  context: WriteContext,
  written: WrittenValues,
  { address, shown }: { readonly address: string; readonly shown: boolean },
): Promise<WrittenValues | Asks | 'stale'> {
  const { parts, unit } = context;
  const identity = must(written.identity, 'The identity of the address');
  const marked = withVerified(identity, address, parts.clock.now());
  const first = isUnproved(identity);
  if (marked === identity && !first) return written;
  const claimed = first ? await claim(context, marked, shown) : { identity: marked, change: {}, voids: undefined };
  if ('asks' in claimed) return claimed;
  const { voids } = claimed;
  if ((await unit.identities.update(claimed.identity, claimed.change)) !== undefined) return 'stale';
  const voided = voids === undefined ? [] : [...voids, ...(await endAccess(context, identity))].toSorted();
  return {
    ...written,
    identity: { ...claimed.identity, version: claimed.identity.version + 1 },
    ...(first && { claimed: { voided } }),
  };
}

/** The account with the address verified, and with that proved; the same object where it was both already. */
function withVerified(identity: Identity, address: string, now: number): Identity {
  const open = identity.verifiableAddresses.some(({ value, verified }) => value === address && !verified);
  if (!open && !isUnproved(identity)) return identity;
  const verifiableAddresses = identity.verifiableAddresses.map((each) =>
    each.value === address && !each.verified
      ? { ...each, verified: true, status: 'completed' as const, verifiedAt: now, updatedAt: now }
      : each,
  );
  return { ...identity, verifiableAddresses, provedAt: identity.provedAt ?? now, updatedAt: now };
}
