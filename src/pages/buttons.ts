import { asText } from './as-text.ts';
import { messages } from './field.ts';
import { namesProvider, type Button, type FormPlan, type Input } from './form-plan.ts';
import { attributes, html, type Html } from './html.ts';
import type { Texts } from './texts.ts';

/**
 * Hidden fields; without `method` where the submit button sends it, as a key may come only once. `onloadTrigger` names a function
 * that the page's script calls when it is there.
 */
export function hiddenInputs({ hidden }: Pick<FormPlan, 'hidden'>): readonly Html[] {
  return hidden.map(
    ({ attributes: { name, value, onloadTrigger } }) =>
      html`<input${attributes({ type: 'hidden', name, value: asText(value), 'data-load': onloadTrigger })} />`,
  );
}

export function button(each: Button, { hidden }: Pick<FormPlan, 'hidden'>, texts: Texts): Html {
  const { node, aside } = each;
  const { name, type, value, disabled, onclickTrigger } = node.attributes;
  if (type === 'button' && onclickTrigger !== undefined) return trigger(each, onclickTrigger, texts);
  const said = hidden.some(({ attributes: other }) => other.name === name && asText(other.value) === asText(value));
  const about = attributes({
    type: type === 'button' ? 'button' : 'submit',
    class: looks(node, aside),
    disabled,
    formnovalidate: aside,
    ...(!said && { name, value: asText(value) }),
  });
  return html`<button${about}>${letter(node)}${node.meta.label?.text ?? asText(value)}</button>${messages(node.messages)}`;
}

/**
 * A button by which the browser is asked for a key. The page's script makes it work, once the function is there that it names;
 * until then, and where there is no script, nothing can be pressed.
 */
function trigger({ node, aside }: Button, run: string, { keys }: Texts): Html {
  const { name, value } = node.attributes;
  const about = {
    type: 'button',
    class: looks(node, aside),
    name,
    value: asText(value),
    disabled: true,
    'data-run': run,
  };
  return html`<button${attributes(about)}>${node.meta.label?.text}</button>
    <p class="hint" data-unsupported hidden>${keys.unsupported}</p>
    <noscript><p class="hint">${keys.noScript}</p></noscript>${messages(node.messages)}`;
}

/** A provider's first letter instead of its logo, which would be a trademark. */
function letter({ meta }: Input): Html | undefined {
  const provider = meta.label?.context?.['provider'];
  if (typeof provider !== 'string' || provider === '') return undefined;
  return html`<span class="letter" aria-hidden="true">${[...provider][0]?.toUpperCase()}</span>`;
}

function looks(node: Input, aside: boolean): string {
  const { name } = node.attributes;
  if (DANGEROUS.has(name)) return 'danger';
  if (name === 'screen') return 'plain';
  if (namesProvider(node) || PLAINER.has(name)) return 'second';
  return aside ? 'second' : 'first';
}

const DANGEROUS: ReadonlySet<string> = new Set([
  'unlink',
  'totp_unlink',
  'lookup_secret_disable',
  'webauthn_remove',
  'passkey_remove',
]);
const PLAINER: ReadonlySet<string> = new Set([
  'set_new',
  'not_me',
  'resend',
  'email',
  'sms',
  'address',
  'lookup_secret_reveal',
  'lookup_secret_regenerate',
]);
