import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Dispatch, MessageStatus, OutboxMessage } from '../../courier/message.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseMessageId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { writeJson } from '../middleware/json.ts';
import { openPlace, sealPlace } from '../page-token.ts';
import { readSize, writeKeysetLinks } from '../pagination.ts';
import { queryValue } from '../query-value.ts';
import type { AdminContext } from './context.ts';

const STANDARD = 10;
const MOST = 500;
const TOKEN_LIFESPAN = 3_600_000;
const STATUSES: readonly MessageStatus[] = ['queued', 'sent', 'processing', 'abandoned'];
const REDACTED = '<redacted-unless-dev-mode>';

/** The outbox for operators. Bodies hold codes and links: only a development server shows them. */
export function courierRoutes(router: Router, admin: AdminContext, prefix: string): void {
  router.get(`${prefix}/courier/messages`, (ctx) => list(admin, ctx));
  router.get(`${prefix}/courier/messages/:id`, (ctx) => get(admin, ctx));
}

async function list(admin: AdminContext, ctx: Context): Promise<void> {
  const { store, clock, pageTokens } = admin;
  const status = readStatus(queryValue(ctx, 'status'));
  const size = readSize(queryValue(ctx, 'page_size'), STANDARD, MOST);
  const now = clock.now();
  const place = openPlace(pageTokens, ctx, queryValue(ctx, 'page_token'), { now, lifespan: TOKEN_LIFESPAN });
  const id = parseMessageId(place?.id);
  const found = await store.outbox.list({
    status,
    recipient: queryValue(ctx, 'recipient') || undefined,
    after: place && id && { createdAt: place.createdAt, id },
    size: size + 1,
  });
  const page = found.slice(0, size);
  const last = found.length > size ? page.at(-1) : undefined;
  writeKeysetLinks(ctx, admin.config.serve.admin.baseUrl, size, {
    first: sealPlace(pageTokens, ctx, undefined, now),
    next: last && sealPlace(pageTokens, ctx, last, now),
  });
  writeJson(
    ctx,
    200,
    page.map((message) => messageJson(admin, message)),
  );
}

function readStatus(value: string | undefined): MessageStatus | undefined {
  const status = STATUSES.find((each) => each === value);
  if (value !== undefined && status === undefined)
    throw new SallyportError('bad_request', `status is one of ${STATUSES.join(', ')}.`);
  return status;
}

async function get(admin: AdminContext, ctx: Context): Promise<void> {
  const id = parseMessageId(ctx['params'].id);
  if (id === undefined) throw new SallyportError('bad_request', 'The message id is malformed.');
  const found = await admin.store.outbox.find(id);
  if (found === undefined) throw new SallyportError('not_found', 'There is no such message.');
  writeJson(ctx, 200, {
    ...messageJson(admin, found.message),
    dispatches: found.dispatches.map(dispatchJson).toReversed(),
  });
}

function messageJson({ config }: AdminContext, message: OutboxMessage): JsonObject {
  const { id, status, type, recipient, channel, template, sendCount, createdAt, updatedAt } = message;
  const readable = config.dev && type !== 'http';
  return {
    id,
    status,
    type,
    // Only the origin of a web hook's address: its path and query may hold keys.
    recipient: type === 'http' ? (URL.parse(recipient)?.origin ?? REDACTED) : recipient,
    body: readable ? message.body : REDACTED,
    subject: readable ? message.subject : REDACTED,
    template_type: template,
    channel,
    send_count: sendCount,
    created_at: time(createdAt),
    updated_at: time(updatedAt),
  };
}

function dispatchJson({ id, messageId, status, error, createdAt }: Dispatch): JsonObject {
  return {
    id,
    message_id: messageId,
    status,
    error: error === undefined ? null : { code: 500, status: 'Internal Server Error', message: error },
    created_at: time(createdAt),
    updated_at: time(createdAt),
  };
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
