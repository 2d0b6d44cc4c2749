import type { FlowRow, JournalRow } from '../flow/flow.ts';
import type { FlowEvent } from '../flow/parts.ts';
import { must, SallyportError } from '../kernel/error.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { Unit } from '../store/store.ts';
import { FOLLOW_GRACE, type CompiledFlow } from './compile.ts';
import { followStep } from './follow-step.ts';
import { prepareStep, responsible } from './prepare-step.ts';
import { outcome, submission, type Outcome, type Runner, type Submission } from './runner.ts';
import { advance, freeze, pageOf, pathOf, phaseOf, rests, thaw, type Snapshot } from './snapshot.ts';
import { resetWrites, writeStep } from './write-step.ts';

type Leg = { readonly at: Snapshot; readonly by: FlowEvent['type'] | undefined };
/** Endings that take back what the box wrote. */
const UNDOES: ReadonlySet<string | undefined> = new Set(['hook.fail', 'store.taken', 'store.stale']);

/** Verdicts that lead back to the page. */
const REFUSES: ReadonlySet<string> = new Set(['strategy.reject', 'hook.fail', 'store.taken', 'store.stale']);

export interface Asked {
  readonly type: 'submit' | 'return';
  readonly method: string | undefined;
}

/** One submit or return: prepare without a transaction, write and save in one, follow up when it is safe. */
export async function submit(runner: Runner, request: Submission, asked: Asked, again = true): Promise<Outcome> {
  const { row } = request;
  const flow = must(runner.flows.get(row.kind), `Machine of ${row.kind}`);
  const found = thaw(flow, row);
  if (!rests(found)) return outcome('finished', row, found);
  request.returned = asked.type === 'return';
  request.strategy = responsible(runner, row.kind, asked, request.body, pageOf(found));
  if (again) await takeBudgets(runner, request);
  const revision = await holdIfClaimed(runner, flow, request);
  if (revision === undefined) return outcome('moved', row, found);

  try {
    const method = request.strategy?.method ?? null;
    const prepared = await walk(flow, request, advance(flow, found, { type: asked.type, method }), 'prepare', (at) =>
      prepareStep(runner, flow, request, at),
    );
    const written = await runner.store
      .transaction(async (unit) => {
        resetWrites(request); // a deadlock runs this again
        const before = request.steps.length;
        const end = await unit.tentatively(
          () => walk(flow, request, prepared.at, 'write', (at) => writeStep(runner, flow, request, at, unit)),
          ({ by }) => UNDOES.has(by),
        );
        if (UNDOES.has(end.by)) resetWrites(request);
        if (end.by === 'store.stale' && again) {
          request.steps.length = before;
          return end;
        }
        await keep(runner, flow, request, end.at, unit, revision);
        return end;
      })
      .catch(unlessMoved);

    if (written === undefined) return await standing(runner, flow, request); // another submit won
    if (written.by === 'store.stale' && again) {
      const fresh = await runner.store.flows.find(row.id);
      if (fresh === undefined) throw new SallyportError('flow_not_found', 'The flow is gone.');
      return await submit(runner, await reread(runner, request, fresh), asked, false);
    }
    await forgiveBudgets(runner, request, written);
    if (request.mailed) runner.nudge();
    const saved = rowAfter(runner, flow, request, written.at, revision + 1);
    if (phaseOf(written.at) !== 'follow') return outcome('ran', saved, written.at, request);

    const followed = await walk(flow, request, written.at, 'follow', (at) => followStep(runner, flow, request, at));
    const last = rowAfter(runner, flow, request, followed.at, revision + 2);
    await runner.store
      .transaction(async (unit) => {
        await unit.flows.save(last);
        await unit.flows.record(journal(runner, request, followed.at));
      })
      .catch((error: unknown) => runner.report(error, { flow: row.id, state: pathOf(followed.at) }));
    return outcome('ran', last, followed.at, request);
  } catch (error) {
    await recordFailure(runner, request, found, error);
    throw error;
  }
}

/** Performs one step after the other while the flow stands in this phase, noting each. */
export async function walk(
  flow: CompiledFlow,
  request: Submission,
  from: Snapshot,
  phase: Phase,
  perform: (at: Snapshot) => Promise<FlowEvent>,
): Promise<Leg> {
  let leg: Leg = { at: from, by: undefined };
  while (phaseOf(leg.at) === phase) {
    const began = performance.now();
    const state = pathOf(leg.at);
    const event = await perform(leg.at).catch((error: unknown) => {
      request.steps.push({ state, event: 'failed', ms: performance.now() - began, note: causeOf(error) });
      throw error;
    });
    request.steps.push({ state, event: event.type, ms: performance.now() - began, ...noteOf(event) });
    request.refused = REFUSES.has(event.type);
    leg = { at: advance(flow, leg.at, event), by: event.type };
  }
  return leg;
}

function noteOf(event: FlowEvent): { readonly note?: string } {
  if (!('messages' in event) || !event.messages || event.messages.length === 0) return {};
  return { note: event.messages.map(({ id }) => id).join(' ') };
}

/** Cause in short, for `why`: the operator's sentence, never a value the person typed. */
function causeOf(error: unknown): string {
  if (error instanceof SallyportError) {
    const { cause } = error;
    return cause instanceof Error
      ? `${error.code}: ${error.reason} (${cause.message})`
      : `${error.code}: ${error.reason}`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}

async function takeBudgets(runner: Runner, { strategy, body }: Submission): Promise<void> {
  const keys = strategy?.guards(body) ?? [];
  if (keys.length === 0) return;
  const answer = await runner.limits.take(keys);
  if (!answer.ok) {
    throw new SallyportError('too_many_requests', 'Too many tries. Please wait before the next one.', {
      retryAfter: answer.retryAfter,
    });
  }
}

async function forgiveBudgets(runner: Runner, { strategy, body }: Submission, { at, by }: Leg): Promise<void> {
  const accepted =
    by !== 'store.stale' && (at.status === 'done' || phaseOf(at) === 'follow' || pageOf(at) === 'success');
  const keys = accepted ? (strategy?.guards(body) ?? []) : [];
  if (keys.length > 0)
    await runner.limits.forgive(keys).catch((error: unknown) => runner.report(error, { flow: '', state: 'budget' }));
}

/** A list with a hook that must not run twice at once: the submit takes the row first. Undefined: another one has it. */
async function holdIfClaimed(
  runner: Runner,
  flow: CompiledFlow,
  { row, strategy }: Submission,
): Promise<number | undefined> {
  const limit = strategy === undefined ? 0 : flow.claims(strategy.method);
  if (limit === 0) return row.revision;
  const now = runner.clock.now();
  return (await runner.store.transaction((unit) => unit.flows.hold(row.id, row.revision, now + limit, now)))
    ? row.revision
    : undefined;
}

async function keep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  unit: Unit,
  revision: number,
): Promise<void> {
  await unit.flows.save(rowAfter(runner, flow, request, at, revision + 1));
  if (phaseOf(at) !== 'follow') await unit.flows.record(journal(runner, request, at));
}

/** The row as it is to be saved. */
export function rowAfter(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  revision: number,
): FlowRow {
  const now = runner.clock.now();
  return {
    ...request.row,
    ...freeze(at),
    identityId: request.identity?.id ?? request.row.identityId,
    sessionId: request.issued?.session.id ?? request.row.sessionId,
    shape: flow.shape,
    revision,
    followDue: phaseOf(at) === 'follow' ? now + flow.followLimit(at) + FOLLOW_GRACE : undefined,
    busyUntil: undefined,
    updatedAt: now,
  };
}

export function journal(runner: Runner, request: Submission, at: Snapshot, ended?: string): JournalRow {
  const now = runner.clock.now();
  return {
    id: runner.random.uuid(),
    flowId: request.row.id,
    otherFlowId: undefined,
    kind: request.row.kind,
    method: request.strategy?.method,
    outcome: ended ?? pathOf(at),
    identityId: request.identity?.id ?? request.row.identityId,
    sessionId: request.issued?.session.id,
    steps: request.steps,
    at: now,
    keepUntil: Math.max(now, request.row.expiresAt) + (kept(runner, ended) ? runner.config.journal.keep : 0),
  };
}

/** `journal.sample` of the flows stay after their lifespan; every failed one does. */
function kept({ config, random }: Runner, failed: string | undefined): boolean {
  const { sample } = config.journal;
  return failed !== undefined || sample >= 1 || random.bytes(4).readUInt32BE(0) / 2 ** 32 < sample;
}

/** A submit that failed leaves no trace but this one, which says where. */
async function recordFailure(runner: Runner, request: Submission, at: Snapshot, error: unknown): Promise<void> {
  if (request.steps.length === 0) return;
  await runner.store
    .transaction((unit) => unit.flows.record(journal(runner, request, at, `failed: ${causeOf(error)}`)))
    .catch((second: unknown) => runner.report(second, { flow: request.row.id, state: pathOf(at) }));
}

function unlessMoved(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'flow_moved') return undefined;
  throw error;
}

/** What stands there now that another submit has won. */
async function standing(runner: Runner, flow: CompiledFlow, { row }: Submission): Promise<Outcome> {
  const now = await runner.store.flows.find(row.id);
  if (now === undefined) throw new SallyportError('flow_not_found', 'The flow is gone.');
  const at = thaw(flow, now);
  return outcome(rests(at) ? 'moved' : 'finished', now, at);
}

/** The same request against rows read anew. */
async function reread(runner: Runner, request: Submission, row: FlowRow): Promise<Submission> {
  const { asker, body, transientPayload } = request;
  const session = asker.session && (await runner.store.sessions.find(asker.session.session.id));
  return submission(row, { ...asker, session }, body, transientPayload);
}
