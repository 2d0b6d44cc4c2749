import { html } from './html.ts';
import { link, page, textsOf, type PageContext } from './page.ts';

/** The content of an error page. Only `details` and `why` name hooks and causes, under `dev`. */
export interface ErrorView {
  readonly status: number;
  /** A sentence for the person, if it is better than that of the status. */
  readonly message?: string;
  readonly requestId?: string;
  readonly details?: readonly (readonly [label: string, value: string])[];
  /** The text of `why` about the flow; under `dev` only. */
  readonly why?: string;
  /** The address where the person starts again. */
  readonly again?: string;
}

export function renderErrorPage(
  { status, message, requestId, details, why, again }: ErrorView,
  context: PageContext,
): string {
  const { error } = textsOf(context);
  const known: Readonly<Record<number, readonly [string, string]>> = error.known;
  const [title, text] = known[status] ?? known[status < 500 ? 400 : 500] ?? ['', ''];
  const rows = [...(requestId === undefined ? [] : [[error.request, requestId] as const]), ...(details ?? [])];
  return page(
    context,
    { title, failed: true },
    html`<section class="card">
      <p class="status" aria-hidden="true">${status}</p>
      <h1>${title}</h1>
      <p class="lead">${message ?? text}</p>
      <div class="buttons">
        ${link(again, error.again, 'button first')}${link(context.links.home, error.home, 'button second')}
      </div>
      ${
        rows.length > 0 &&
        html`<dl class="small">
          ${rows.map(
            ([label, value]) =>
              html`<div>
                <dt>${label}</dt>
                <dd><code>${value}</code></dd>
              </div>`,
          )}
        </dl>`
      }
      ${
        why !== undefined &&
        html`<section class="why">
          <h2>${error.why}</h2>
          <pre>${why}</pre>
        </section>`
      }
    </section>`,
  );
}
