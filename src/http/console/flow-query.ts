import type { Context } from 'koa';
import { OUTCOMES, type FlowFilter } from '../../analysis/flow-list.ts';
import type { Chart } from '../../flow/chart.ts';
import { closedAtFirst, compounds } from '../../diagram/collapse.ts';
import { SallyportError } from '../../kernel/error.ts';
import { queryValue } from '../query-value.ts';
import type { Charts } from './flow-views.ts';

/** Changes of the query; undefined removes a parameter. */
export type QueryChanges = Readonly<Record<string, string | undefined>>;

/** The flow that the page shows: the one of the query, or registration. */
export function chosenChart(ctx: Context, charts: Charts): Chart {
  const wanted = queryValue(ctx, 'flow') ?? 'registration';
  const chart = [...charts.values()].find(({ kind }) => kind === wanted);
  if (chart === undefined) throw new SallyportError('not_found', `There is no flow ${wanted}.`);
  return chart;
}

/** The filter of the list of flows; an unknown value counts as none. */
export function filterOf(ctx: Context, charts: Charts): FlowFilter {
  const value = (name: string): string | undefined => {
    const text = queryValue(ctx, name)?.trim();
    return text === undefined || text === '' ? undefined : text;
  };
  return {
    kind: [...charts.keys()].find((each) => each === value('kind')),
    method: value('method'),
    outcome: OUTCOMES.find((each) => each === value('outcome')),
    identity: value('identity')?.toLowerCase(),
    hook: value('hook'),
    slow: value('slow') !== undefined,
    failed: value('failed') !== undefined,
  };
}

/** A page of the console, under `path` below the base, with another query than the request has. */
export function addressWith(ctx: Context, changes: QueryChanges, path: string): string {
  const next = new URLSearchParams(ctx.querystring);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next.size === 0 ? path : `${path}?${next.toString()}`;
}

/** The boxes of the picture that the query closes; without the parameter those that a big picture closes by itself. */
export function closedBoxes(ctx: Context, chart: Chart): ReadonlySet<string> {
  const text = new URLSearchParams(ctx.querystring).get('closed');
  if (text === null) return closedAtFirst(chart);
  const known = new Set(compounds(chart).map(({ path }) => path));
  return new Set(text.split(',').filter((path) => known.has(path)));
}
