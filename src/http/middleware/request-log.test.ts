import inject from 'light-my-request';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { createErrors } from './errors.ts';
import { createRequestLog } from './request-log.ts';

async function logged(url: string, health = false): Promise<readonly unknown[]> {
  const lines: unknown[] = [];
  let now = 0;
  const app = new Koa();
  app.use(
    createRequestLog({
      log: { debug: (_message, facts) => lines.push(facts) },
      clock: { now: () => (now += 5) },
      health,
    }),
  );
  app.use(createErrors({ dev: false, requestId: () => undefined, log: { error: () => undefined } }).middleware());
  app.use((ctx) => {
    if (ctx.path === '/broken') throw new Error('broken');
    ctx.body = '';
  });
  await inject(app.callback(), url);
  return lines;
}

test('an answer is logged with its path and never its query', async () => {
  expect(await logged('/self-service/logout?token=canary')).toEqual([
    { method: 'GET', path: '/self-service/logout', status: 200, ms: 5 },
  ]);
});

test('a failure is logged with the status that was sent', async () => {
  expect(await logged('/broken')).toMatchObject([{ status: 500 }]);
});

test('health checks are logged only where they are asked for', async () => {
  expect(await logged('/health/alive')).toEqual([]);
  expect(await logged('/admin/health/ready')).toEqual([]);
  expect(await logged('/health/alive', true)).toHaveLength(1);
  expect(await logged('/healthy')).toHaveLength(1);
});
