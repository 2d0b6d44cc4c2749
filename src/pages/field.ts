import type { InputAttributes, Node, WireMessage } from '../flow/json.ts';
import type { Json } from '../kernel/json.ts';
import { asText } from './as-text.ts';
import { attributes, html, safeUrl, type Html } from './html.ts';
import { withMoments } from './relative-time.ts';
import { secretText } from './secret-text.ts';
import type { Texts } from './texts.ts';

/** What a field is drawn with, beside its node. */
export interface Drawing {
  readonly texts: Texts;
  /** Makes ids unique on a page with several forms. */
  readonly prefix: string;
  /** The one field that has the focus when the page opens. */
  readonly focus: Node | undefined;
}

/** A field, picture, text or link of a form, with its label and its messages. */
export function field(node: Node, drawing: Drawing): Html | undefined {
  const { attributes: about } = node;
  if (about.node_type === 'input')
    return about.type === 'checkbox' ? checkbox(node, about, drawing) : entry(node, about, drawing);
  if (about.node_type === 'img') {
    const alt = node.meta.label?.text ?? '';
    const src = /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(about.src) ? about.src : safeUrl(about.src);
    return html`<figure>
      ${src !== undefined && html`<img${attributes({ src, alt, width: about.width, height: about.height })} />`}${alt !== '' && html`<figcaption>${alt}</figcaption>`}
    </figure>`;
  }
  if (about.node_type === 'text') return secretText(node, about, drawing.texts, messages(node.messages));
  if (about.node_type === 'script') return undefined; // the page's, not a form's
  const href = safeUrl(about.href);
  return href === undefined
    ? html`<p>${about.title.text}</p>`
    : html`<p><a${attributes({ class: 'button', href })}>${about.title.text}</a></p>`;
}

/** Messages that belong to no field: a screen reader reads errors at once and other messages later. */
export function messages(all: readonly WireMessage[], focus = false): readonly Html[] {
  return all.map(
    ({ id, text: said, type }, i) =>
      html`<p${attributes({
        class: `message ${type}`,
        role: type === 'error' ? 'alert' : 'status',
        'data-id': id,
        ...(focus && i === 0 && { tabindex: -1, autofocus: true }),
      })}>
        ${withMoments(said)}
      </p>`,
  );
}

/**
 * A code field accepts blanks and dashes, which people paste: the server ignores them, and `maxlength` would cut the
 * code.
 */
function entry(node: Node, about: InputAttributes, drawing: Drawing): Html {
  const values = Array.isArray(about.value) ? about.value : [about.value];
  return html`${values.map((value: Json | undefined, i: number) => {
    const id = `${drawing.prefix}-${about.name}${i === 0 ? '' : `-${i}`}`.replace(/[^\w-]+/g, '-');
    const wrong = node.messages.some(({ type }) => type === 'error');
    const input = attributes({
      id,
      name: about.name,
      value: asText(value),
      required: about.required,
      disabled: about.disabled,
      ...(about.name !== 'code' && { pattern: about.pattern, maxlength: about.maxlength }),
      ...typed(about),
      'aria-invalid': wrong ? 'true' : undefined,
      'aria-describedby': node.messages.length > 0 ? `${id}-message` : undefined,
      autofocus: drawing.focus === node && i === 0,
    });
    return html`<div class="field">
      <label for="${id}"
        >${labelOf(node, about)}${about.required === undefined && html` <small>${drawing.texts.optional}</small>`}</label
      >
      <div class="entry"><input${input} /></div>
      ${about_(node, id)}
    </div>`;
  })}`;
}

/** A hidden "false" before a checkbox, as an empty checkbox sends nothing; the last value counts. */
function checkbox(node: Node, about: InputAttributes, drawing: Drawing): Html {
  const id = `${drawing.prefix}-${about.name}`.replace(/[^\w-]+/g, '-');
  const wrong = node.messages.some(({ type }) => type === 'error');
  const box = attributes({
    id,
    type: 'checkbox',
    name: about.name,
    value: 'true',
    checked: about.value === true || about.value === 'true',
    required: about.required,
    disabled: about.disabled,
    'aria-invalid': wrong ? 'true' : undefined,
    'aria-describedby': node.messages.length > 0 ? `${id}-message` : undefined,
    autofocus: drawing.focus === node,
  });
  return html`<div class="field tick">
    ${!about.disabled && html`<input${attributes({ type: 'hidden', name: about.name, value: 'false' })} />`}
    <input${box} />
    <label for="${id}">${labelOf(node, about)}</label>
    ${about_(node, id)}
  </div>`;
}

function about_({ messages: all }: Node, id: string): Html | undefined {
  if (all.length === 0) return undefined;
  const lines = all.map(
    ({ text: said, type, id: number }) =>
      html`<span${attributes({ class: type, 'data-id': number })}>${withMoments(said)}</span>`,
  );
  return html`<p class="hint" id="${id}-message">${lines}</p>`;
}

function labelOf({ meta }: Node, { name }: InputAttributes): string {
  if (meta.label !== undefined && meta.label.text !== '') return meta.label.text;
  const last = name.slice(name.lastIndexOf('.') + 1).replaceAll(/[_-]+/g, ' ');
  return `${last.slice(0, 1).toUpperCase()}${last.slice(1)}`;
}

/** Attributes for a phone's keyboard and for password managers. */
function typed({ name, type, autocomplete }: InputAttributes): Record<string, string | undefined> {
  const quiet = { autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' };
  if (name === 'code' || name === 'totp_code') {
    return { type: 'text', class: 'code', inputmode: 'numeric', autocomplete: 'one-time-code', ...quiet };
  }
  if (name === 'lookup_secret') return { type, class: 'code', autocomplete: 'off', ...quiet };
  // A browser's date-time field has no time zone, which RFC 3339 requires: a text field has both.
  if (type === 'datetime-local')
    return { type: 'text', placeholder: '2026-01-31T12:00:00Z', autocomplete: autocomplete ?? 'off', ...quiet };
  if (type === 'number') return { type, step: 'any', autocomplete: autocomplete ?? 'off' };
  if (type === 'text' && name === 'identifier') return { type, autocomplete: autocomplete ?? 'username', ...quiet };
  if (type === 'email' || type === 'url' || type === 'tel')
    return { type, autocomplete: autocomplete ?? type, ...quiet };
  return { type, autocomplete: autocomplete ?? (type === 'text' ? nameTokens(name) : undefined) };
}

function nameTokens(name: string): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (['given', 'first', 'given_name', 'first_name', 'firstname'].includes(last)) return 'given-name';
  if (['family', 'last', 'family_name', 'last_name', 'lastname', 'surname'].includes(last)) return 'family-name';
  if (last === 'name' || last === 'full_name') return 'name';
  return last === 'username' || last === 'login' ? 'username' : undefined;
}
