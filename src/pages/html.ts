import { escapeMarkup } from '../kernel/escape-markup.ts';

const markup = Symbol('markup');

/** Markup that was written here. Data cannot pass for it: JSON has no symbols. */
export interface Html {
  readonly [markup]: string;
}

export type Content = Html | string | number | undefined | false | readonly Content[];

/** A piece of a page. Everything put into it is escaped, for text and for quoted attributes alike, unless it is `Html`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const text = parts.reduce((before, part, i) => `${before}${textOf(contents[i - 1])}${part}`);
  return { [markup]: text };
}

/** Markup that code of ours has written and escaped elsewhere, such as a diagram. Never for data. */
export const written = (text: string): Html => ({ [markup]: text });

export function toText(piece: Html): string {
  return piece[markup];
}

/** ` name="value"` for each that is there; `true` is a bare name. Names come from the code, values from anywhere. */
export function attributes(all: Readonly<Record<string, string | number | boolean | undefined>>): Html {
  const pairs = Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return '';
    return value === true ? ` ${name}` : ` ${name}="${escapeMarkup(String(value))}"`;
  });
  return { [markup]: pairs.join('') };
}

/** The address if following it cannot run anything: http, https, or a path of this server. */
export function safeUrl(address: string): string | undefined {
  // Browsers drop tabs and line breaks: `/<tab>/host` would be another host.
  if (/^\/(?![/\\])[^\s\p{Cc}]*$/u.test(address)) return address;
  const url = URL.parse(address);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? address : undefined;
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string' || typeof content === 'number') return escapeMarkup(String(content));
  return isHtml(content) ? content[markup] : content.map(textOf).join('');
}

function isHtml(content: Html | readonly Content[]): content is Html {
  return markup in content;
}
