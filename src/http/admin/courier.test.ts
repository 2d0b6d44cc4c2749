import Router from '@koa/router';
import Koa from 'koa';
import inject from 'light-my-request';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { OutboxMessage } from '../../courier/message.ts';
import type { MessageId } from '../../kernel/id.ts';
import { createKeyring } from '../../secret/keyring.ts';
import { systemRandom } from '../../secret/random.ts';
import { createStore } from '../../store/knex/create-store.ts';
import type { Store } from '../../store/store.ts';
import { createErrors } from '../middleware/errors.ts';
import type { PageTokens } from '../page-token.ts';
import type { AdminContext } from './context.ts';
import { courierRoutes } from './courier.ts';

const start = Date.UTC(2026, 0, 1);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const keyring = createKeyring(['a-secret-made-up-for-page-tokens'], 'page-token');
const pageTokens: PageTokens = {
  seal: (text, about) => keyring.seal(text, about),
  open: (token, about) => keyring.open(token, about)?.toString('utf8'),
};

const message = (count: number, more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id: `00000000-0000-4000-8000-00000000000${count}` as MessageId,
  type: 'email',
  channel: 'email',
  recipient: 'ada@shop.example',
  template: 'verification_valid',
  data: {},
  usefulUntil: undefined,
  identityId: undefined,
  flowId: undefined,
  status: 'queued',
  subject: 'A subject with 123456',
  body: 'A body with 123456',
  sendCount: 0,
  dueAt: start,
  createdAt: start + count,
  updatedAt: start + count,
  ...more,
});

describe('messages for operators', () => {
  const state = { now: start, dev: false };
  let store: Store;
  beforeEach(async () => {
    Object.assign(state, { now: start, dev: false });
    store = await createStore(
      { kind: 'memory' },
      { clock: { now: () => state.now }, random: systemRandom, log: silent },
    );
    await store.transaction(async ({ outbox }) => {
      await outbox.put(message(1));
      await outbox.put(message(2, { recipient: 'eve@shop.example', status: 'sent' }));
      await outbox.put(
        message(3, { type: 'http', channel: 'http', recipient: 'https://hook.example/key-of-the-hook?token=abc' }),
      );
    });
  });
  afterEach(() => store.close());

  async function get(path: string): Promise<{ readonly status: number; readonly link: string; readonly text: string }> {
    const router = new Router();
    // As much of the server as these routes look at.
    const admin = {
      store,
      pageTokens,
      clock: { now: () => state.now },
      config: { dev: state.dev, serve: { admin: { baseUrl: 'http://127.0.0.1:4434' } } },
    } as unknown as AdminContext;
    courierRoutes(router, admin, '/admin');
    const app = new Koa();
    app.use(createErrors({ dev: false, requestId: () => undefined, log: silent }).middleware()).use(router.routes());
    const answer = app.callback();
    const dispatch: inject.DispatchFunc = (request, response) => void answer(request, response);
    const { statusCode, headers, payload } = await inject(dispatch, { url: `/admin/courier/messages${path}` });
    return { status: statusCode, link: String(headers['link']), text: payload };
  }
  const idsIn = (text: string): readonly number[] =>
    [...text.matchAll(/"id":"[0-9a-f-]{35}(\d)"/g)].map(([, digit]) => Number(digit));
  const nextIn = (link: string): string | undefined => /messages([^>]*)>; rel="next"/.exec(link)?.[1];

  test('are newest first, and keep to themselves what opens an account', async () => {
    const { status, text } = await get('');
    expect(status).toBe(200);
    expect(idsIn(text)).toEqual([3, 2, 1]);
    expect(text).not.toContain('123456');
    expect(text).toContain('"body":"\\u003credacted-unless-dev-mode\\u003e"');
  });

  test('are readable under development, but for those of web hooks', async () => {
    state.dev = true;
    const { text } = await get('');
    expect([...text.matchAll(/"body":"A body with 123456"/g)]).toHaveLength(2);
    expect(text).toContain('"recipient":"https://hook.example"');
    expect(text).not.toMatch(/key-of-the-hook|token=abc/);
  });

  test.each([
    ['?status=sent', [2]],
    ['?status=queued', [3, 1]],
    ['?status=abandoned', []],
    ['?recipient=eve%40shop.example', [2]],
    ['?recipient=nobody%40shop.example', []],
  ])('are filtered by %s', async (query, expected) => {
    expect(idsIn((await get(query)).text)).toEqual(expected);
  });

  test.each(['?status=mislaid', '?status=', '?status=sent&status=queued', '?page_size=lots', '?page_token=x', '/x'])(
    'are refused for %s',
    async (query) => {
      expect((await get(query)).status).toBe(400);
    },
  );

  test('are gone through page by page, with tokens that last an hour', async () => {
    const first = await get('?page_size=2');
    expect(idsIn(first.text)).toEqual([3, 2]);
    const next = nextIn(first.link) ?? '';
    state.now += 3_600_000;
    const second = await get(next);
    expect(idsIn(second.text)).toEqual([1]);
    expect(nextIn(second.link)).toBeUndefined();
    state.now += 1;
    expect((await get(next)).status).toBe(400);
    expect((await get(`${next}&status=sent`)).status).toBe(400);
  });

  test('show one by one what became of them, the latest try first', async () => {
    const [leased] = await store.outbox.take('worker', 1, start, start + 1_000);
    const id = leased?.id ?? message(0).id;
    const dispatch = { messageId: id, createdAt: start };
    await store.outbox.settle(id, 'worker', {
      status: 'queued',
      dueAt: start,
      dispatch: { ...dispatch, id: 'd1', status: 'failed', error: 'The mail server said no.' },
      now: start,
    });
    await store.outbox.take('worker', 1, start, start + 1_000);
    await store.outbox.settle(id, 'worker', {
      status: 'sent',
      dispatch: { ...dispatch, id: 'd2', status: 'success', error: undefined, createdAt: start + 5 },
      now: start + 5,
    });
    const one: unknown = JSON.parse((await get(`/${id}`)).text);
    expect(one).toMatchObject({
      status: 'sent',
      send_count: 2,
      dispatches: [
        { id: 'd2', status: 'success', error: null },
        { id: 'd1', status: 'failed', error: { message: 'The mail server said no.' } },
      ],
    });
    expect((await get('/00000000-0000-0000-0000-000000000000')).status).toBe(404);
  });
});
