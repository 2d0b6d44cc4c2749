import { html } from './html.ts';
import { link, page, wordsOf, type PageContext } from './page.ts';

/** What the admin listener offers to people. */
export interface AdminHomeView {
  readonly version: string;
  readonly places: readonly { readonly title: string; readonly text: string; readonly address: string }[];
}

export function renderAdminHome({ version, places }: AdminHomeView, context: PageContext): string {
  const { admin } = wordsOf(context);
  return page(
    context,
    { title: admin.title, width: 'wide' },
    html`<h1>${admin.title}</h1>
      <p class="lead">${admin.lead}</p>
      <section class="card">
        <ul class="list">
          ${places.map(
            ({ title, text, address }) =>
              html`<li>
                <div>
                  ${link(address, title, 'subject')}
                  <p>${text}</p>
                </div>
              </li>`,
          )}
        </ul>
      </section>
      <footer><p>${context.name} ${version}</p></footer>`,
  );
}
