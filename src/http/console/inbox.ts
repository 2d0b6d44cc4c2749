import type Router from '@koa/router';
import type { Context } from 'koa';
import type { OutboxMessage, OutboxReads } from '../../courier/message.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseMessageId } from '../../kernel/id.ts';
import { showConsolePage } from './context.ts';
import {
  MESSAGE_FRAME_POLICY,
  renderInboxMessagePage,
  renderInboxPage,
  type InboxMessage,
} from './pages/inbox-page.ts';
import type { PageContext } from '../../pages/page.ts';

export interface InboxParts {
  readonly outbox: Pick<OutboxReads, 'find' | 'list'>;
  /** The admin listener's public URL. */
  readonly baseUrl: string;
  readonly page: PageContext;
  /** The HTML of a message, rendered when it is shown. */
  html(message: OutboxMessage): string | undefined;
}

const SHOWN = 200;

/** The inbox of a development server: messages that were kept, with their codes and links. */
export function inboxRoutes(router: Router, { outbox, baseUrl, page, html }: InboxParts): void {
  const find = async (ctx: Context): Promise<OutboxMessage> => {
    const id = parseMessageId(ctx['params'].id);
    const found = id && (await outbox.find(id));
    if (!found) throw new SallyportError('not_found', 'There is no such message.');
    return found.message;
  };
  router.get('/inbox', async (ctx) => {
    const messages = await outbox.list({
      status: undefined,
      recipient: undefined,
      after: undefined,
      size: SHOWN,
    });
    const views = messages.map((each) => view(each, baseUrl));
    showConsolePage(ctx, renderInboxPage(views, page));
  });
  router.get('/inbox/:id', async (ctx) => {
    const message = await find(ctx);
    const frame = html(message) === undefined ? undefined : `${baseUrl}/inbox/${message.id}/html`;
    showConsolePage(ctx, renderInboxMessagePage(view(message, baseUrl), frame, page));
    if (frame !== undefined)
      ctx.set('Content-Security-Policy', `${ctx.response.get('Content-Security-Policy')}; frame-src 'self'`);
  });
  router.get('/inbox/:id/html', async (ctx) => {
    const body = html(await find(ctx));
    if (body === undefined) throw new SallyportError('not_found', 'The message has no HTML.');
    ctx.type = 'text/html; charset=utf-8';
    ctx.set('Content-Security-Policy', MESSAGE_FRAME_POLICY);
    ctx.set('X-Frame-Options', 'SAMEORIGIN');
    ctx.body = body;
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
