import type { FlowRow } from '../../flow/flow.ts';
import type { Page } from '../../flow/page.ts';
import type { Strategy } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import { type Position } from '../machine/snapshot.ts';

/**
 * The page a person sees: while a provider is asked (`away`) it is the one they left from, because people press Back; a
 * connection that waits (`link`) is asked for on the form everybody signs in with.
 */
export function shownPage({ config: { flows } }: Pick<Runner, 'config'>, row: FlowRow, at: Position): Page {
  const page = at.page;
  const twoSteps = row.kind === 'login' && flows.login.style === 'identifier_first';
  if (page === 'link' || (page === 'away' && at.context.values['link'] !== undefined))
    return twoSteps ? 'credentials' : 'form';
  if (page !== 'away') return page;
  if (row.refresh) return 'confirm';
  if (row.kind === 'registration' && flows.registration.style === 'profile_first') return 'traits';
  return twoSteps ? 'identifier' : 'form';
}

/** The strategies that have a part on the page a flow stands on. */
export function onPage(runner: Pick<Runner, 'config' | 'strategies'>, row: FlowRow, at: Position): readonly Strategy[] {
  const pages: ReadonlySet<Page> = new Set([at.page, shownPage(runner, row, at)]);
  return (runner.strategies.get(row.kind) ?? []).filter((strategy) => strategy.pages.some((page) => pages.has(page)));
}
