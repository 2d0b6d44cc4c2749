import type { Context } from 'koa';
import type { Why } from '../../analysis/why.ts';
import type { OutboxReads } from '../../courier/message.ts';
import type { Pictures } from '../../diagram/pictures.ts';
import type { FlowReads } from '../../flow/flow.ts';
import type { Asset } from '../../pages/asset.ts';
import { renderErrorPage } from '../../pages/error-page.ts';
import type { PageContext } from '../../pages/page.ts';
import { errorView, type ErrorPages } from '../error-pages.ts';
import { setPageHeaders } from '../middleware/headers.ts';
import type { Charts } from './flow-views.ts';
import type { LiveStreams } from './live-streams.ts';
import type { FlowsHome } from './pages/home.ts';
import type { RecentFlows } from './recent-flows.ts';

/** Everything that the pages about flows use; made once by the composition. */
export interface ConsoleContext {
  /** The machines as they are drawn. */
  readonly charts: Charts;
  readonly pictures: Pictures;
  readonly recent: RecentFlows;
  readonly streams: LiveStreams;
  readonly flows: Pick<FlowReads, 'find' | 'journal' | 'recent' | 'newest'>;
  readonly outbox: Pick<OutboxReads, 'find' | 'list'>;
  readonly why: Why;
  readonly assets: { readonly style: Asset; readonly script: Asset };
  readonly page: PageContext;
  readonly places: FlowsHome['places'];
  readonly version: string;
}

/** The error page of the admin listener. */
export const consoleErrorPages = (page: PageContext): ErrorPages => ({
  show(ctx, facts) {
    showConsolePage(ctx, renderErrorPage(errorView(facts), page));
    ctx.status = facts.status;
  },
});

/** Writes a page of the console: no form of it leads to another origin. */
export function showConsolePage(ctx: Context, html: string): void {
  ctx.type = 'text/html; charset=utf-8';
  setPageHeaders(ctx, { formOrigins: [] });
  ctx.body = html;
}
