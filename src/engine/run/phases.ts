import type { FlowRow, JournalStep } from '../../flow/flow.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { Unit } from '../../store/store.ts';
import type { Outcome } from '../contract.ts';
import { journalRow, rowAfter, unlessMoved } from '../journal/journal.ts';
import type { Runner } from '../parts.ts';
import { countAccount } from '../store-steps/account-budget.ts';
import { followStep } from './follow-step.ts';
import { outcomeOf, passageOf, type Course } from './outcome.ts';
import { prepareStep } from './prepare-step.ts';
import {
  accountOf,
  nothingPrepared,
  nothingWritten,
  type FlowRun,
  type FollowedValues,
  type Prepared,
  type StepResult,
  type Written,
} from '../values.ts';
import { changerOf, tellRefused, tellWritten } from './tell-events.ts';
import { comesFromNewDevice, tellOwner } from './tell-owner.ts';
import { refuses, walk } from './walk.ts';
import { writeStep } from './write-step.ts';
import type { Position } from '../machine/compiled-flow.ts';

/** What a request makes of its phases: how it commits, and how it ends without one. */
export interface PhasePolicy {
  /** After the prepare phase: an outcome ends the request here (the flow continues elsewhere, or nobody gets in). */
  readonly instead?: (prepared: Prepared, onReached: OnReached) => Promise<Outcome> | undefined;
  /** First in the transaction: what the write phase stands on. */
  readonly opens?: (unit: Unit, prepared: Prepared) => Promise<void>;
  /** Last in the transaction: saves where the flow stands, and the journal. */
  readonly commit: (unit: Unit, prepared: Prepared, written: Written) => Promise<Committed>;
  /** Another submit of this flow committed first. */
  readonly moved: () => Promise<Outcome>;
  /**
   * The account changed since it was read, and nothing was committed: reads it anew, and answers what goes on from there.
   * Absent: the page says so.
   */
  readonly again?: (prepared: Prepared) => Promise<() => Promise<Outcome>>;
  /** An error ended the request before its commit. */
  readonly failed?: (error: unknown, reached: Reached) => Promise<void>;
}

/** How far a request came before an error ended it. */
export interface Reached {
  readonly steps: readonly JournalStep[];
  readonly identityId: IdentityId | undefined;
}
export type OnReached = (reached: Reached) => void;

export interface Committed {
  readonly written: Written;
  /** As it was saved. */
  readonly row: FlowRow;
}

/** One request through the phases: prepare without a transaction, write and save in one, follow when it is safe. */
export async function runPhases(runner: Runner, run: FlowRun, from: Position, policy: PhasePolicy): Promise<Outcome> {
  let last: Reached = { steps: [], identityId: run.request.row.identityId };
  const note: OnReached = (reached) => void (last = reached);
  const { prepared, result } = await untilCommit(runner, run, from, policy, note).catch(async (error: unknown) => {
    await policy.failed?.(error, last);
    throw error;
  });
  switch (result.kind) {
    case 'instead':
      return result.outcome;
    case 'moved':
      return policy.moved();
    case 'again':
      return result.goOn();
    case 'committed':
      return afterCommit(runner, run, { request: run.request, prepared, written: result.written }, result.row);
  }
}

type Result =
  | { readonly kind: 'instead'; readonly outcome: Outcome }
  | { readonly kind: 'moved' }
  | { readonly kind: 'again'; readonly goOn: () => Promise<Outcome> }
  | ({ readonly kind: 'committed' } & Committed);

async function untilCommit(
  runner: Runner,
  run: FlowRun,
  from: Position,
  { instead, opens, commit, again }: PhasePolicy,
  note: OnReached,
): Promise<{ readonly prepared: Prepared; readonly result: Result }> {
  const prepared = await preparePhase(runner, run, from, note);
  note({ steps: prepared.steps, identityId: accountOf(prepared.values) });
  const outcome = await instead?.(prepared, note);
  if (outcome !== undefined) return { prepared, result: { kind: 'instead', outcome } };
  const newDevice = await comesFromNewDevice(runner, run.request, prepared);
  const store = (): Promise<Committed | 'stale' | undefined> =>
    runner.store
      .transaction(async (bare): Promise<Committed | 'stale'> => {
        const watching = runner.notices.watching(bare, changerOf(runner, run.request));
        const { unit } = watching;
        await opens?.(unit, prepared);
        const leg = await writePhase(runner, run, prepared, unit, note);
        if (leg.by === 'store.stale' && again !== undefined) return 'stale';
        tellWritten(runner, run.request, prepared, leg, unit);
        await tellOwner(run.request, prepared, leg, { ...watching, newDevice });
        return commit(unit, prepared, leg);
      })
      .catch(unlessMoved);
  const written = await countAccount(runner, run.request, prepared, store, isStored);
  if (written === undefined) return { prepared, result: { kind: 'moved' } };
  if (written !== 'stale') return { prepared, result: { kind: 'committed', ...written } };
  const goOn = must(await again?.(prepared), 'What goes on with the account as it is now');
  return { prepared, result: { kind: 'again', goOn } };
}

/** Committed, and not as the refusal of a page. */
const isStored = (result: Committed | 'stale' | undefined): boolean =>
  result !== undefined && result !== 'stale' && !refuses(result.written.by);

/** Outside any transaction: asks the strategy and the hooks that may refuse. */
export async function preparePhase(
  runner: Runner,
  run: FlowRun,
  from: Position,
  onReached: OnReached = () => undefined,
): Promise<Prepared> {
  const prepared = await walk(
    run.flow,
    { at: from, values: nothingPrepared(run.request) },
    'prepare',
    (at, values) => tolerate(runner, run, at, values, () => prepareStep(runner, run, at, values)),
    (steps, values) => onReached({ steps, identityId: accountOf(values) }),
  );
  tellRefused(runner, run.request, prepared);
  return prepared;
}

/** Endings of the write phase that take back what it wrote. */
const UNDOES: ReadonlySet<string | undefined> = new Set(['hook.fail', 'store.taken', 'store.stale']);

/**
 * Inside the transaction. Each try begins from what was prepared; what a refused one wrote is undone, and what it made of
 * the values is dropped with it.
 */
async function writePhase(
  runner: Runner,
  run: FlowRun,
  prepared: Prepared,
  unit: Unit,
  note: OnReached,
): Promise<Written> {
  const { flow, request, hookFailures } = run;
  const context = { parts: runner, flow, request, prepared: prepared.values, unit };
  const from = { at: prepared.at, values: nothingWritten(prepared.values) };
  const step = (at: Position, values: Written['values']): Promise<StepResult<Written['values']>> =>
    hookFailures === 'fatal' || at.step?.do !== 'hook'
      ? writeStep(context, at, values)
      : tolerate(runner, run, at, values, async () => {
          const result = await unit.tentatively(() => writeStep(context, at, values), undoes);
          return undoes(result) ? { ...result, values } : result;
        });
  const box = (): Promise<Written> =>
    walk(flow, from, 'write', step, (steps, values) =>
      note({ steps: [...prepared.steps, ...steps], identityId: accountOf(prepared.values, values) }),
    );
  if (hookFailures === 'reported') return box();
  const leg = flow.mayUndo(prepared.at) ? await unit.tentatively(box, ({ by }) => UNDOES.has(by)) : await box();
  return UNDOES.has(leg.by) ? { ...leg, values: from.values } : leg;
}

const undoes = ({ event }: StepResult<unknown>): boolean => event.type === 'hook.fail';

const OF_HOOKS: ReadonlySet<string> = new Set(['hook_failed', 'hook_timeout', 'upstream_error']);

/** Where hooks cannot stop a flow, an error of theirs is reported and the next one runs. */
async function tolerate<Gathered>(
  runner: Pick<Runner, 'report'>,
  { hookFailures, request }: FlowRun,
  at: Position,
  values: Gathered,
  perform: () => Promise<StepResult<Gathered>>,
): Promise<StepResult<Gathered>> {
  if (hookFailures === 'fatal') return perform();
  return perform().catch((error: unknown) => {
    if (!(error instanceof SallyportError && OF_HOOKS.has(error.code))) throw error;
    runner.report(error, { flow: request.row.id, state: at.path });
    return { event: { type: 'hook.continue' }, values };
  });
}

/** After the commit: wakes the courier, and performs what follows. */
async function afterCommit(runner: Runner, run: FlowRun, course: Course & { readonly written: Written }, row: FlowRow) {
  const { written } = course;
  await runner.backlog.flush();
  if (written.values.mailed) runner.nudge();
  return written.at.phase === 'follow' ? followPhase(runner, run, course, row) : outcomeOf(course, row, written.at);
}

/** Performs the follow phase of a committed flow; nothing in it can fail the request. */
export async function followPhase(
  runner: Runner,
  run: FlowRun,
  course: Course & { readonly written: Written },
  row: FlowRow,
): Promise<Outcome> {
  const { at, values } = course.written;
  const nothing: FollowedValues = { offers: [], redirectTo: undefined };
  const followed = await walk(run.flow, { at, values: nothing }, 'follow', (position, gathered) =>
    followStep(runner, run, values, position, gathered),
  );
  const passage = passageOf(course);
  const steps = [...passage.steps, ...followed.steps];
  const last = rowAfter(runner, run.flow, { ...passage, row }, followed.at, row.revision + 1);
  await runner.store
    .transaction(async (unit) => {
      await unit.flows.save(last);
      await unit.flows.record(journalRow(runner, { ...passage, steps }, followed.at));
    })
    .catch((error: unknown) => runner.report(error, { flow: row.id, state: followed.at.path }));
  return outcomeOf(course, last, followed.at, followed.values, false);
}
