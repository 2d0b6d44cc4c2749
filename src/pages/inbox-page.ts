import { attributes, html, safeUrl, type Html } from './html.ts';
import { moment } from './moment.ts';
import { link, page, wordsOf, type PageContext } from './page.ts';

/** A message as the inbox of a development server shows it. */
export interface InboxMessage {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  /** Plain text. */
  readonly body: string;
  readonly template: string;
  readonly status: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Where its own page is. */
  readonly address: string;
}

/**
 * The headers that the HTML of a message is served with, at an address of its own: its inline style may work, nothing
 * else in it, and only our own page may frame it.
 */
export const MESSAGE_FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

/** All messages, newest first. */
export function renderInboxPage(messages: readonly InboxMessage[], context: PageContext): string {
  const { inbox } = wordsOf(context);
  return page(
    context,
    { title: inbox.title, width: 'wide' },
    html`<h1>${inbox.title}</h1>
      <p class="lead">${inbox.lead}</p>
      <section class="card">
        ${
          messages.length === 0
            ? html`<p class="lead">${inbox.empty}</p>`
            : html`<ul class="list">
                ${messages.map(
                  (message) =>
                    html`<li>
                      <div>
                        ${link(message.address, message.subject || message.template, 'subject')}
                        <p>${message.recipient} · ${moment(message.createdAt)}</p>
                      </div>
                      <span class="badge ${message.status === 'sent' ? 'good' : 'open'}">${message.status}</span>
                    </li>`,
                )}
              </ul>`
        }
      </section>`,
  );
}

/** One message: its link as a button, its text, and its HTML in a frame that can do nothing. */
export function renderInboxMessagePage(message: InboxMessage, frame: string | undefined, context: PageContext): string {
  const { inbox } = wordsOf(context);
  const [first] = linksIn(message.body);
  const src = frame === undefined ? undefined : safeUrl(frame);
  return page(
    context,
    { title: message.subject || message.template, width: 'wide' },
    html`<p>${link(context.links.inbox, `← ${inbox.back}`)}</p>
      <section class="card">
        <h1>${message.subject || message.template}</h1>
        <p class="lead">${inbox.to} ${message.recipient} · ${moment(message.createdAt)}</p>
        ${first !== undefined && html`<p>${link(first, inbox.open, 'button first')}</p>`}
        <div class="letter">${linked(message.body)}</div>
      </section>
      ${
        src !== undefined &&
        html`<section class="card">
        <h2>${inbox.html}</h2>
        <iframe${attributes({ src, title: inbox.html, sandbox: '', loading: 'lazy' })}></iframe>
      </section>`
      }`,
  );
}

const LINK = /https?:\/\/[^\s<>"']+/g;

function linksIn(text: string): readonly string[] {
  return text.match(LINK) ?? [];
}

function linked(text: string): Html {
  const links = linksIn(text);
  const between = text.split(LINK);
  return html`${between.map((part, i) => html`${part}${links[i] !== undefined && link(links[i], links[i])}`)}`;
}
