import { SallyportError, must } from '../kernel/error.ts';
import { parseMessageId } from '../kernel/id.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import { PLUGIN_REQUEST, type Mail, type OutboxMessage } from './message.ts';
import type { Templates } from './template.ts';
import type { Rendered } from './template-parts.ts';

/** What `renderMessage` needs to turn a mail into a row. */
export interface OutboxDeps {
  readonly templates: Templates;
  readonly clock: Clock;
  readonly random: Random;
  /** `serve.public.base_url`: every mailed link begins with it. */
  readonly publicUrl: string;
}

/**
 * The row of a message: subject and plain text as they will be sent. HTML is made when it is sent, from the same data.
 * Throws `bad_request` for a recipient that is not one address; the operation that wanted the mail fails with it.
 */
export function renderMessage(mail: Mail, { templates, clock, random, publicUrl }: OutboxDeps): OutboxMessage {
  const now = clock.now();
  return {
    ...mail,
    ...render(mail, templates, publicUrl),
    id: must(parseMessageId(random.uuidAt(now)), 'a message id'),
    status: mail.channel === 'none' ? 'abandoned' : 'queued',
    sendCount: 0,
    dueAt: now,
    createdAt: now,
    updatedAt: now,
  };
}

function render(
  mail: Mail,
  templates: Templates,
  publicUrl: string,
): { readonly subject: string; readonly body: string } {
  if (mail.template === PLUGIN_REQUEST) {
    const { body } = mail.data;
    return { subject: '', body: typeof body === 'string' ? body : '' };
  }
  for (const name of ['verification_url', 'recovery_url']) checkLink(mail.data[name], publicUrl);
  if (mail.type === 'sms') return { subject: '', body: templates.render(mail.template, 'sms', mail.data) };
  if (parseMailAddress(mail.recipient) === undefined) {
    throw new SallyportError('bad_request', 'The recipient of a message is not one plain e-mail address.');
  }
  return {
    subject: templates.render(mail.template, 'subject', mail.data),
    body: templates.render(mail.template, 'text', mail.data),
  };
}

/** The HTML alternative, made at the moment of sending (or of looking at it); undefined where there is none. */
export function renderHtml(message: OutboxMessage, templates: Templates): string | undefined {
  if (message.type !== 'email' || message.template === PLUGIN_REQUEST) return undefined;
  const template: Rendered = message.template;
  return templates.render(template, 'html', { ...message.data, subject: message.subject });
}

/** Refuses a link to another origin: part of a request would have found its way into a mail (security RV-1). */
function checkLink(url: unknown, publicUrl: string): void {
  if (url === undefined || url === null) return;
  const base = `${publicUrl.replace(/\/+$/, '')}/`;
  if (typeof url !== 'string' || !url.startsWith(base))
    throw new Error('A link in a mail does not begin with the public base URL.');
}
