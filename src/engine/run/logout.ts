import { must } from '../../kernel/error.ts';
import type { LogoutRequest, Outcome } from '../contract.ts';
import { journalRow, rowAfter } from '../journal/journal.ts';
import { FOLLOW_GRACE } from '../machine/compile.ts';
import { openFlow } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { newRow } from '../store-steps/open-at.ts';
import { passageOf } from './outcome.ts';
import { runPhases } from './phases.ts';
import { flowRequest, type FlowRun } from '../values.ts';

/**
 * A logout in one request: its row is inserted, already moved, in the transaction that ends the session. A hook that
 * throws, refuses or hangs is reported and the logout goes on.
 */
export async function logOut(
  runner: Runner,
  { requester, session, type, requestUrl }: LogoutRequest,
): Promise<Outcome> {
  const flow = must(runner.flows.get('logout'), 'Machine of logout');
  const { identity } = session;
  const row = newRow(runner, flow, {
    kind: 'logout',
    csrf: '',
    opening: 'open',
    requester,
    sessionId: session.session.id,
    identityId: identity.id,
    type,
    requestUrl,
  });
  const request = flowRequest(row, { ...requester, session }, { identity });
  const run: FlowRun = { flow, request, hookFailures: 'reported' };
  return runPhases(runner, run, openFlow(flow, { type: 'open' }), {
    async commit(unit, prepared, written) {
      const passage = passageOf({ request, prepared, written });
      const moved = rowAfter(runner, flow, passage, written.at, row.revision + 1);
      const saved = { ...moved, expiresAt: runner.clock.now() + FOLLOW_GRACE };
      await unit.flows.insert(saved);
      if (written.at.phase !== 'follow') await unit.flows.record(journalRow(runner, passage, written.at));
      return { written, row: saved };
    },
    // Its row is new: no other submit can have moved it.
    moved: () => Promise.reject(new Error('A logout moved under another one.')),
  });
}
