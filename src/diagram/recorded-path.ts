import type { JournalRow } from '../flow/flow.ts';
import type { Chart, Way } from '../flow/chart.ts';

/** One move of a flow through its machine, as the journal tells it. */
export interface Move {
  /** The row it belongs to, and its step there; undefined: the submit that began the row. */
  readonly row: number;
  readonly step: number | undefined;
  readonly from: string;
  readonly event: string;
  /** Where it led; the same state when the step failed; undefined when this machine does not have the way. */
  readonly to: string | undefined;
  readonly failed: boolean;
  readonly ms: number | undefined;
  readonly note: string | undefined;
}

/** The way a flow took (`whole`: these are all its rows, else a part), as far as its rows tell it, from its opening on; ways that the present machine does not have lead nowhere. */
export function trailOf(chart: Chart, rows: readonly Pick<JournalRow, 'steps'>[], whole = true): readonly Move[] {
  return rows.flatMap(({ steps }, row) => {
    const [first] = steps;
    const entry = first === undefined ? undefined : entryTo(chart, first.state);
    const moves = steps.map(({ state, event, ms, note }, step): Move => {
      const failed = event === 'failed';
      const way = chart.ways.find((each) => each.from === state && each.event === event);
      return { row, step, from: state, event, to: failed ? state : way?.to, failed, ms, note };
    });
    if (entry === undefined) return moves;
    // Most flows are opened without a record; a page that was waited on was reached somehow.
    const opening =
      whole && row === 0 ? chart.ways.find(({ from, to }) => from === chart.initial && to === entry.from) : undefined;
    return [...[opening, entry].flatMap((way) => (way === undefined ? [] : [begun(way, row)])), ...moves];
  });
}

const begun = ({ from, event, to }: Pick<Way, 'from' | 'event' | 'to'>, row: number): Move => ({
  row,
  step: undefined,
  from,
  event,
  to,
  failed: false,
  ms: undefined,
  note: undefined,
});

/** How the first state of a row is reached: by a submit from its page, or by opening the flow. */
function entryTo({ ways }: Chart, state: string): Pick<Way, 'from' | 'event' | 'to'> | undefined {
  const into = ways.filter(({ to }) => to === state);
  const way =
    into.find(({ event }) => event === 'submit') ??
    into.find(({ event }) => event === 'return') ??
    into.find(({ event }) => event.startsWith('open'));
  return way && { from: way.from, event: way.event, to: way.to };
}
