import { createHash } from 'node:crypto';
import type { FlowKind } from '../flow/flow.ts';
import { REFUSAL_EVENTS } from '../flow/refusal-events.ts';
import type { MachineGraph, GraphState } from '../engine/machine/graph.ts';
import { waysIn } from './rules/sessions.ts';
import { methodOf } from './subject.ts';
import type { TrailStep } from './shortest-path.ts';

export interface PathStep {
  readonly state: string;
  /** Any of these leads on. */
  readonly events: readonly string[];
  readonly to: string;
}

/** One way a request can take: from the beginning or a page to the next page or the end. */
export interface FlowPath {
  /** 8 hex digits of its steps: the same as long as the way is the same. */
  readonly id: string;
  readonly flow: FlowKind;
  /** `opening`, or the page it begins on, `form.waiting`. */
  readonly from: string;
  /** Where it ends: a page, or a final state. */
  readonly end: string;
  readonly method: string | undefined;
  /** advances: another page or the end; refused: back on its page. */
  readonly outcome: 'advances' | 'refused';
  readonly steps: readonly PathStep[];
  /** The shortest way to where it begins. */
  readonly to: readonly TrailStep[];
}

/** Every path of a machine. Between two rests a machine has no loops, so there is an end to them. */
export function pathsOf(graph: MachineGraph): readonly FlowPath[] {
  return waysIn(graph).flatMap(({ state, to }) =>
    [...legs(graph, state, [])].map((steps): FlowPath => {
      const last = steps.at(-1);
      const method = steps.map(({ state: path }) => graph.states.get(path)).flatMap((at) => (at && methodOf(at)) ?? []);
      return {
        id: idOf(graph.kind, steps),
        flow: graph.kind,
        from: state,
        end: last?.to ?? state,
        method: method[0],
        outcome: last?.events.some((event) => REFUSAL_EVENTS.has(event)) === true ? 'refused' : 'advances',
        steps,
        to: to.steps,
      };
    }),
  );
}

/** As a line: `registration form.waiting: submit · accept.password · session hook.continue → done`. */
export function writePath({ flow, from, steps, end, id }: FlowPath): string {
  const words = steps.map(({ state, events }) => {
    const name = state.split('.').at(-1) ?? state;
    const own = events.some((event) => event.startsWith('hook.') || event.startsWith('store.'));
    return own ? `${name} ${events.join('|')}` : events.join('|');
  });
  return `${id}  ${flow} ${from}: ${words.join(' · ')} → ${end}`;
}

function* legs(graph: MachineGraph, from: string, before: readonly PathStep[]): Generator<readonly PathStep[]> {
  const state: GraphState | undefined = graph.states.get(from);
  const over = before.length > 0 && (state?.stands === 'rest' || state?.stands === 'final');
  if (over) return void (yield before);
  for (const { events: all, to } of state?.edges ?? []) {
    for (const events of waysTo(graph, all, to)) yield* legs(graph, to, [...before, { state: from, events, to }]);
  }
}

/**
 * A refusal that leads back to its page is another way than a success that leads there too. Where both lead on, as at a
 * logout, they are one: else the ways would double with each hook.
 */
function waysTo(graph: MachineGraph, all: readonly string[], to: string): readonly (readonly string[])[] {
  const stands = graph.states.get(to)?.stands;
  if (stands !== 'rest' && stands !== 'final') return [all];
  const groups = [all.filter((event) => !REFUSAL_EVENTS.has(event)), all.filter((event) => REFUSAL_EVENTS.has(event))];
  return groups.filter((events) => events.length > 0);
}

function idOf(flow: string, steps: readonly PathStep[]): string {
  const text = steps.map(({ state, events, to }) => `${state} ${events.join('|')} ${to}`).join('\n');
  return createHash('sha256').update(`${flow}\n${text}`).digest('hex').slice(0, 8);
}
