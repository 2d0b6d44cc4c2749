import Koa from 'koa';
import inject from 'light-my-request';
import { expect, test } from 'vitest';
import { oneName } from './one-name.ts';

async function ask(
  host: string,
  accept: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<{ status: number; location: unknown }> {
  const app = new Koa();
  app.use(oneName('http://127.0.0.1:4433'));
  app.use((ctx) => {
    ctx.body = 'here';
  });
  const answer = await inject(app.callback(), { url: '/ui/login?flow=1', method, headers: { host, accept } });
  return { status: answer.statusCode, location: answer.headers.location };
}

test('a browser that came by localhost is led to the one name', async () => {
  expect(await ask('localhost:4433', 'text/html')).toEqual({
    status: 303,
    location: 'http://127.0.0.1:4433/ui/login?flow=1',
  });
});

test.each([
  ['the name itself', '127.0.0.1:4433', 'text/html', 'GET'],
  ['a client of JSON', 'localhost:4433', 'application/json', 'GET'],
  ['a form', 'localhost:4433', 'text/html', 'POST'],
  ['another name', 'evil.example', 'text/html', 'GET'],
] as const)('%s is not', async (_what, host, accept, method) => {
  expect((await ask(host, accept, method)).status).toBe(200);
});
