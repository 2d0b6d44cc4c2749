import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Dispatch, MessageStatus, OutboxMessage } from '../../../courier/message.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseMessageId, type MessageId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { writeJson } from '../../middleware/json.ts';
import { readSize } from '../../pagination.ts';
import type { Web } from '../../web.ts';

const STATUSES: ReadonlySet<string> = new Set(['queued', 'sent', 'processing', 'abandoned']);
const REDACTED = '<redacted-unless-dev-mode>';

/** The outbox for operators (sessions-and-admin.md 17). Bodies hold codes and links: only a development server shows them. */
export function courierRoutes(router: Router, web: Web, prefix: string): void {
  router.get(`${prefix}/courier/messages`, (ctx) => list(web, ctx));
  router.get(`${prefix}/courier/messages/:id`, (ctx) => get(web, ctx));
}

async function list(web: Web, ctx: Context): Promise<void> {
  const { store, config } = web.runner;
  const { status, recipient, page_token, page_size } = ctx.query;
  if (status !== undefined && !STATUSES.has(String(status)))
    throw new SallyportError('bad_request', 'status is queued, sent, processing or abandoned.');
  const size = readSize(page_size, 10, 500);
  const found = await store.outbox.list({
    status: status as MessageStatus | undefined, // checked against the list of statuses
    recipient: recipient === undefined ? undefined : String(recipient),
    after: parseToken(page_token),
    size: size + 1,
  });
  const shown = found.slice(0, size);
  const link = (rel: string, token: string): string => {
    const query = new URLSearchParams(ctx.querystring);
    query.set('page_size', String(size));
    query.set('page_token', token);
    query.sort();
    return `<${ctx.path}?${query}>; rel="${rel}"`;
  };
  const last = shown.at(-1);
  const next =
    found.length > size && last !== undefined
      ? [link('next', Buffer.from(`${last.createdAt}/${last.id}`).toString('base64url'))]
      : [];
  ctx.set('Link', [link('first', ''), ...next].join(','));
  writeJson(
    ctx,
    200,
    shown.map((message) => messageJson(message, config.dev)),
  );
}

async function get(web: Web, ctx: Context): Promise<void> {
  const id = parseMessageId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The message id is malformed.');
  const found = await web.runner.store.outbox.find(id);
  if (found === undefined) throw new SallyportError('not_found', 'There is no such message.');
  writeJson(ctx, 200, {
    ...messageJson(found.message, web.runner.config.dev),
    dispatches: found.dispatches.map(dispatchJson),
  });
}

function parseToken(token: unknown): { readonly createdAt: number; readonly id: MessageId } | undefined {
  if (token === undefined || token === '') return undefined;
  const [at, text] = Buffer.from(String(token), 'base64url').toString('utf8').split('/');
  const id = parseMessageId(text);
  if (id === undefined || !/^\d+$/.test(at ?? ''))
    throw new SallyportError('bad_request', 'page_token cannot be read.');
  return { createdAt: Number(at), id };
}

function messageJson(message: OutboxMessage, dev: boolean): JsonObject {
  const { id, status, type, recipient, channel, template, sendCount, createdAt, updatedAt } = message;
  const shown = dev && type !== 'http';
  return {
    id,
    status,
    type,
    recipient,
    body: shown ? message.body : REDACTED,
    subject: shown ? message.subject : REDACTED,
    template_type: template,
    channel,
    send_count: sendCount,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}

function dispatchJson({ id, messageId, status, error, createdAt }: Dispatch): JsonObject {
  const at = new Date(createdAt).toISOString();
  return {
    id,
    message_id: messageId,
    status,
    ...(error !== undefined && { error: { code: 500, status: 'Internal Server Error', message: error } }),
    created_at: at,
    updated_at: at,
  };
}
