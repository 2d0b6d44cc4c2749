import type { FlowKind } from '../flow/flow.ts';
import type { Ui } from '../flow/json.ts';
import { button, hiddenInputs } from './buttons.ts';
import { field, messages } from './field.ts';
import { isInput, planForms } from './form-plan.ts';
import { attributes, html, safeUrl } from './html.ts';
import { link, page, textsOf, type PageContext } from './page.ts';

/** The page of a mailed link: what it is about, and the button that uses it. Without a form: that it is over. */
export function renderLinkPage(kind: FlowKind, ui: Ui, context: PageContext): string {
  const texts = textsOf(context);
  const over = ui.nodes.length === 0;
  const { title, lead } = texts.link[over ? 'over' : kind === 'recovery' ? kind : asks(ui) ? 'first' : 'verification'];
  const action = safeUrl(ui.action);
  const failed = ui.messages?.some(({ type }) => type === 'error') ?? false;
  const forms = planForms(kind, ui.nodes).map(
    (plan) =>
      html`<form${attributes({ action, method: 'post' })}>
        ${hiddenInputs(plan)}${plan.shown.map((node) => field(node, { texts, prefix: plan.group, focus: undefined }))}
        <div class="buttons">${plan.buttons.map((each) => button(each, plan, texts))}</div>
      </form>`,
  );
  return page(context, { title, failed }, [
    html`<section class="card">
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
      ${messages(ui.messages ?? [], failed)}${forms}
    </section>`,
    html`<footer>${over && html`<p>${link(context.links.home, texts.error.home)}</p>`}</footer>`,
  ]);
}

/** Whether it asks for a credential of an account that nobody has confirmed yet. */
const asks = ({ nodes }: Ui): boolean => nodes.filter(isInput).some(({ attributes: { name } }) => name === 'set_new');
