import type { FlowRow } from '../../flow/flow.ts';
import { PAGE, type Page } from '../../flow/page.ts';
import type { Strategy } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';

/** The page a person sees; a method may show another one than the machine stands on. */
export const shownPage = (
  { machineOf, methods }: Pick<Runner, 'machineOf' | 'methods'>,
  row: FlowRow,
  at: Position,
): Page =>
  methods.shownPage({
    row,
    page: at.page,
    values: at.context.values,
    hasPage: (page) => hasPage(machineOf(row), page),
  });

/** Whether a machine has a page. */
export const hasPage = ({ config: { states } }: CompiledFlow, page: Page): boolean => Object.hasOwn(states, page);

/** The strategies that have a part on the page a flow stands on. A login asks for one factor, and only for its methods. */
export function onPage(
  runner: Pick<Runner, 'flows' | 'machineOf' | 'methods' | 'strategies'>,
  row: FlowRow,
  at: Position,
): readonly Strategy[] {
  const pages: ReadonlySet<Page> = new Set([at.page, shownPage(runner, row, at)]);
  const factor = row.requestedAal === 'aal2' ? 'second' : 'first';
  const mailed = row.kind === 'verification' ? runner.machineOf(row).methods : undefined;
  return (runner.strategies.get(row.kind) ?? []).filter(
    (strategy) =>
      strategy.pages.some((page) => pages.has(page)) &&
      (strategy.within === undefined || hasPage(runner.machineOf(row), strategy.within)) &&
      !cameLater(runner, row, strategy) &&
      (mailed === undefined || mailed.has(strategy.method)) &&
      (row.kind !== 'login' || (strategy.factor ?? 'first') === factor),
  );
}

/**
 * A method that was switched on since the flow was begun has no lane on its machine. An administrator may hand out in a
 * recovery what none of its lanes mails.
 */
function cameLater(
  { flows, machineOf }: Pick<Runner, 'flows' | 'machineOf'>,
  row: FlowRow,
  { method }: Pick<Strategy, 'method'>,
): boolean {
  if (row.kind === 'recovery') return false;
  return flows.get(row.kind)?.methods.has(method) === true && !machineOf(row).methods.has(method);
}

/** The method a flow is in the middle of, where the page tells. */
export function activeOf(
  { config: { flows }, methods, machineOf }: Pick<Runner, 'config' | 'machineOf' | 'methods'>,
  row: FlowRow,
  { page, context }: Position,
): string | undefined {
  const { kind } = row;
  if (kind !== 'verification' && kind !== 'recovery') return methods.activeOn(kind, page);
  // An administrator may have handed out what is not mailed.
  if (typeof context.values['method'] === 'string') return context.values['method'];
  // What was mailed is what the page waits for, whatever is mailed by now.
  if (page === PAGE.sent && context.method !== null) return context.method;
  const [only, ...others] = machineOf(row).methods;
  return others.length === 0 && only !== undefined ? only : flows[kind].use;
}

/** The strategies that draw a page; in a flow that mails only the one whose message it is. */
export function drawsPage(
  runner: Pick<Runner, 'config' | 'flows' | 'machineOf' | 'methods' | 'strategies'>,
  row: FlowRow,
  at: Position,
): readonly Strategy[] {
  const drawing = onPage(runner, row, at);
  if (row.kind !== 'verification' && row.kind !== 'recovery') return drawing;
  const active = activeOf(runner, row, at);
  return drawing.filter(({ method }) => method === active);
}
