import { networkKey, type ClientNetwork } from '../../limit/network.ts';
import { demand } from '../../limit/take-network-budget.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest, Prepared } from '../values.ts';

type Parts = Pick<Runner, 'limits' | 'report'>;

/** Throws 429 where a network has made as many accounts as it may: before a password is hashed for one more. */
export async function demandRoom({ limits }: Parts, { row, requester }: FlowRequest): Promise<void> {
  const key = row.kind === 'registration' ? networkKey('registrations', requester.network) : undefined;
  if (key !== undefined) demand(await limits.left(key));
}

/**
 * Runs the transaction that may make an account, and counts the account against its network: one atomic statement before
 * the transaction, taken back where it made none, so that forms that are refused cost nothing and rivals do not pass
 * together (security BF-2). One that enumeration protection hides counts as made. Throws 429.
 */
export async function countAccount<Written>(
  { limits, report }: Parts,
  { row, requester }: FlowRequest,
  prepared: Prepared,
  store: () => Promise<Written>,
  made: (written: Written) => boolean,
): Promise<Written> {
  const key = row.kind === 'registration' && makesAccount(prepared) ? accountKey(requester.network) : undefined;
  if (key === undefined) return store();
  const answer = await limits.take([key]);
  let counts = false;
  try {
    demand(answer);
    const written = await store();
    counts = made(written);
    return written;
  } finally {
    if (!counts)
      await limits.giveBack(key).catch((error: unknown) => report(error, { flow: row.id, state: prepared.at.path }));
  }
}

const accountKey = (network: ClientNetwork) => networkKey('registrations', network);

/** A registration whose strategy and hooks have agreed; a page that asks for more stores something else. */
const makesAccount = ({ at, values }: Prepared): boolean => at.phase === 'write' && !values.challenged;
