import { createRequire } from 'node:module';
import type Router from '@koa/router';

/** Loaded by `require`: its module for `import` imports Node's HTTP in the way that `kernel/node-http.ts` avoids. */
const RouterClass = createRequire(import.meta.url)('@koa/router') as typeof Router;

/** A router that distinguishes case and a slash at the end. */
export const createRouter = (): Router => new RouterClass({ strict: true, sensitive: true });
