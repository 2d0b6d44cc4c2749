import type Router from '@koa/router';

/** Tells replicas with different configurations apart: the configured revision, or a hash of the configuration. */
export function healthConfigRoutes(router: Router, revision: string, prefix: string): void {
  router.get(`${prefix}/health/config`, (ctx) => {
    ctx.set('Content-Type', 'text/plain; charset=utf-8');
    ctx.body = revision;
  });
}
