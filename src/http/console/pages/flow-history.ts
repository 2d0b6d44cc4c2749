import { sayMs } from '../../../diagram/figures.ts';
import { attributes, html, type Content, type Html } from '../../../pages/html.ts';
import { clock, moment } from '../../../pages/relative-time.ts';
import { link, page, textsOf, type PageContext } from '../../../pages/page.ts';
import type { Texts } from '../../../pages/texts.ts';
import { stage, type LiveAssets } from './home.ts';

/** One step of a submit, as the list shows it. */
export interface HistoryStep {
  readonly from: string;
  readonly fromTitle: string;
  readonly event: string;
  readonly eventTitle: string;
  readonly to: string | undefined;
  readonly toTitle: string | undefined;
  readonly failed: boolean;
  readonly ms: number | undefined;
  /** Message texts, causes, names of what a hook changed. */
  readonly notes: readonly string[];
}

export interface HistorySubmit {
  /** RFC 3339. */
  readonly at: string;
  readonly method: string | undefined;
  readonly outcome: keyof Texts['flows']['outcomes'];
  readonly detail: string;
  readonly session: { readonly id: string; readonly address: string } | undefined;
  /** The flow that continued this submit, or that this submit continued. */
  readonly other: { readonly id: string; readonly address: string } | undefined;
  readonly steps: readonly HistoryStep[];
}

export interface FlowHistory {
  readonly id: string;
  readonly title: string;
  readonly type: string | undefined;
  readonly begun: string | undefined;
  readonly expires: string | undefined;
  /** The state the flow stands on now; undefined when its row was removed. */
  readonly stands: string | undefined;
  readonly identity: { readonly id: string; readonly address: string } | undefined;
  /** Names of the fields that the person filled in. */
  readonly typed: readonly string[];
  readonly mails: readonly {
    readonly template: string;
    readonly status: string;
    readonly at: string;
    readonly address: string | undefined;
  }[];
  /** The text of `why`; shown open when something stopped the flow. */
  readonly why: { readonly text: string; readonly stopped: boolean };
  readonly submits: readonly HistorySubmit[];
  readonly picture: string;
  /** The step that is shown, from 0; -1: none. */
  readonly step: number;
}

/** One flow: its path lit in the picture, and every step with its messages and its time. */
export function renderFlowHistory(view: FlowHistory, context: PageContext, assets: LiveAssets): string {
  const { base } = context;
  const texts = textsOf(context).flows;
  const total = view.submits.reduce((sum, { steps }) => sum + steps.length, 0);
  return page(
    context,
    { title: `${view.title} ${view.id.slice(0, 8)}`, width: 'full', extra: assets },
    html`<p>${link(context.links.home, `← ${texts.back}`)}</p>
      <h1>${view.title} <code>${view.id.slice(0, 8)}</code></h1>
      <details${attributes({ class: 'why', open: view.why.stopped })}><summary>${texts.why}</summary><pre>${view.why.text}</pre></details>
      <div class="history">
        <section aria-label="${texts.picture}">${stage(view.picture, texts)}</section>
        <section aria-labelledby="steps" class="steps">
          <h2 id="steps">${texts.steps}</h2>
          ${total > 0 ? stepper(view, total, { base, texts }) : html`<p class="lead">${texts.nothing}</p>`}
          ${submits(view, { base, texts })}
        </section>
      </div>
      <section class="card" aria-labelledby="about">
        <h2 id="about">${texts.about}</h2>
        ${about(view, texts)}
      </section>
      <section class="card" aria-labelledby="mails">
        <h2 id="mails">${texts.mails}</h2>
        ${mails(view, texts)}
      </section>`,
  );
}

/** What the list of steps is drawn with. */
interface Drawn {
  readonly base: string;
  readonly texts: Texts['flows'];
}

const stepAddress = (base: string, id: string, step: number): string => `${base}/flows/${id}?step=${step}#stage`;

/** Links to the steps before and after; they work without the script. */
function stepper({ id, step }: FlowHistory, total: number, { base, texts }: Drawn): Html {
  const to = (n: number): string => stepAddress(base, id, Math.min(Math.max(n, 0), total - 1));
  return html`<p class="stepper" id="stepper">
      ${link(to(0), `« ${texts.first}`)} ${link(to(step - 1), `‹ ${texts.previous}`)}
      <output aria-live="polite">${step + 1} / ${total}</output>
      ${link(to(step + 1), `${texts.next} ›`)} ${link(to(total - 1), `${texts.last} »`)}
    </p>
    <p class="hint">${texts.keys}</p>`;
}

function submits({ submits: all, id, step: shown }: FlowHistory, { base, texts }: Drawn): Html {
  let n = -1;
  return html`${all.map(
    ({ at, method, outcome, detail, session, other, steps }, i) =>
      html`<h3>
          ${texts.submit.replace('{number}', String(i + 1))}
          <small>${clock(at)}${method !== undefined && html` · ${method}`}</small>
          <span class="badge ${outcome}">${texts.outcomes[outcome]}</span>
        </h3>
        ${outcome === 'failed' && html`<p class="message error">${detail}</p>`}
        <ol class="moves">
          ${steps.map((step) => {
            n += 1;
            return html`<li${attributes({ 'data-from': step.from, 'data-to': step.to, 'data-event': step.event, 'data-failed': step.failed, 'aria-current': n === shown ? 'step' : undefined })}>
              <a href="${stepAddress(base, id, n)}">${step.fromTitle}</a>
              <span class="event">${step.eventTitle}</span>
              ${step.failed ? '' : html`→ ${step.toTitle ?? texts.unknownWay}`}
              ${step.ms !== undefined && html`<span class="time">${sayMs(step.ms)}</span>`}
              <code>${step.from}</code>
              ${step.notes.map((note) => html`<p class="note">${note}</p>`)}
            </li>`;
          })}
        </ol>
        ${
          session !== undefined &&
          html`<p>
            ${texts.session}: <a href="${session.address}"><code>${session.id.slice(0, 8)}</code></a>
          </p>`
        }
        ${
          other !== undefined &&
          html`<p>
            ${texts.handed}: <a href="${other.address}"><code>${other.id.slice(0, 8)}</code></a>
          </p>`
        }`,
  )}`;
}

function about(view: FlowHistory, texts: Texts['flows']): Html {
  const rows: readonly (readonly [string, Content])[] = [
    [texts.id, html`<code>${view.id}</code>`],
    [texts.type, view.type],
    [texts.stands, view.stands === undefined ? texts.gone : html`<code>${view.stands}</code>`],
    [texts.begun, moment(view.begun)],
    [texts.expires, moment(view.expires)],
    [texts.identity, view.identity && html`<a href="${view.identity.address}"><code>${view.identity.id}</code></a>`],
    [texts.typed, view.typed.length > 0 && html`${view.typed.join(', ')} <small>(${texts.masked})</small>`],
  ];
  return html`<dl>
    ${rows.map(
      ([term, text]) =>
        text !== undefined &&
        text !== false &&
        html`<div>
          <dt>${term}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

function mails(view: FlowHistory, texts: Texts['flows']): Html {
  if (view.mails.length === 0) return html`<p class="lead">${texts.noMails}</p>`;
  return html`<ul class="list">
    ${view.mails.map(
      ({ template, status, at, address }) =>
        html`<li>
          <div>
            ${address === undefined ? template : link(address, template, 'subject')}
            <p>${clock(at)}</p>
          </div>
          <span class="badge ${status === 'sent' ? 'good' : 'open'}">${status}</span>
        </li>`,
    )}
  </ul>`;
}
