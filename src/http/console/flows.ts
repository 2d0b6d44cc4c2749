import { statePath } from '../../flow/page.ts';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { allStates, leavesOf, type Chart } from '../../diagram/chart.ts';
import { closedAtFirst, compounds } from '../../diagram/collapse.ts';
import type { Pictures } from '../../diagram/pictures.ts';
import { writeSvg, type SvgOptions } from '../../diagram/svg.ts';
import { trailOf, type Move } from '../../diagram/recorded-path.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseFlowId } from '../../kernel/id.ts';
import { fitsUnsent, listFlows, OUTCOMES, type FlowFilter } from '../../analysis/flow-list.ts';
import type { Live } from './recent-flows.ts';
import { ownSteps } from '../../analysis/replay.ts';
import type { Asset } from '../../pages/asset.ts';
import { renderFlowHistory } from './pages/flow-history.ts';
import { renderFlowsHome, type FlowList, type FlowsHome } from './pages/home.ts';
import type { PageContext } from '../../pages/page.ts';
import {
  figuresFor,
  lineOf,
  linkTo,
  mailsOf,
  namesIn,
  showFigures,
  submitOf,
  unsentLine,
  whyOf,
  type Charts,
} from './flow-views.ts';
import { talliesOf, type LiveStreams } from './live-streams.ts';
import { setPageHeaders } from '../middleware/headers.ts';
import { queryValue } from '../query-value.ts';
import type { Web } from '../self-service/context.ts';

export interface FlowsParts {
  readonly charts: Charts;
  readonly live: Live;
  readonly pictures: Pictures;
  readonly streams: LiveStreams;
  readonly liveAssets: { readonly style: Asset; readonly script: Asset };
}

const PAGE = 50;

/** The admin listener's home: every flow's machine, live; what passed; and one flow step by step. */
export function flowsRoutes(
  router: Router,
  web: Web,
  parts: FlowsParts,
  { context, places }: { readonly context: PageContext; readonly places: FlowsHome['places'] },
): void {
  const { charts, live, pictures, streams, liveAssets } = parts;
  const { store, config } = web.runner;
  const assets = { style: liveAssets.style.path, script: liveAssets.script.path };
  const show = (ctx: Context, page: string): void => {
    ctx.type = 'text/html; charset=utf-8';
    setPageHeaders(ctx, { formOrigins: [] });
    ctx.body = page;
  };
  const draw = async (chart: Chart, closed: ReadonlySet<string>, options: Partial<SvgOptions>): Promise<string> => {
    const { plan, layout } = await pictures.laidOut(chart, closed);
    return writeSvg(plan, layout, { alone: false, counted: true, ...options });
  };
  const chosen = (ctx: Context): Chart => {
    const wanted = queryValue(ctx, 'flow') ?? 'registration';
    const chart = [...charts.values()].find(({ kind }) => kind === wanted);
    if (chart === undefined) throw new SallyportError('not_found', `There is no flow ${wanted}.`);
    return chart;
  };

  router.get('/', async (ctx) => {
    const chart = chosen(ctx);
    const query = new URLSearchParams(ctx.querystring);
    const closed = closedFrom(query.get('closed'), chart);
    const address = (changes: Readonly<Record<string, string | undefined>>): string => {
      const next = new URLSearchParams(query);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) next.delete(name);
        else next.set(name, value);
      }
      return next.size === 0 ? '/' : `/?${next.toString()}`;
    };
    const figures = figuresFor(live, chart);
    const shown = showFigures(figures);
    const picture = await draw(chart, closed, {
      toggle: (path) => address({ flow: chart.kind, closed: [...toggled(closed, path)].join(',') }),
      figures: {
        state: (path) => shown.states[path]?.text ?? '',
        way: (from, events) => {
          const count = events.reduce((sum, event) => sum + (shown.ways[`${from} ${event}`] ?? 0), 0);
          return count === 0 ? '' : `${count}×`;
        },
      },
    });
    const tallies = talliesOf(live, charts);
    const view: FlowsHome = {
      version: web.version,
      places,
      tabs: [...charts.values()].map(({ kind, title }) => ({
        kind,
        title,
        address: address({ flow: kind, closed: undefined, before: undefined }),
        count: tallies[kind] ?? 0,
        now: kind === chart.kind,
      })),
      picture,
      states: leavesOf(chart),
      figures,
      list: await listFor(ctx, chart, address),
      news: address({ flow: chart.kind, closed: undefined, before: undefined }).replace('/', '/live'),
    };
    show(ctx, renderFlowsHome(view, context, assets));
  });

  async function listFor(
    ctx: Context,
    chart: Chart,
    address: (changes: Readonly<Record<string, string | undefined>>) => string,
  ): Promise<FlowList> {
    const filter = filterOf(ctx);
    const before = queryValue(ctx, 'before');
    const { rows, next, looked } = await listFlows(store.flows, filter, before, PAGE);
    const oldest = rows.length < PAGE ? 0 : (rows.at(-1)?.at ?? 0);
    const unsent = (before === undefined ? live.unsent() : [])
      .filter(({ kind, at }) => at >= oldest && fitsUnsent(kind, filter))
      .slice(0, PAGE)
      .map((flow) => unsentLine(flow, charts));
    const states = [...charts.values()].flatMap((each) => [...allStates(each.states)]);
    const names = (role: string): readonly string[] =>
      [...new Set(states.filter((each) => each.role === role).map(({ key }) => key.replace(/~\d+$/, '')))].toSorted();
    return {
      lines: [...unsent, ...rows.map((row) => lineOf(row, charts))].toSorted((a, b) => (a.at > b.at ? -1 : 1)),
      older: next === undefined ? undefined : address({ before: next }),
      newest: before === undefined ? undefined : address({ before: undefined }),
      looked: next !== undefined && rows.length < PAGE ? looked : undefined,
      choices: { kinds: [...charts.keys()], methods: names('lane'), hooks: names('hook') },
      chosen: {
        kind: filter.kind ?? '',
        method: filter.method ?? '',
        outcome: filter.outcome ?? '',
        identity: filter.identity ?? '',
        hook: filter.hook ?? '',
        slow: filter.slow,
        failed: filter.failed,
      },
      flow: chart.kind,
    };
  }

  function filterOf(ctx: Context): FlowFilter {
    const value = (name: string): string | undefined => {
      const text = queryValue(ctx, name)?.trim();
      return text === undefined || text === '' ? undefined : text;
    };
    const kind = [...charts.keys()].find((each: FlowKind) => each === value('kind'));
    return {
      kind,
      method: value('method'),
      outcome: OUTCOMES.find((each) => each === value('outcome')),
      identity: value('identity')?.toLowerCase(),
      hook: value('hook'),
      slow: value('slow') !== undefined,
      failed: value('failed') !== undefined,
    };
  }

  router.get('/live', (ctx) => streams.open(ctx, chosen(ctx).kind, filterOf(ctx)));

  router.get('/flows/:id', async (ctx) => {
    const id = parseFlowId(ctx['params'].id);
    const [row, rows] =
      id === undefined ? [undefined, []] : await Promise.all([store.flows.find(id), store.flows.journal(id)]);
    const own = rows.filter(({ flowId }) => flowId === id);
    const kind = row?.kind ?? own[0]?.kind;
    const chart = kind === undefined ? undefined : charts.get(kind);
    if (id === undefined || chart === undefined)
      throw new SallyportError('not_found', 'The flow does not exist, or its records were removed.');
    const moves = trailOf(
      chart,
      rows.map((each) => ({ steps: ownSteps(each, id) })),
    );
    const step = stepOf(queryValue(ctx, 'step'), moves.length);
    const stands = row === undefined ? undefined : statePath(row.state);
    const mails = await mailsOf(store.outbox, own);
    const inbox = config.dev ? context.links.inbox : undefined;
    const page = renderFlowHistory(
      {
        id,
        title: chart.title,
        type: row?.type,
        begun: row && new Date(row.issuedAt).toISOString(),
        expires: row && new Date(row.expiresAt).toISOString(),
        stands,
        identity: linkTo('identities', row?.identityId ?? own.at(-1)?.identityId),
        typed: namesIn(row?.context['values']),
        mails: mails.map(({ id: mail, template, status, createdAt }) => ({
          template,
          status,
          at: new Date(createdAt).toISOString(),
          address: inbox === undefined ? undefined : `${inbox}/${mail}`,
        })),
        why: await whyOf(web.runner, { id, row, rows, mails }),
        submits: rows.map((each, i) =>
          submitOf(
            each,
            moves.filter((move) => move.row === i),
            chart,
            id,
          ),
        ),
        picture: await draw(chart, closedBeside(chart, moves, stands), { mark: marksFor(moves, step, stands) }),
        step,
      },
      context,
      assets,
    );
    show(ctx, page);
  });
}

/** Boxes that the address closes; without a word of it, those of a big picture. */
function closedFrom(text: string | null, chart: Chart): ReadonlySet<string> {
  if (text === null) return closedAtFirst(chart);
  const known = new Set(compounds(chart).map(({ path }) => path));
  return new Set(text.split(',').filter((path) => known.has(path)));
}

function toggled(closed: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(closed);
  if (!next.delete(path)) next.add(path);
  return next;
}

function stepOf(text: string | undefined, count: number): number {
  const wanted = text === undefined || !/^\d{1,6}$/.test(text) ? count - 1 : Number(text);
  return Math.min(wanted, count - 1);
}

/** A big picture shows what the flow came through, and closes the rest. */
function closedBeside(chart: Chart, moves: readonly Move[], stands: string | undefined): ReadonlySet<string> {
  const passed = [...moves.flatMap(({ from, to }) => [from, to ?? from]), stands ?? ''];
  return new Set([...closedAtFirst(chart)].filter((box) => !passed.some((path) => path.startsWith(`${box}.`))));
}

/** Lights the way up to a step; without steps the state it stands on. */
function marksFor(moves: readonly Move[], step: number, stands: string | undefined): NonNullable<SvgOptions['mark']> {
  const walked = moves.slice(0, step + 1);
  const last = walked.at(-1);
  const here = last === undefined ? stands : (last.to ?? last.from);
  const lit = new Set(walked.flatMap(({ from, to }) => [from, to]));
  return {
    state: (path) => {
      if (path === here) return last?.failed === true ? ' failed' : ' here';
      return lit.has(path) ? ' lit' : '';
    },
    way: (from, to, events) =>
      walked.some((move) => move.from === from && move.to === to && events.includes(move.event)) ? ' lit' : '',
  };
}
