import type { FlowRow } from '../../flow/flow.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import { forgiveBudgets, takeBudgets } from '../store-steps/rate-limits.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { handOver } from './continue-in-other-flow.ts';
import { prepareStep, responsible } from './prepare-step.ts';
import { keep, recordFailure, standing, unlessMoved } from '../journal/journal.ts';
import type { Outcome, SubmitTrigger } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { outcome, submission, type Submission } from './submission.ts';
import { settle } from './after-commit.ts';
import { advance, thaw, type Position } from '../machine/snapshot.ts';
import { walk } from './walk.ts';
import { resetWrites, writeBox } from './write-step.ts';

/** One submit or return: prepare without a transaction, write and save in one, follow up when it is safe. */
export async function submit(
  runner: Runner,
  request: Submission,
  asked: SubmitTrigger,
  again = true,
): Promise<Outcome> {
  const { row } = request;
  const flow = must(runner.flows.get(row.kind), `Machine of ${row.kind}`);
  const found = thaw(flow, row);
  if (!found.rests) return outcome('finished', row, found);
  request.returned = asked.type === 'return';
  request.strategy = responsible(runner, row, asked, request.body, found);
  request.strategy?.admit?.();
  // Asked a second time, the row is held already.
  const held = again ? await enter(runner, flow, request, found) : undefined;
  if (held === 'by another') return outcome('moved', row, found);
  const { revision } = row;

  try {
    const method = request.strategy?.method ?? null;
    const prepared = await walk(flow, request, advance(flow, found, { type: asked.type, method }), 'prepare', (at) =>
      prepareStep(runner, flow, request, at),
    );
    if (prepared.at.path === 'continued')
      return await handOver(runner, flow, request, { found, asked, ended: prepared.at, revision });
    const written = await runner.store
      .transaction(async (unit) => {
        resetWrites(request); // a deadlock runs this again
        const before = request.steps.length;
        const end = await writeBox(runner, flow, request, prepared.at, unit);
        if (end.by === 'store.stale' && again) {
          request.steps.length = before;
          return end;
        }
        await keep(runner, flow, request, end.at, unit, revision);
        await forgiveBudgets(runner, request, end, unit);
        return end;
      })
      .catch(unlessMoved);

    if (written === undefined) return await standing(runner, flow, request); // another submit won
    if (written.by === 'store.stale' && again) {
      const fresh = await runner.store.flows.find(row.id);
      if (fresh === undefined) throw new SallyportError('flow_not_found', 'The flow no longer exists.');
      // The account was changed by a rival submit of this very flow: that one has won.
      if (fresh.revision !== row.revision) return await standing(runner, flow, request);
      return await submit(runner, await reread(runner, request, fresh), asked, false);
    }
    return await settle(runner, flow, request, written, revision + 1);
  } catch (error) {
    if (held !== undefined) await release(runner, request, held);
    await recordFailure(runner, request, found, error);
    throw error;
  }
}

/** What a try costs, and the row if it must be held. Who is turned away here is written down like any failure. */
async function enter(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  found: Position,
): Promise<number | 'by another' | undefined> {
  try {
    await takeBudgets(runner, request);
    return await holdIfClaimed(runner, flow, request);
  } catch (error) {
    await recordFailure(runner, request, found, error);
    throw error;
  }
}

/** A list with a hook that must not run twice at once: the submit takes the row first, until the time given. */
async function holdIfClaimed(
  runner: Runner,
  flow: CompiledFlow,
  { row, strategy }: Submission,
): Promise<number | 'by another' | undefined> {
  const limit = strategy === undefined ? 0 : flow.claims(strategy.method);
  if (limit === 0) return undefined;
  const now = runner.clock.now();
  const until = now + limit;
  const mine = await runner.store.transaction((unit) => unit.flows.hold(row.id, row.revision, until, now));
  return mine ? until : 'by another';
}

/** A submit that failed lets the next one in at once: it takes the hold over, and gives it up. */
async function release(runner: Runner, { row }: Submission, until: number): Promise<void> {
  await runner.store
    .transaction((unit) => unit.flows.hold(row.id, row.revision, runner.clock.now(), until))
    .catch((error: unknown) => runner.report(error, { flow: row.id, state: 'release' }));
}

/** The same request against rows read anew. */
async function reread(runner: Runner, request: Submission, row: FlowRow): Promise<Submission> {
  const { requester, body, transientPayload } = request;
  const session = requester.session && (await runner.store.sessions.find(requester.session.session.id));
  const { exhausted, sealed } = request;
  return {
    ...submission(row, { ...requester, session }, body, transientPayload),
    upstream: sealed?.providerResult,
    exhausted,
  };
}
