import type { Watching } from '../../store/account-notices.ts';
import { isAccepted } from '../store-steps/rate-limits.ts';
import type { FlowRequest, Prepared, Written } from '../values.ts';
import { refuses } from './walk.ts';

/** Tells the owner of an account that somebody got into it by a recovery, in the transaction that lets them in. */
export async function tellOwner(
  { row }: Pick<FlowRequest, 'row'>,
  prepared: Prepared,
  written: Written,
  watching: Pick<Watching<unknown>, 'recovered'>,
): Promise<void> {
  const { identity, challenged } = prepared.values;
  if (row.kind !== 'recovery' || identity === undefined || challenged) return;
  if (refuses(prepared.by) || refuses(written.by) || !isAccepted(written)) return;
  await watching.recovered(identity);
}
