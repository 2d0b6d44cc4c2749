import type { FlowEvent } from '../../flow/flow-grammar.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { Unit } from '../../store/store.ts';
import { rowFor } from './begin.ts';
import { FOLLOW_GRACE } from '../machine/compile.ts';
import { followStep } from './follow-step.ts';
import { prepareStep } from './prepare-step.ts';
import type { LogoutRequest, Outcome } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { outcome, submission } from './submission.ts';
import { advance, start, stepAt, type Position } from '../machine/snapshot.ts';
import { journal, rowAfter } from '../journal/journal.ts';
import { walk } from './walk.ts';
import { resetWrites, writeStep } from './write-step.ts';

const OF_HOOKS: ReadonlySet<string> = new Set(['hook_failed', 'hook_timeout', 'upstream_error']);

/**
 * A logout in one request: its row is inserted finished, in the transaction that ends the session. A hook that throws,
 * refuses or hangs is reported and the logout goes on.
 */
export async function logOut(
  runner: Runner,
  { requester, session, type, requestUrl }: LogoutRequest,
): Promise<Outcome> {
  const flow = must(runner.flows.get('logout'), 'Machine of logout');
  const { id: sessionId } = session.session;
  const row = rowFor(runner, flow, {
    kind: 'logout',
    csrf: '',
    opening: 'open',
    requester,
    sessionId,
    identityId: session.identity.id,
    type,
    requestUrl,
  });
  const request = submission(row, { ...requester, session }, { kind: 'json', value: {} });
  request.identity = session.identity;

  /** Errors of hooks are reported, never fatal here. */
  const calm = async (at: Position, perform: () => Promise<FlowEvent>): Promise<FlowEvent> =>
    perform().catch((error: unknown) => {
      if (!(error instanceof SallyportError && OF_HOOKS.has(error.code))) throw error;
      runner.report(error, { flow: row.id, state: at.path });
      return { type: 'hook.continue' };
    });
  /** What a hook wrote goes when it fails; the end of the session stays. */
  const write = (at: Position, unit: Unit): Promise<FlowEvent> => {
    const perform = (): Promise<FlowEvent> => writeStep(runner, flow, request, at, unit);
    if (stepAt(at).do !== 'hook') return perform();
    return calm(at, () => unit.tentatively(perform, ({ type }) => type === 'hook.fail'));
  };

  const opened = advance(flow, start(flow), { type: 'open' });
  const prepared = await walk(flow, request, opened, 'prepare', (at) =>
    calm(at, () => prepareStep(runner, flow, request, at)),
  );
  const before = request.steps.length;
  const written = await runner.store.transaction(async (unit) => {
    resetWrites(request); // a deadlock runs this again
    request.steps.length = before;
    const end = await walk(flow, request, prepared.at, 'write', (at) => write(at, unit));
    const done = rowAfter(runner, flow, request, end.at, 1);
    await unit.flows.insert({ ...done, expiresAt: runner.clock.now() + FOLLOW_GRACE });
    await unit.flows.record(journal(runner, request, end.at));
    return end;
  });
  if (request.mailed) runner.nudge();
  if (written.at.phase !== 'follow') return outcome('ran', row, written.at, request);
  const followed = await walk(flow, request, written.at, 'follow', (at) => followStep(runner, flow, request, at));
  await runner.store
    .transaction((unit) => unit.flows.save(rowAfter(runner, flow, request, followed.at, 2)))
    .catch((error: unknown) => runner.report(error, { flow: row.id, state: followed.at.path }));
  return outcome('ran', row, followed.at, request);
}
