import type { FlowRow } from '../../flow/flow.ts';
import type { Page } from '../../flow/page.ts';
import type { Strategy } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import type { Position } from '../machine/compiled-flow.ts';

/** The page a person sees; a method may show another one than the machine stands on. */
export const shownPage = ({ config, methods }: Pick<Runner, 'config' | 'methods'>, row: FlowRow, at: Position): Page =>
  methods.shownPage({ row, page: at.page, values: at.context.values, flows: config.flows });

/** The strategies that have a part on the page a flow stands on. A login asks for one factor, and only for its methods. */
export function onPage(
  runner: Pick<Runner, 'config' | 'methods' | 'strategies'>,
  row: FlowRow,
  at: Position,
): readonly Strategy[] {
  const pages: ReadonlySet<Page> = new Set([at.page, shownPage(runner, row, at)]);
  const factor = row.requestedAal === 'aal2' ? 'second' : 'first';
  return (runner.strategies.get(row.kind) ?? []).filter(
    (strategy) =>
      strategy.pages.some((page) => pages.has(page)) &&
      (row.kind !== 'login' || (strategy.factor ?? 'first') === factor),
  );
}
