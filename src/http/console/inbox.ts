import type Router from '@koa/router';
import type { Context } from 'koa';
import type { OutboxMessage } from '../../courier/message.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseMessageId } from '../../kernel/id.ts';
import {
  MESSAGE_FRAME_POLICY,
  renderInboxMessagePage,
  renderInboxPage,
  type InboxMessage,
} from './pages/inbox-page.ts';
import type { PageContext } from '../../pages/page.ts';
import { setPageHeaders } from '../middleware/headers.ts';
import type { Web } from '../self-service/context.ts';

export interface InboxParts {
  /** A message's HTML, drawn when it is looked at. */
  html(message: OutboxMessage): string | undefined;
}

const SHOWN = 200;

/** Under development the inbox of mails that were kept. */
export function inboxRoutes(router: Router, web: Web, { html }: InboxParts, context: PageContext): void {
  const { config, store } = web.runner;
  const base = config.serve.admin.baseUrl;
  const show = (ctx: Context, page: string): void => {
    ctx.type = 'text/html; charset=utf-8';
    setPageHeaders(ctx, { formOrigins: [] });
    ctx.body = page;
  };
  if (!config.dev) return; // mails hold codes and links: only a development server shows them

  const find = async (ctx: Context): Promise<OutboxMessage> => {
    const id = parseMessageId(ctx['params'].id);
    const found = id && (await store.outbox.find(id));
    if (!found) throw new SallyportError('not_found', 'There is no such message.');
    return found.message;
  };
  router.get('/inbox', async (ctx) => {
    const messages = await store.outbox.list({
      status: undefined,
      recipient: undefined,
      after: undefined,
      size: SHOWN,
    });
    show(
      ctx,
      renderInboxPage(
        messages.map((each) => view(each, base)),
        context,
      ),
    );
  });
  router.get('/inbox/:id', async (ctx) => {
    const message = await find(ctx);
    const frame = html(message) === undefined ? undefined : `${base}/inbox/${message.id}/html`;
    show(ctx, renderInboxMessagePage(view(message, base), frame, context));
    if (frame !== undefined)
      ctx.set('Content-Security-Policy', `${ctx.response.get('Content-Security-Policy')}; frame-src 'self'`);
  });
  router.get('/inbox/:id/html', async (ctx) => {
    const page = html(await find(ctx));
    if (page === undefined) throw new SallyportError('not_found', 'The message has no HTML.');
    ctx.type = 'text/html; charset=utf-8';
    ctx.set('Content-Security-Policy', MESSAGE_FRAME_POLICY);
    ctx.set('X-Frame-Options', 'SAMEORIGIN');
    ctx.body = page;
  });
}

const CODES = ['recovery_code', 'verification_code', 'login_code', 'registration_code'];

function codeOf({ data }: OutboxMessage): string | undefined {
  return CODES.map((name) => data[name]).find((value) => typeof value === 'string');
}

function view(message: OutboxMessage, base: string): InboxMessage {
  const { id, recipient, subject, body, template, status, createdAt } = message;
  return {
    id,
    recipient,
    subject,
    body,
    template,
    status,
    code: codeOf(message),
    createdAt: new Date(createdAt).toISOString(),
    address: `${base}/inbox/${id}`,
  };
}
