import type Router from '@koa/router';
import { serveAssets } from '../static-assets.ts';
import { showConsolePage, type ConsoleContext } from './context.ts';
import { chosenChart, filterOf } from './flow-query.ts';
import { historyView } from './history-view.ts';
import { homeView } from './home-view.ts';
import { renderFlowHistory } from './pages/flow-history.ts';
import { renderFlowsHome } from './pages/home.ts';

/** The console: every flow's machine with live figures, the list of recent flows, and one flow step by step. */
export function flowsRoutes(router: Router, parts: ConsoleContext): void {
  const { charts, streams, page } = parts;
  const { style, script } = parts.assets;
  const assets = { style: style.path, script: script.path };
  serveAssets(router, [style, script]);
  router.get('/', async (ctx) => {
    const view = await homeView(parts, ctx, chosenChart(ctx, charts));
    showConsolePage(ctx, renderFlowsHome(view, page, assets));
  });
  router.get('/live', (ctx) => streams.open(ctx, chosenChart(ctx, charts).kind, filterOf(ctx, charts)));
  router.get('/flows/:id', async (ctx) => {
    const view = await historyView(parts, ctx);
    showConsolePage(ctx, renderFlowHistory(view, page, assets));
  });
}
