import { escapeMarkup } from '../kernel/escape-markup.ts';

const markup = Symbol('markup');

/** Marks markup that this module made. JSON has no symbols, so data cannot carry the mark. */
export interface Html {
  readonly [markup]: string;
}

export type Content = Html | string | number | undefined | false | readonly Content[];

/** A piece of a page. Every value in it is escaped, for text and for quoted attributes, unless it is `Html`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const text = parts.reduce((before, part, i) => `${before}${textOf(contents[i - 1])}${part}`);
  return { [markup]: text };
}

/** Markup that other code of the server has written and escaped, such as a diagram. Never for data. */
export const written = (text: string): Html => ({ [markup]: text });

export function toText(piece: Html): string {
  return piece[markup];
}

/** ` name="value"` for each defined value; `true` is a bare name. Names are trusted, values are escaped. */
export function attributes(all: Readonly<Record<string, string | number | boolean | undefined>>): Html {
  const pairs = Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return '';
    return value === true ? ` ${name}` : ` ${name}="${escapeMarkup(String(value))}"`;
  });
  return { [markup]: pairs.join('') };
}

/** The address if it is safe to follow: http, https, or a path of this server. */
export function safeUrl(address: string): string | undefined {
  // Browsers drop tabs and line breaks: `/<tab>/host` would lead to another host.
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
