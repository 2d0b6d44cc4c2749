import { asText } from './as-text.ts';
import { messages } from './field.ts';
import type { Button, FormPlan } from './form-plan.ts';
import { attributes, html, type Html } from './html.ts';
import { moment } from './relative-time.ts';
import type { Texts } from './texts.ts';

/** What the reference calls a key without a name. */
const UNNAMED = 'unnamed';

/** The keys of a person, each with what is known of it and the button that takes it away. */
export function keyList({ buttons }: FormPlan, { keys: texts }: Texts): Html {
  return html`<ul class="list keys">
    ${buttons.map((each) => entry(each, texts))}
  </ul>`;
}

function entry({ node }: Button, texts: Texts['keys']): Html {
  const { name, value, disabled } = node.attributes;
  const told = (key: string): string | undefined => {
    const text = node.meta.label?.context?.[key];
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  const called = told('display_name') ?? UNNAMED;
  const added = moment(told('added_at'));
  const used = moment(told('last_used_at'));
  const about = {
    type: 'submit',
    class: 'danger',
    name,
    value: asText(value),
    disabled,
    'aria-label': node.meta.label?.text,
  };
  return html`<li>
    <div>
      <strong>${called === UNNAMED ? texts.unnamed : called}</strong>
      <p>${added && html`${texts.added} ${added}`}${used && html` · ${texts.lastUsed} ${used}`}</p>
      ${disabled && html`<p>${texts.onlyWay}</p>`}${messages(node.messages)}
    </div>
    <button${attributes(about)}>${texts.remove}</button>
  </li>`;
}
