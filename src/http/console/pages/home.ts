import type { Figures } from '../../../diagram/figures.ts';
import { sayMs } from '../../../diagram/figures.ts';
import { attributes, html, written, type Html } from '../../../pages/html.ts';
import { link, page, textsOf, type PageContext } from '../../../pages/page.ts';
import type { Texts } from '../../../pages/texts.ts';
import { flowTable, type FlowLine } from './flow-table.ts';

/** Addresses of the assets of these pages. */
export interface LiveAssets {
  readonly style: string;
  readonly script: string;
}

export interface FlowsHome {
  readonly version: string;
  readonly places: readonly { readonly title: string; readonly text: string; readonly address: string }[];
  /** All flows, to choose from. */
  readonly tabs: readonly {
    readonly kind: string;
    readonly title: string;
    readonly address: string;
    readonly count: number;
    readonly now: boolean;
  }[];
  /** The SVG of the chosen flow, escaped by its writer. */
  readonly picture: string;
  /** The states of the chosen flow, for screen readers. */
  readonly states: readonly { readonly path: string; readonly title: string }[];
  readonly figures: Figures;
  readonly list: FlowList;
  /** The address of the stream of server-sent events. */
  readonly news: string;
}

export interface FlowList {
  readonly lines: readonly FlowLine[];
  readonly older: string | undefined;
  /** The address of the first page; undefined on the first page. */
  readonly newest: string | undefined;
  /** The number of rows that were searched; set when the search ended early. */
  readonly looked: number | undefined;
  readonly choices: {
    readonly kinds: readonly string[];
    readonly methods: readonly string[];
    readonly hooks: readonly string[];
  };
  /** The filter of the request. */
  readonly chosen: Readonly<Record<'kind' | 'method' | 'outcome' | 'identity' | 'hook', string>> & {
    readonly slow: boolean;
    readonly failed: boolean;
  };
  /** The flow whose picture is shown; a change of the filter keeps it. */
  readonly flow: string;
}

/** The admin listener's home: every machine with its figures, and the list of recent flows. */
export function renderFlowsHome(view: FlowsHome, context: PageContext, assets: LiveAssets): string {
  const texts = textsOf(context).flows;
  return page(
    context,
    { title: texts.title, width: 'full', extra: assets },
    html`<h1>${texts.title}</h1>
      <p class="lead">${texts.lead} <span id="live" class="badge open" role="status">${texts.still}</span></p>
      <nav class="tabs" aria-label="${texts.title}">
        ${view.tabs.map(
          ({ kind, title, address, count, now }) =>
            html`<a${attributes({ href: address, 'aria-current': now ? 'page' : undefined, 'data-kind': kind })}>${title} <span class="tally">${count}</span></a>`,
        )}
      </nav>
      <section aria-label="${texts.picture}">
        ${stage(view.picture, texts)}
        <details>
          <summary>${texts.table}</summary>
          <div class="scroll">${figuresTable(view, texts)}</div>
        </details>
      </section>
      <section
        class="recent"
        aria-labelledby="recent"
        data-news="${view.news}"
        data-live="${texts.live}"
        data-still="${texts.still}"
      >
        <h2 id="recent">${texts.recent}</h2>
        ${filterForm(view.list, texts, context.base)} ${flowTable(view.list.lines, texts)}
        ${view.list.looked !== undefined && html`<p class="lead">${texts.looked.replace('{count}', String(view.list.looked))}</p>`}
        <p class="pager">${link(view.list.newest, `← ${texts.newest}`)} ${link(view.list.older, `${texts.older} →`)}</p>
      </section>
      <footer>
        <p class="places">
          ${view.places.map(({ title, text, address }) => html`<span>${link(address, title)} – ${text}</span> `)}
        </p>
        <p>${context.name} ${view.version}</p>
      </footer>`,
  );
}

/** A diagram in a box that scrolls by itself, with the legend of its colours. */
export function stage(picture: string, texts: Texts['flows']): Html {
  const looks = ['waiting', 'checking', 'hook', 'store', 'write', 'refusal', 'dead'];
  return html`<div id="stage" class="stage" tabindex="0" role="region" aria-label="${texts.picture}">
      ${written(picture)}
    </div>
    <ul class="legend">
      ${texts.legend.map((text, i) => html`<li class="${looks[i] ?? ''}">${text}</li>`)}
    </ul>`;
}

function figuresTable({ states, figures }: FlowsHome, texts: Texts['flows']): Html {
  return html`<table id="figures">
    <thead>
      <tr>
        <th scope="col">${texts.state}</th>
        <th scope="col" class="number">${texts.count}</th>
        <th scope="col" class="number">${texts.median}</th>
      </tr>
    </thead>
    <tbody>
      ${states.map(({ path, title }) => {
        const figure = figures.states[path];
        const median = figure?.median;
        return html`<tr${attributes({ 'data-state': path })}>
          <td>${title} <code>${path}</code></td>
          <td class="number">${figure?.count ?? 0}</td>
          <td class="number">${median === undefined ? '–' : sayMs(median)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function filterForm({ chosen, choices, flow }: FlowList, texts: Texts['flows'], base: string): Html {
  const select = (name: keyof typeof chosen, label: string, values: readonly (readonly [string, string])[]): Html => {
    const now = chosen[name];
    const all =
      now === '' || typeof now !== 'string' || values.some(([value]) => value === now)
        ? values
        : [...values, [now, now] as const];
    return html`<label
      >${label}
      <select name="${name}">
        <option value="">${texts.any}</option>
        ${all.map(([value, text]) => html`<option${attributes({ value, selected: value === now })}>${text}</option>`)}
      </select>
    </label>`;
  };
  const pairs = (values: readonly string[]) => values.map((value) => [value, value] as const);
  const tick = (name: 'slow' | 'failed', label: string): Html =>
    html`<label class="tick"
      ><input${attributes({ type: 'checkbox', name, value: 'yes', checked: chosen[name] })} /> ${label}</label
    >`;
  return html`<form method="get" action="${base}/" class="filter" id="filter">
    <input type="hidden" name="flow" value="${flow}" />
    ${select('kind', texts.flow, pairs(choices.kinds))} ${select('method', texts.method, pairs(choices.methods))}
    ${select('outcome', texts.outcome, Object.entries(texts.outcomes))}
    ${select('hook', texts.hook, pairs(choices.hooks))}
    <label
      >${texts.identity}
      <input type="text" name="identity" value="${chosen.identity}" autocomplete="off" spellcheck="false"
    /></label>
    ${tick('slow', texts.slow)} ${tick('failed', texts.failed)}
    <button class="second">${texts.filter}</button>
    <a href="${`${base}/?flow=${flow}`}">${texts.all}</a>
  </form>`;
}
