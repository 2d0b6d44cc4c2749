import { sayMs } from '../../../diagram/figures.ts';
import { attributes, html, type Html } from '../../../pages/html.ts';
import { clock } from '../../../pages/relative-time.ts';
import type { Words } from '../../../pages/texts.ts';

/** A flow in the list: its newest submit, or that it was opened. */
export interface FlowLine {
  readonly flow: string;
  /** Where its page is. */
  readonly address: string;
  readonly title: string;
  readonly method: string | undefined;
  readonly outcome: keyof Words['flows']['outcomes'];
  /** The state it stands on, or why it failed. */
  readonly detail: string;
  readonly identity: { readonly id: string; readonly address: string } | undefined;
  /** RFC 3339. */
  readonly at: string;
  /** Undefined: there was no submit. */
  readonly tookMs: number | undefined;
}

/** One row; also what a live list is sent. */
export function flowRow(line: FlowLine, words: Words['flows']): Html {
  const { flow, address, title, method, outcome, detail, identity, at, tookMs } = line;
  return html`<tr${attributes({ 'data-flow-id': flow })}>
    <td>${clock(at)}</td>
    <td><a href="${address}">${title} <code>${flow.slice(0, 8)}</code></a></td>
    <td>${method ?? '–'}</td>
    <td><span class="badge ${outcome}">${words.outcomes[outcome]}</span> <small>${detail}</small></td>
    <td class="number">${tookMs === undefined ? '–' : sayMs(tookMs)}</td>
    <td>${identity === undefined ? '–' : html`<a href="${identity.address}"><code>${identity.id.slice(0, 8)}</code></a>`}</td>
  </tr>`;
}

export function flowTable(lines: readonly FlowLine[], words: Words['flows']): Html {
  return html`<div class="scroll">
      <table class="flows" aria-label="${words.recent}">
        <thead>
          <tr>
            <th scope="col">${words.when}</th>
            <th scope="col">${words.flow}</th>
            <th scope="col">${words.method}</th>
            <th scope="col">${words.outcome}</th>
            <th scope="col" class="number">${words.took}</th>
            <th scope="col">${words.identity}</th>
          </tr>
        </thead>
        <tbody id="flows">
          ${lines.map((line) => flowRow(line, words))}
        </tbody>
      </table>
    </div>
    ${lines.length === 0 && html`<p class="lead none">${words.none}</p>`}`;
}
