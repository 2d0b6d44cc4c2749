import { createRequire } from 'node:module';
import type Router from '@koa/router';

/** Required: what it has for `import` asks for Node's HTTP in the way that `kernel/node-http.ts` avoids. */
const RouterClass = createRequire(import.meta.url)('@koa/router') as typeof Router;

/** Paths are taken as they are written: case and a slash at the end count. */
export const createRouter = (): Router => new RouterClass({ strict: true, sensitive: true });
