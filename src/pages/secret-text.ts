import type { Node, TextAttributes, WireMessage } from '../flow/json.ts';
import type { Json } from '../kernel/json.ts';
import { attributes, html, type Html } from './html.ts';
import { withMoments } from './relative-time.ts';
import type { Texts } from './texts.ts';

/** A text of a form: a secret to type into an app, or a list of codes to keep. */
export function secretText(
  { meta }: Node,
  { text: said, id }: TextAttributes,
  texts: Texts,
  messages: readonly Html[],
): Html {
  const codes = codesIn(said);
  const body = codes.length > 0 ? codeList(codes, texts) : html`<p class="secret"><code>${inGroups(said)}</code></p>`;
  return html`<div class="text" ${attributes({ 'data-node': id })}>
    ${meta.label && html`<p class="caption">${meta.label.text}</p>`}${body}${messages}
  </div>`;
}

interface Code {
  readonly text: string;
  readonly used: boolean;
}

/** Codes, and what the script offers to do with them; without it they are there to be written down. */
function codeList(codes: readonly Code[], { codes: texts }: Texts): Html {
  const buttons = Object.entries(texts.buttons).map(
    ([action, label]) =>
      html`<button${attributes({ type: 'button', class: 'second', 'data-keep': action })}>${label}</button>`,
  );
  return html`<ul class="codes">
      ${codes.map(({ text, used }) => html`<li${attributes({ class: used ? 'used' : undefined })}>${withMoments(text)}</li>`)}
    </ul>
    <p class="hint">${texts.hint}</p>
    <div${attributes({ class: 'buttons row keep', hidden: true, 'data-copied': texts.copied, 'data-file': texts.file })}>${buttons}</div>`;
}

/** The entries are messages: of a code, or of its use. */
function codesIn({ context }: WireMessage): readonly Code[] {
  const listed = context?.['secrets'];
  return (Array.isArray(listed) ? (listed as readonly Json[]) : []).flatMap((each): readonly Code[] => {
    if (typeof each !== 'object' || each === null || !('text' in each) || typeof each.text !== 'string') return [];
    const { context: about } = each;
    return [{ text: each.text, used: typeof about === 'object' && about !== null && 'used_at' in about }];
  });
}

/** A secret in groups of four, as people type it into an app; apps ignore the blanks. */
const inGroups = ({ text: said, context }: WireMessage): string =>
  context?.['secret'] === said ? (said.match(/.{1,4}/gu) ?? []).join(' ') : said;
