import type Router from '@koa/router';
import type { Asset } from '../pages/asset.ts';

/** Serves assets, which browsers keep for a year: another body has another path. */
export function serveAssets(router: Router, assets: readonly Asset[]): void {
  for (const { path, type, body } of assets) {
    router.get(path, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      ctx.set('Content-Type', type);
      ctx.body = body;
    });
  }
}
