import { sayMs } from '../../../diagram/figures.ts';
import { attributes, html, type Html } from '../../../pages/html.ts';
import { clock } from '../../../pages/relative-time.ts';
import type { Texts } from '../../../pages/texts.ts';

/** A flow in the list: its newest submit, or its opening. */
export interface FlowLine {
  readonly flow: string;
  /** The address of the flow's page. */
  readonly address: string;
  readonly title: string;
  readonly method: string | undefined;
  readonly outcome: keyof Texts['flows']['outcomes'];
  /** The state the flow stands on, or why it failed. */
  readonly detail: string;
  readonly identity: { readonly id: string; readonly address: string } | undefined;
  /** RFC 3339. */
  readonly at: string;
  /** Undefined: there was no submit. */
  readonly tookMs: number | undefined;
}

/** One row of the list; live lists receive it, too. */
export function flowRow(line: FlowLine, texts: Texts['flows']): Html {
  const { flow, address, title, method, outcome, detail, identity, at, tookMs } = line;
  return html`<tr${attributes({ 'data-flow-id': flow })}>
    <td>${clock(at)}</td>
    <td><a href="${address}">${title} <code>${flow.slice(0, 8)}</code></a></td>
    <td>${method ?? '–'}</td>
    <td><span class="badge ${outcome}">${texts.outcomes[outcome]}</span> <small>${detail}</small></td>
    <td class="number">${tookMs === undefined ? '–' : sayMs(tookMs)}</td>
    <td>${identity === undefined ? '–' : html`<a href="${identity.address}"><code>${identity.id.slice(0, 8)}</code></a>`}</td>
  </tr>`;
}

export function flowTable(lines: readonly FlowLine[], texts: Texts['flows']): Html {
  return html`<div class="scroll">
      <table class="flows" aria-label="${texts.recent}">
        <thead>
          <tr>
            <th scope="col">${texts.when}</th>
            <th scope="col">${texts.flow}</th>
            <th scope="col">${texts.method}</th>
            <th scope="col">${texts.outcome}</th>
            <th scope="col" class="number">${texts.took}</th>
            <th scope="col">${texts.identity}</th>
          </tr>
        </thead>
        <tbody id="flows">
          ${lines.map((line) => flowRow(line, texts))}
        </tbody>
      </table>
    </div>
    ${lines.length === 0 && html`<p class="lead none">${texts.none}</p>`}`;
}
