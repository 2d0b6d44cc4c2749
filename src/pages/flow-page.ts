import type { FlowKind } from '../flow/flow.ts';
import { hidesTyping, type FlowJson, type Node } from '../flow/json.ts';
import { NO_MORE_TRIES } from '../kernel/messages.ts';
import { button, hiddenInputs } from './buttons.ts';
import { field, messages, type Drawing } from './field.ts';
import { asksAgain, isInput, planForms, type FormPlan } from './form-plan.ts';
import { attributes, html, safeUrl, type Html } from './html.ts';
import { keyList } from './key-list.ts';
import { scripts } from './node-scripts.ts';
import { pageNodes } from './page-nodes.ts';
import { link, page, textsOf, type PageContext } from './page.ts';
import type { Texts } from './texts.ts';

/** Messages of a login that say no more than the heading of its page: a fresh proof, a second one. */
const HEADED: ReadonlySet<number> = new Set([1010003, 1010004]);
/** Message of the settings that a recovery ends in. */
const RECOVERED = 1060001;

/** The page of a flow, from the JSON that every client gets. `username`: by which the person of the flow signs in. */
export function renderFlowPage(kind: FlowKind, flow: FlowJson, context: PageContext, username?: string): string {
  const texts = textsOf(context);
  const { title, lead } = heading(kind, flow, texts);
  const recovered = flow.ui.messages?.some(({ id }) => id === RECOVERED) ?? false;
  const second = flow['requested_aal'] === 'aal2';
  const plans = planForms(second ? 'second_factor' : kind, pageNodes(kind, flow, texts)).toSorted((one, other) =>
    recovered ? Number(asksSecret(other)) - Number(asksSecret(one)) : 0,
  );
  const said = (flow.ui.messages ?? []).filter(({ id }) => !HEADED.has(id));
  const failed = said.some(isError) || flow.ui.nodes.some((node) => node.messages.some(isError));
  const focus = said.some(isError) ? undefined : firstField(kind, plans, recovered);
  const drawn = plans.map((plan, i) => form(plan, flow, { texts, prefix: `${plan.group}-${i}`, focus }, username));
  const notices = messages(said, focus === undefined && failed);

  if (kind === 'settings') {
    return page(context, { title, width: 'wide', at: 'settings', failed }, [
      html`<h1>${title}</h1>
        <p class="lead">${lead}</p>
        ${notices}`,
      ...sections(plans, drawn, texts),
      scripts(flow.ui.nodes),
    ]);
  }
  const over = flow.state === 'sent_email' && said.some(({ context: about }) => about?.['reason'] === NO_MORE_TRIES);
  const start = context.links[kind];
  const same = start !== undefined && flow['refresh'] === true ? `${start}?refresh=true` : start;
  const anew = over && link(onwards(same, flow), texts.error.again, 'button');
  const parts = anew ? [anew] : second ? oneOfSeveral(drawn, failed, texts) : sideBySide(drawn, texts);
  return page(context, { title, failed }, [
    html`<section class="card">
      <h1>${title}</h1>
      ${lead !== '' && html`<p class="lead">${lead}</p>`}${known(flow, texts, username)}${sentTo(flow, texts)}${notices}${parts}
    </section>`,
    html`<footer>${elsewhere(kind, flow, context)}</footer>`,
    scripts(flow.ui.nodes),
  ]);
}

/** Several forms of which any will do. */
const sideBySide = (forms: readonly Html[], { or }: Texts): readonly Html[] =>
  forms.map((piece, i) =>
    i === 0
      ? piece
      : html`<p class="or"><span>${or}</span></p>
          ${piece}`,
  );

/** One form, and the others behind a click; all of them after a refusal, which may be about any. */
function oneOfSeveral([first, ...others]: readonly Html[], open: boolean, texts: Texts): readonly (Html | undefined)[] {
  if (others.length === 0) return [first];
  return [
    first,
    html`<details class="others" ${attributes({ open })}>
      <summary>${texts.secondStep.others}</summary>
      ${sideBySide(others, texts)}
    </details>`,
  ];
}

/** True for the form of a secret that the person chooses: after a recovery it stands first. */
const asksSecret = ({ shown }: FormPlan): boolean =>
  shown.some((node) => isInput(node) && hidesTyping(node.attributes));

/** The account that is asked for a proof: of whoever is signed in, or has said who they are on the page before. */
function known(flow: FlowJson, { refresh, login }: Texts, username: string | undefined): Html | undefined {
  const signedIn = flow['refresh'] === true || flow['requested_aal'] === 'aal2';
  const who = named(flow) ?? (signedIn ? username : undefined);
  if (who === undefined || !(signedIn || saysWho(flow))) return undefined;
  return html`<p class="who">${signedIn ? refresh.as : login.as} <strong>${who}</strong></p>`;
}

function named({ ui }: FlowJson): string | undefined {
  const value = ui.nodes.filter(isInput).find(({ attributes: { name } }) => name === 'identifier')?.attributes.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A login whose person has said on the page before who they are. */
const saysWho = ({ state, ui }: FlowJson): boolean =>
  state === 'choose_method' &&
  ui.nodes.some((node) => isInput(node) && node.attributes.name === 'identifier' && node.attributes.type === 'hidden');

/**
 * For password managers, which keep a password under the name of this field: in a form with a password that shows no
 * field for a name. It has no name itself, so it is not sent.
 */
function unseenUsername({ hidden, shown }: FormPlan, username: string | undefined): Html | undefined {
  const fields = shown.filter(isInput).map(({ attributes }) => attributes);
  const asked = fields.some(
    ({ name, type }) => type === 'email' || name === 'identifier' || name.startsWith('traits.'),
  );
  if (asked || !fields.some(hidesTyping)) return undefined;
  const carried = hidden
    .map(({ attributes }) => attributes)
    .find(({ name, value }) => name === 'identifier' || (name.startsWith('traits.') && String(value).includes('@')));
  const value = typeof carried?.value === 'string' && carried.value !== '' ? carried.value : username;
  if (value === undefined) return undefined;
  return html`<input${attributes({ type: 'text', autocomplete: 'username', value, readonly: true, tabindex: -1, hidden: true })} />`;
}

/** The address that the message went to, or would have gone to, so that a person notices a typing error. */
function sentTo(flow: FlowJson, { sent }: Texts): Html | undefined {
  if (flow.state !== 'sent_email' || flow['refresh'] === true) return undefined;
  const texts = flow.ui.nodes.filter(isInput).flatMap(({ attributes: { name, type, value } }) => {
    const names = type === 'submit' ? ['email', 'sms'] : type === 'hidden' ? ['identifier'] : [];
    const trait = type === 'hidden' && name.startsWith('traits.') && /^[^\s@]+@[^\s@]+$|^\+\d+$/.test(String(value));
    return typeof value === 'string' && (names.includes(name) || trait) ? [value] : [];
  });
  if (texts.length === 0) return undefined;
  return html`<p class="who">${sent.to} <strong>${texts.join(', ')}</strong></p>`;
}

function heading(kind: FlowKind, flow: FlowJson, texts: Texts): { readonly title: string; readonly lead: string } {
  if (kind === 'login') {
    if (flow.state === 'sent_email') return texts.sent;
    if (flow['requested_aal'] === 'aal2') return texts.secondStep;
    return flow['refresh'] === true ? texts.refresh : texts.login;
  }
  if (flow.state === 'sent_email') return texts.sent;
  if (kind === 'verification' && flow.state === 'passed_challenge') return texts.verified;
  return texts[kind];
}

function form(plan: FormPlan, { ui, state }: FlowJson, drawing: Drawing, username: string | undefined): Html {
  const fields = plan.shown.map((node) => field(node, drawing));
  const action = safeUrl(ui.action);
  if (plan.buttons.length === 0 || action === undefined) return html`${fields}`;
  const buttons = plan.buttons.map((each) =>
    state === 'sent_email' && asksAgain(each.node, ui.nodes)
      ? html`${button(each, plan, drawing.texts)}
          <p class="hint">${drawing.texts.resendHint}</p>`
      : button(each, plan, drawing.texts),
  );
  const method = ui.method === 'GET' ? 'get' : 'post';
  // A form with GET puts its fields into the address: no CSRF token goes there.
  const hidden = method === 'post' && hiddenInputs(plan);
  return html`<form${attributes({ action, method, 'data-group': plan.group })}>
    ${hidden}${unseenUsername(plan, username)}${fields}
    ${plan.keys ? keyList(plan, drawing.texts) : html`<div class="buttons">${buttons}</div>`}
  </form>`;
}

/** A part of the settings for each group of forms. */
function sections(plans: readonly FormPlan[], drawn: readonly Html[], texts: Texts): readonly Html[] {
  const groups = [...new Set(plans.map(({ group }) => group))];
  return groups.map((group) => {
    const [title, lead] = texts.groups[group] ?? [group, ''];
    const id = `section-${group}`;
    return html`<section class="card split" aria-labelledby="${id}">
      <div>
        <h2 id="${id}">${title}</h2>
        ${lead !== '' && html`<p class="lead">${lead}</p>`}
      </div>
      <div>${drawn.filter((_, i) => plans[i]?.group === group)}</div>
    </section>`;
  });
}

/** The address of another flow, with the `return_to` of this one. */
function onwards(address: string | undefined, { return_to: wanted }: FlowJson): string | undefined {
  if (address === undefined || wanted === undefined) return address;
  return `${address}${address.includes('?') ? '&' : '?'}return_to=${encodeURIComponent(wanted)}`;
}

/** Links to the other flows, with the `return_to` of this one. */
function elsewhere(
  kind: FlowKind,
  flow: FlowJson,
  { links, ...context }: PageContext,
): readonly (Html | undefined | false)[] {
  const texts = textsOf({ links, ...context });
  const line = (question: string, there: Html | undefined): Html | undefined =>
    there && html`<p>${question} ${there}</p>`;
  const waits = flow.state === 'sent_email';
  const inbox = waits && link(links.inbox, texts.toInbox);
  const again = flow['refresh'] === true || flow['requested_aal'] === 'aal2';
  if (kind === 'login' && again)
    return [line('', link(links.logout, texts.welcome.signOut)), line('', inbox || undefined)];
  return [
    line('', inbox || undefined),
    kind === 'login' && (waits || saysWho(flow)) && line('', link(onwards(links.login, flow), texts.otherWay)),
    kind === 'login' && !waits && line('', link(onwards(links.recovery, flow), texts.toRecovery)),
    kind === 'login' && line(texts.toRegistration[0], link(onwards(links.registration, flow), texts.toRegistration[1])),
    kind === 'registration' && line(texts.toLogin[0], link(onwards(links.login, flow), texts.toLogin[1])),
    kind !== 'login' && waits && line('', link(onwards(links[kind], flow), texts.otherAddress)),
    kind === 'verification' && flow.state !== 'passed_challenge' && line('', link(links.home, texts.error.home)),
    kind === 'recovery' && line(texts.backToLogin[0], link(onwards(links.login, flow), texts.backToLogin[1])),
  ];
}

/** The field with the focus: the first one with an error, else the first empty one. Settings have none. */
function firstField(kind: FlowKind, plans: readonly FormPlan[], recovered: boolean): Node | undefined {
  const fields = plans
    .flatMap(({ shown }) => shown)
    .filter(isInput)
    .filter(({ attributes: { disabled } }) => !disabled);
  const wrong = fields.find((node) => node.messages.some(isError));
  if (wrong !== undefined || (kind === 'settings' && !recovered)) return wrong;
  return fields.find(({ attributes: { value } }) => value === undefined || value === '');
}

const isError = ({ type }: { readonly type: string }): boolean => type === 'error';
