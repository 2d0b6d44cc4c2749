import { attributes, html, safeUrl, type Html } from '../../../pages/html.ts';
import { moment } from '../../../pages/relative-time.ts';
import { link, page, textsOf, type PageContext } from '../../../pages/page.ts';

/** A message as the inbox of a development server shows it. */
export interface InboxMessage {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  /** Plain text. */
  readonly body: string;
  readonly template: string;
  readonly status: string;
  /** The one-time code in the message. */
  readonly code: string | undefined;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The address of the message's own page. */
  readonly address: string;
}

/**
 * The Content-Security-Policy of a message's HTML, at an address of its own: inline styles work, nothing else does, and
 * only a page of this server may frame it.
 */
export const MESSAGE_FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

/** All messages, newest first. */
export function renderInboxPage(messages: readonly InboxMessage[], context: PageContext): string {
  const { inbox } = textsOf(context);
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
                        ${link(message.address, titleOf(message), 'subject')}
                        <p>${message.recipient} · ${moment(message.createdAt)}</p>
                      </div>
                      ${message.code !== undefined && html`<code class="once">${message.code}</code>`}
                      <span class="badge ${message.status === 'sent' ? 'good' : 'open'}">${message.status}</span>
                    </li>`,
                )}
              </ul>`
        }
      </section>`,
  );
}

/** One message: its code and link first, then its text, and its HTML in a sandboxed frame. */
export function renderInboxMessagePage(message: InboxMessage, frame: string | undefined, context: PageContext): string {
  const { inbox } = textsOf(context);
  const [first] = linksIn(message.body);
  const src = frame === undefined ? undefined : safeUrl(frame);
  return page(
    context,
    { title: titleOf(message), width: 'wide' },
    html`<p>${link(context.links.inbox, `← ${inbox.back}`)}</p>
      <section class="card">
        <h1>${titleOf(message)}</h1>
        <p class="lead">${inbox.to} ${message.recipient} · ${moment(message.createdAt)}</p>
        ${message.code !== undefined && html`<p class="once">${message.code}</p>`}
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

/** The title of a message; a text message has no subject, so its first line is the title. */
const titleOf = ({ subject, body, template }: InboxMessage): string =>
  subject || body.split('\n', 1)[0]?.slice(0, 120) || template;

const LINK = /https?:\/\/[^\s<>"']+/g;

function linksIn(text: string): readonly string[] {
  return text.match(LINK) ?? [];
}

function linked(text: string): Html {
  const links = linksIn(text);
  const between = text.split(LINK);
  return html`${between.map((part, i) => html`${part}${links[i] !== undefined && link(links[i], links[i])}`)}`;
}
