import type { Context } from 'koa';
import { fitsUnsent, listFlows, type FlowFilter } from '../../analysis/flow-list.ts';
import { allStates, leavesOf, type Chart } from '../../flow/chart.ts';
import type { Figures } from '../../diagram/figures.ts';
import { queryValue } from '../query-value.ts';
import type { ConsoleContext } from './context.ts';
import { drawChart } from './draw-chart.ts';
import { addressWith, closedBoxes, filterOf } from './flow-query.ts';
import { figuresFor, lineOf, showFigures, unsentLine, type Charts } from './flow-views.ts';
import { talliesOf } from './live-streams.ts';
import type { FlowList, FlowsHome } from './pages/home.ts';

/** Lines of the list on one page. */
const PAGE = 50;

const homeOf = ({ base }: ConsoleContext['page']): string => `${base}/`;

/** The console's home: the picture of one flow with its figures, and the list of recent flows. */
export async function homeView(parts: ConsoleContext, ctx: Context, chart: Chart): Promise<FlowsHome> {
  const { charts, recent, version, places, page } = parts;
  const home = homeOf(page);
  const figures = figuresFor(recent, chart);
  const tallies = talliesOf(recent, charts);
  return {
    version,
    places,
    tabs: [...charts.values()].map(({ kind, title }) => ({
      kind,
      title,
      address: addressWith(ctx, { flow: kind, closed: undefined, before: undefined }, home),
      count: tallies[kind] ?? 0,
      now: kind === chart.kind,
    })),
    picture: await drawHome(parts, ctx, chart, figures),
    states: leavesOf(chart),
    figures,
    list: await listOf(parts, ctx, chart),
    news: addressWith(ctx, { flow: chart.kind, closed: undefined, before: undefined }, `${home}live`),
  };
}

function drawHome({ pictures, page }: ConsoleContext, ctx: Context, chart: Chart, figures: Figures): Promise<string> {
  const closed = closedBoxes(ctx, chart);
  const shown = showFigures(figures);
  return drawChart(pictures, chart, closed, {
    toggle: (path) =>
      addressWith(ctx, { flow: chart.kind, closed: [...toggled(closed, path)].join(',') }, homeOf(page)),
    figures: {
      state: (path) => shown.states[path]?.text ?? '',
      way: (from, events) => {
        const count = events.reduce((sum, event) => sum + (shown.ways[`${from} ${event}`] ?? 0), 0);
        return count === 0 ? '' : `${count}×`;
      },
    },
  });
}

function toggled(closed: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(closed);
  if (!next.delete(path)) next.add(path);
  return next;
}

/** Submits of the journal and, on the first page, flows of this process that nothing was sent to. */
async function listOf({ charts, flows, recent, page }: ConsoleContext, ctx: Context, chart: Chart): Promise<FlowList> {
  const filter = filterOf(ctx, charts);
  const before = queryValue(ctx, 'before');
  const { rows, next, looked } = await listFlows(flows, filter, before, PAGE);
  const oldest = rows.length < PAGE ? 0 : (rows.at(-1)?.at ?? 0);
  const unsent = (before === undefined ? recent.unsent() : [])
    .filter(({ kind, at }) => at >= oldest && fitsUnsent(kind, filter))
    .slice(0, PAGE)
    .map((flow) => unsentLine(flow, charts, page.base));
  return {
    lines: [...unsent, ...rows.map((row) => lineOf(row, charts, page.base))].toSorted((a, b) => (a.at > b.at ? -1 : 1)),
    older: next === undefined ? undefined : addressWith(ctx, { before: next }, homeOf(page)),
    newest: before === undefined ? undefined : addressWith(ctx, { before: undefined }, homeOf(page)),
    looked: next !== undefined && rows.length < PAGE ? looked : undefined,
    choices: choicesOf(charts),
    chosen: chosenOf(filter),
    flow: chart.kind,
  };
}

/** The filter as the form shows it again. */
const chosenOf = ({ kind, method, outcome, identity, hook, slow, failed }: FlowFilter): FlowList['chosen'] => ({
  kind: kind ?? '',
  method: method ?? '',
  outcome: outcome ?? '',
  identity: identity ?? '',
  hook: hook ?? '',
  slow,
  failed,
});

/** What the filter can choose from: kinds of flow, and the methods and hooks of all machines. */
function choicesOf(charts: Charts): FlowList['choices'] {
  const states = [...charts.values()].flatMap((each) => [...allStates(each.states)]);
  const names = (role: string): readonly string[] =>
    [...new Set(states.filter((each) => each.role === role).map(({ key }) => key.replace(/~\d+$/, '')))].toSorted();
  return { kinds: [...charts.keys()], methods: names('lane'), hooks: names('hook') };
}
