import type { CompiledFlow, Position } from '../engine/machine/compiled-flow.ts';
import { advance, freeze, start, thaw } from '../engine/machine/snapshot.ts';
import type { FlowRow, JournalRow, JournalStep } from '../flow/flow.ts';
import { contextDigest } from '../flow/journal.ts';
import type { FlowEvent, FlowState } from '../flow/flow-grammar.ts';
import { sameJson } from '../kernel/json.ts';

export interface Replay {
  /** The journal leads to the snapshot that is stored, context included. */
  readonly same: boolean;
  /** Where the journal leads. */
  readonly state: string;
  readonly finished: boolean;
  /** Steps that were replayed. */
  readonly steps: number;
  /** Where the machine does not take what is written, in a sentence. */
  readonly broken: string | undefined;
  /** Whether the stored context is the one the last step led to; unknown: the row is gone, or the record is older. */
  readonly context: 'same' | 'different' | 'unknown';
  /** What is worth knowing beside it. */
  readonly notes: readonly string[];
}

/**
 * Walks a flow's journal through its machine and compares where that leads with what is stored. The journal holds events
 * and no content; of the content it holds a digest.
 */
export function replay(
  flow: CompiledFlow,
  id: string,
  row: FlowRow | undefined,
  journal: readonly JournalRow[],
): Replay {
  const notes: string[] = [];
  let at = start(flow);
  let count = 0;
  const stop = (broken: string): Replay => outcome(at, count, broken, 'unknown');
  if (row !== undefined && row.shape !== flow.shape)
    notes.push(`the machine has changed since: the row was saved under ${row.shape}, today's is ${flow.shape}`);
  for (const record of journal) {
    const steps = ownSteps(record, id);
    const [first] = steps;
    // What failed left nothing behind but its record.
    if (first === undefined || record.outcome.kind === 'failed') continue;
    const begun = enter(flow, at, first.state, record.method);
    if (begun === undefined) return stop(`nothing leads from ${at.path} to ${first.state}`);
    if (begun.gap) notes.push(`the record of how ${first.state} was reached is missing: its server went away`);
    at = begun.at;
    for (const step of steps) {
      if (at.path !== step.state) return stop(`the journal stands on ${step.state}, the machine on ${at.path}`);
      try {
        at = advance(flow, at, eventOf(step.event, record.method));
      } catch {
        return stop(`${step.state} does not take ${step.event}`);
      }
      count += 1;
    }
  }
  if (row === undefined) return outcome(at, count, undefined, 'unknown');
  if (at.path === 'opening') at = opened(flow, row) ?? at;
  const digest = journal.flatMap((record) => ownSteps(record, id).at(-1)?.context ?? []).at(-1);
  const context = digest === undefined ? 'unknown' : digest === contextDigest(row.context, id) ? 'same' : 'different';
  return outcome(at, count, undefined, context);

  function outcome(end: Position, steps: number, broken: string | undefined, seen: Replay['context']): Replay {
    const { state, finished } = freeze(end);
    const stored = row !== undefined && sameJson(row.state, state) && row.finished === finished;
    const same = broken === undefined && stored && seen !== 'different';
    return { same, state: end.path, finished, steps, broken, context: seen, notes };
  }
}

/** Of a record that two flows share, the part of this one: they part at `strategy.other`. */
export function ownSteps({ flowId, otherFlowId, steps, outcome }: JournalRow, id: string): readonly JournalStep[] {
  const parted = steps.findIndex(({ event }) => event === 'strategy.other') + 1;
  if (otherFlowId === undefined || parted === 0) return flowId === id ? steps : [];
  // Mostly the record is the second flow's, which took no step where the person is asked for more. The first flow has one
  // of its own where follow hooks of the second are still to run.
  const isFirst = parted === steps.length && outcome.kind === 'elsewhere';
  return (flowId === id) === isFirst ? steps.slice(0, parted) : steps.slice(parted);
}

/** The content is not the journal's: what leads on is the event alone, because a machine has no guards. */
const eventOf = (type: string, method: string | undefined): FlowEvent =>
  ({ type, method: method ?? null, draft: null, values: {}, messages: [] }) as unknown as FlowEvent; // a recorded one

/** How the first state of a record is reached from where the flow stood: by opening it, by a submit, or by coming back. */
function enter(
  flow: CompiledFlow,
  from: Position,
  first: string,
  method: string | undefined,
): { readonly at: Position; readonly gap: boolean } | undefined {
  if (from.path === first) return { at: from, gap: false };
  const waits = !from.finished && from.phase === undefined;
  for (const way of waits ? Object.keys(ways(flow, from.path)) : []) {
    const next = advance(flow, from, eventOf(way, method));
    if (next.path === first) return { at: next, gap: false };
    const further = next.rests ? enter(flow, next, first, method) : undefined;
    if (further !== undefined) return further;
  }
  const missed = standingOn(flow, first);
  return missed !== undefined && missed.phase === 'follow' ? { at: missed, gap: true } : undefined;
}

function ways({ config }: CompiledFlow, path: string): NonNullable<FlowState['on']> {
  let at: FlowState | undefined = { states: config.states };
  for (const key of path.split('.')) at = at?.states?.[key];
  return at?.on ?? {};
}

/** A flow nobody has submitted: the way in that leads to where its row stands. */
function opened(flow: CompiledFlow, row: FlowRow): Position | undefined {
  const from = start(flow);
  return Object.keys(ways(flow, 'opening'))
    .map((way) => advance(flow, from, eventOf(way, undefined)))
    .find((next) => sameJson(freeze(next).state, row.state));
}

function standingOn(flow: CompiledFlow, path: string): Position | undefined {
  const value = path
    .split('.')
    .reduceRight<unknown>((inner, key) => (inner === undefined ? key : { [key]: inner }), undefined);
  try {
    // A path is read as the state value it was written from.
    return thaw(flow, { ...freeze(start(flow)), state: value as FlowRow['state'], shape: flow.shape });
  } catch {
    return undefined; // no such state today
  }
}
