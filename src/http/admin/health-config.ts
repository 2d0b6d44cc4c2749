import { createHash } from 'node:crypto';
import type Router from '@koa/router';
import type { Config } from '../../config/config.ts';

/** Members that hold secrets: a digest of a short one could be searched for. */
const SECRET = /secret|password|^(?:auth|headers|config|data)$/i;

/** Tells replicas with different configurations apart: the configured revision, or a digest of the configuration. */
export function healthConfigRoutes(router: Router, config: Config, prefix: string): void {
  const revision = config.revision ?? digestOf(config);
  router.get(`${prefix}/health/config`, (ctx) => {
    ctx.set('Content-Type', 'text/plain; charset=utf-8');
    ctx.body = revision;
  });
}

function digestOf(config: Config): string {
  const text = JSON.stringify(config, (key, value: unknown) => (SECRET.test(key) ? undefined : value));
  return createHash('sha256').update(text).digest('hex');
}
