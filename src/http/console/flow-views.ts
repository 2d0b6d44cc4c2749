import { statePath } from '../../kernel/state-path.ts';
import { allStates, type Chart } from '../../flow/chart.ts';
import { figuresOf, sayMs, type Figures } from '../../diagram/figures.ts';
import { trailOf, type Move } from '../../diagram/recorded-path.ts';
import { sayEvent } from '../../flow/state-titles.ts';
import type { FlowKind, JournalRow } from '../../flow/flow.ts';
import { outcomeText } from '../../flow/journal.ts';
import { isObject } from '../../kernel/json.ts';
import { MESSAGES } from '../../kernel/messages.ts';
import type { RecentFlows, RecentOpening } from './recent-flows.ts';
import { outcomeOf, tookOf } from '../../analysis/flow-list.ts';
import { redactText } from '../../telemetry/redact.ts';
import { ownSteps } from '../../analysis/replay.ts';
import type { FlowLine } from './pages/flow-table.ts';
import type { HistoryStep, HistorySubmit } from './pages/flow-history.ts';

/** The machines as they are drawn, by kind. */
export type Charts = ReadonlyMap<FlowKind, Chart>;

/** A row of the journal as a line of the list. `base`: `PageContext.base`. */
export function lineOf(row: JournalRow, charts: Charts, base: string): FlowLine {
  return {
    flow: row.flowId,
    address: `${base}/flows/${row.flowId}`,
    title: charts.get(row.kind)?.title ?? row.kind,
    method: row.method,
    outcome: outcomeOf(row),
    detail: redactText(outcomeText(row.outcome)),
    identity: linkTo(base, 'identities', row.identityId),
    at: new Date(row.at).toISOString(),
    tookMs: tookOf(row),
  };
}

/** A flow that nothing was sent to, as a line of the list. */
export function unsentLine({ id, kind, state, at }: RecentOpening, charts: Charts, base: string): FlowLine {
  return {
    flow: id,
    address: `${base}/flows/${id}`,
    title: charts.get(kind)?.title ?? kind,
    method: undefined,
    outcome: 'opened',
    detail: statePath(state),
    identity: undefined,
    at: new Date(at).toISOString(),
    tookMs: undefined,
  };
}

/** The JSON of an account or a session. */
export function linkTo(
  base: string,
  what: 'identities' | 'sessions',
  id: string | undefined,
): { readonly id: string; readonly address: string } | undefined {
  return id === undefined ? undefined : { id, address: `${base}/admin/${what}/${id}` };
}

/** A submit of one flow with its steps. */
export function submitOf(
  row: JournalRow,
  moves: readonly Move[],
  chart: Chart,
  { flow, base }: { readonly flow: string; readonly base: string },
): HistorySubmit {
  const titles = titlesOf(chart);
  const other = row.flowId === flow ? row.otherFlowId : row.flowId;
  return {
    at: new Date(row.at).toISOString(),
    method: row.method,
    outcome: outcomeOf(row),
    detail: redactText(outcomeText(row.outcome)),
    session: linkTo(base, 'sessions', row.sessionId),
    other: other === undefined ? undefined : { id: other, address: `${base}/flows/${other}` },
    steps: moves.map(({ from, event, to, failed, ms, note }): HistoryStep => ({
      from,
      fromTitle: titles.get(from) ?? from,
      event,
      eventTitle: failed ? 'failed' : sayEvent(event),
      to,
      toTitle: to === undefined ? undefined : (titles.get(to) ?? to),
      failed,
      ms,
      notes: note === undefined ? [] : notesOf(note),
    })),
  };
}

/** A state's title; with its page where several states have the same title. */
export function titlesOf(chart: Chart): ReadonlyMap<string, string> {
  return new Map(
    [...allStates(chart.states)].map(({ path, title, role }) => {
      const [page] = path.split('.');
      return [path, role === 'waiting' || role === 'checking' ? `${page}: ${title}` : title];
    }),
  );
}

/** Message numbers with their texts; any other note without what looks like a secret. */
function notesOf(note: string): readonly string[] {
  if (!/^\d+(?: \d+)*$/.test(note)) return [redactText(note)];
  return note.split(' ').map((id) => {
    const known: { readonly text: string } | undefined = MESSAGES[Number(id) as keyof typeof MESSAGES]; // unknown numbers give undefined
    return known === undefined ? id : `${id}: ${known.text}`;
  });
}

/** Names of the fields that were filled in, `traits.name.first`; never a value. */
export function namesIn(values: unknown, above = ''): readonly string[] {
  if (!isObject(values)) return above === '' ? [] : [above];
  return Object.entries(values).flatMap(([key, value]) => namesIn(value, above === '' ? key : `${above}.${key}`));
}

/** Figures with their texts, as pages and their scripts show them. */
export interface ShownFigures {
  readonly states: Readonly<
    Record<string, { readonly count: number; readonly median: string | undefined; readonly text: string }>
  >;
  readonly ways: Readonly<Record<string, number>>;
}

export function figuresFor(live: RecentFlows, chart: Chart): Figures {
  const { passed, opened } = live.within(chart.kind);
  return figuresOf(
    chart,
    passed.map(({ row, waited }) => ({ row: { steps: ownSteps(row, row.flowId) }, waited })),
    opened.map(({ state }) => statePath(state)),
  );
}

export function showFigures({ states, ways }: Figures): ShownFigures {
  const shown = Object.entries(states).map(([path, { count, median }]) => {
    const time = median === undefined ? undefined : sayMs(median);
    return [path, { count, median: time, text: time === undefined ? `${count}×` : `${count}× ${time}` }] as const;
  });
  return {
    states: Object.fromEntries(shown),
    ways: Object.fromEntries(Object.entries(ways).map(([way, { count }]) => [way, count])),
  };
}

type LitMove = Pick<Move, 'from' | 'event' | 'to' | 'failed'>;

/** The moves of a submit, for the picture to light up. */
export function movesOf(row: JournalRow, chart: Chart): readonly LitMove[] {
  return trailOf(chart, [{ steps: ownSteps(row, row.flowId) }], false).map(({ from, event, to, failed }) => ({
    from,
    event,
    to,
    failed,
  }));
}

export function openingOf({ state }: RecentOpening, { ways, initial }: Chart): readonly LitMove[] {
  const at = statePath(state);
  const way = ways.find(({ from, to }) => from === initial && to === at);
  return way === undefined ? [] : [{ from: way.from, event: way.event, to: way.to, failed: false }];
}
