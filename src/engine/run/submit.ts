import type { FlowRow } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { sameJson } from '../../kernel/json.ts';
import type { Unit } from '../../store/store.ts';
import type { Outcome, SubmitRequest } from '../contract.ts';
import { journalRow, recordFailure, rowAfter } from '../journal/journal.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { advance, thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { demandRoom } from '../store-steps/account-budget.ts';
import { deviceOfTry } from '../store-steps/known-device.ts';
import { type Exhausted, forgiveTries, isAccepted, takeTries } from '../store-steps/rate-limits.ts';
import { openSettingsIfVoided } from '../store-steps/settings-after-proof.ts';
import { keepExchange } from '../store-steps/session-token-exchange.ts';
import { consumeProviderAnswer } from '../store-steps/vault.ts';
import { clientOf } from './attempt-context.ts';
import { disown } from './disown.ts';
import { continueInOtherFlow } from './continue-in-other-flow.ts';
import { currentOutcome, passageOf, unmoved, unprepared } from './outcome.ts';
import { runPhases, type Committed } from './phases.ts';
import { responsible } from './prepare-step.ts';
import { tellFailure } from './tell-events.ts';
import { flowRequest, type FlowRequest, type FlowRun, type Prepared, type Written } from '../values.ts';

/** One submit or return: counts its tries, holds the row where a hook asks for it, and runs the phases. */
export async function submit(runner: Runner, submitted: SubmitRequest): Promise<Outcome> {
  const { row, trigger, requester, body, transientPayload = {}, unreadable, bindsTo } = submitted;
  const flow = runner.machineOf(row);
  const found = thaw(flow, row);
  if (!found.rests) return unmoved('finished', row, found);
  const strategy = responsible(runner, row, trigger, body, found);
  strategy?.admit?.(clientOf(requester), body);
  const asked = flowRequest(row, requester, { trigger, body, transientPayload, unreadable, strategy, bindsTo });
  const request = { ...asked, ...(await deviceOfTry(runner, asked)) };
  const entered = await enter(runner, flow, request, found);
  if (entered === 'held by another') return unmoved('moved', row, found);
  const { heldUntil, exhausted } = entered;
  const disowned = await disown(runner, { ...request, exhausted }, found);
  if (disowned !== undefined) return disowned;
  return move(runner, { flow, request: { ...request, exhausted }, hookFailures: 'fatal' }, found, heldUntil);
}

/** The phases of a submit. `heldUntil`: this submit holds the row until then. `again`: begins anew once for a changed account. */
function move(
  runner: Runner,
  run: FlowRun,
  found: Position,
  heldUntil: number | undefined,
  again = true,
): Promise<Outcome> {
  const { flow, request } = run;
  const { row, trigger, strategy } = request;
  const from = advance(flow, found, { type: trigger.type, method: strategy?.method ?? null });
  return runPhases(runner, run, from, {
    instead: (prepared, onReached) =>
      prepared.at.path === 'continued' ? continueInOtherFlow(runner, run, { found, prepared }, onReached) : undefined,
    commit: (unit, prepared, written) => commit(runner, run, { found, heldUntil }, unit, prepared, written),
    moved: () => currentOutcome(runner, row),
    ...(again && { again: (prepared) => beginAnew(runner, run, prepared, heldUntil) }),
    async failed(error, reached) {
      if (heldUntil !== undefined) await release(runner, row, heldUntil);
      tellFailure(runner, request, found, error);
      await recordFailure(runner, { ...passageOf(unprepared(request, found)), ...reached }, error);
    },
  });
}

/** Where a submit found its flow, and until when it holds the row. */
interface Start {
  readonly found: Position;
  readonly heldUntil: number | undefined;
}

/** Everything that commits with the write phase of a submit. */
async function commit(
  runner: Runner,
  { flow, request }: FlowRun,
  { found, heldUntil }: Start,
  unit: Unit,
  prepared: Prepared,
  leg: Written,
): Promise<Committed> {
  const passage = passageOf({ request, prepared, written: leg });
  const { revision } = request.row;
  if (onlyRefused(found, prepared, leg)) {
    const row = rowAfter(runner, flow, passage, leg.at, revision);
    // That no try is left is written down once: whoever goes on trying fills neither the flow nor its journal.
    const told = request.exhausted !== undefined && sameJson(found.context, leg.at.context);
    if (!told || heldUntil !== undefined) await unit.flows.amend(row, heldUntil);
    if (!told) await unit.flows.record(journalRow(runner, passage, leg.at));
    return { written: leg, row };
  }
  const moved = rowAfter(runner, flow, passage, leg.at, revision + 1);
  const binds = request.bindsTo !== undefined && isAccepted(leg);
  const row: FlowRow = binds ? { ...moved, csrf: request.bindsTo } : moved;
  await unit.flows.save(row);
  await consumeProviderAnswer(unit, request, prepared.values);
  const exchangeCode = await keepExchange(runner, request, leg, unit);
  const settingsFlow = await openSettingsIfVoided({ parts: runner, request, unit }, leg);
  if (leg.at.phase !== 'follow') await unit.flows.record(journalRow(runner, passage, leg.at));
  await forgiveTries(runner, request, leg, unit.limits);
  const { credential } = prepared.values;
  if (credential?.right === true) await forgiveTries(runner, credential.login, leg, unit.limits);
  return { written: { ...leg, values: { ...leg.values, exchangeCode, settingsFlow } }, row };
}

/**
 * The strategy said no, no hook has run, and the person stands where they stood: what was sent beside it may still be right,
 * and is not to be told that the flow has moved.
 */
const onlyRefused = (found: Position, { by }: Prepared, leg: Written): boolean =>
  by === 'strategy.reject' && leg.by === undefined && leg.at.path === found.path;

/** Reads the rows of a submit anew, because the account changed while it was prepared; the answer runs it against them. */
async function beginAnew(
  runner: Runner,
  run: FlowRun,
  prepared: Prepared,
  heldUntil: number | undefined,
): Promise<() => Promise<Outcome>> {
  const { flow, request } = run;
  const { row, requester, trigger, body } = request;
  const fresh = await runner.store.flows.find(row.id);
  if (fresh === undefined) throw new SallyportError('flow_expired', 'The flow has expired.');
  // The account was changed by a rival submit of this very flow: that one has won.
  if (fresh.revision !== row.revision) return () => currentOutcome(runner, row);
  const session = requester.session && (await runner.store.sessions.find(requester.session.session.id));
  const found = thaw(flow, fresh);
  const next: FlowRequest = {
    ...request,
    row: fresh,
    requester: { ...requester, session },
    named: undefined,
    strategy: responsible(runner, fresh, trigger, body, found),
    providerResult: prepared.values.writes?.providerResult,
  };
  return () => move(runner, { ...run, request: next }, found, heldUntil, false);
}

/** What a try costs, and the row if it must be held. A request that is turned away here is journalled like any failure. */
async function enter(
  runner: Runner,
  flow: CompiledFlow,
  request: FlowRequest,
  found: Position,
): Promise<{ readonly heldUntil: number | undefined; readonly exhausted: Exhausted } | 'held by another'> {
  try {
    refuseSwitchedOff(runner, request);
    await demandRoom(runner, request);
    const exhausted = await takeTries(runner, request);
    const heldUntil = await holdIfClaimed(runner, flow, request);
    return heldUntil === 'held by another' ? heldUntil : { heldUntil, exhausted };
  } catch (error) {
    tellFailure(runner, request, found, error);
    await recordFailure(runner, passageOf(unprepared(request, found)), error);
    throw error;
  }
}

/** A method that is named and switched off is not there: the reference's answer, and its sentence. */
function refuseSwitchedOff({ config }: Runner, { trigger, strategy }: FlowRequest): void {
  if (strategy !== undefined || trigger.type !== 'submit' || trigger.method === undefined) return;
  const { methods } = config;
  if (Object.hasOwn(methods, trigger.method) && methods[trigger.method]?.enabled === false)
    throw new SallyportError(
      'not_found',
      'This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it.',
    );
}

/** A list with a hook that must not run twice at once: the submit takes the row first, until the time given. */
async function holdIfClaimed(
  runner: Runner,
  flow: CompiledFlow,
  { row, strategy }: FlowRequest,
): Promise<number | undefined | 'held by another'> {
  const limit = strategy === undefined ? 0 : flow.claims(strategy.method);
  if (limit === 0) return undefined;
  const now = runner.clock.now();
  const until = now + limit;
  const mine = await runner.store.transaction((unit) => unit.flows.hold(row.id, row.revision, until, now));
  return mine ? until : 'held by another';
}

/** A submit that failed lets the next one in at once: it takes the hold over, and gives it up. */
async function release(runner: Runner, row: FlowRow, until: number): Promise<void> {
  await runner.store
    .transaction((unit) => unit.flows.hold(row.id, row.revision, runner.clock.now(), until))
    .catch((error: unknown) => runner.report(error, { flow: row.id, state: 'release' }));
}
