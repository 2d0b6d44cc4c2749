import { withoutCssComments, type CssPlace } from './css-comments.ts';

/** How a value is escaped at its place, so that it cannot become markup. */
export type Escaping = 'html' | 'url' | 'path' | 'query';

/** The place in the markup where a piece of text ends. */
export type Place =
  | { readonly in: 'text' | 'comment' | 'tag' | 'name' }
  /** `<style>`, `<title>` and the like: until their closing tag. */
  | { readonly in: 'raw'; readonly tag: string; readonly css: CssPlace }
  | { readonly in: 'value'; readonly quote: '"' | "'" | ''; readonly attribute: string; readonly url: Escaping };

export interface State {
  readonly place: Place;
  /** The tag that is open, lower-case. */
  readonly tag: string;
}

/** Where markup begins. */
export const OUTSIDE: State = { place: { in: 'text' }, tag: '' };

const RAW = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript']);

/**
 * The parts of conditional comments, which mail programs of Microsoft read: `<!--[if mso]>`, `<!--[if !mso]><!-->`,
 * `<![endif]-->`, `<!--<![endif]-->`. What stands between them is markup.
 */
const CONDITION = /^<!--\s*\[if\s[^\]]*\]>(?:\s*<!--\s*-->|<!-->|-->)?|^<!--\s*<!\[endif\]\s*-->|^<!\[endif\]-->/i;

/** Reads a piece of markup, from one place to the next; `kept` is the piece without its comments, conditional ones excepted. */
export function readMarkup(text: string, from: State): State & { readonly kept: string } {
  let { place, tag } = from;
  let kept = '';
  let at = 0;
  const keep = (length: number): void => {
    kept += text.slice(at, at + length);
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    if (place.in === 'text') {
      const open = /<(?:(!--)|!\[endif\]-->|(\/?[a-zA-Z!][^\s>/]*))/i.exec(rest);
      keep(open?.index ?? rest.length);
      if (open === null) break;
      const condition = CONDITION.exec(text.slice(at));
      if (condition !== null) keep(condition[0].length);
      else if (open[1] === undefined) {
        keep(open[0].length);
        tag = (open[2] ?? '').toLowerCase();
        place = { in: 'tag' };
      } else {
        at += '<!--'.length;
        // `<!-->` and `<!--->` are whole comments (HTML 13.2.5.43).
        const empty = /^-?>/.exec(text.slice(at));
        if (empty === null) place = { in: 'comment' };
        else at += empty[0].length;
      }
    } else if (place.in === 'comment') {
      const end = /--!?>/.exec(rest);
      at += end === null ? rest.length : end.index + end[0].length;
      if (end !== null) place = { in: 'text' };
    } else if (place.in === 'raw') {
      const close = rest.toLowerCase().indexOf(`</${place.tag}`);
      const inside = close === -1 ? rest : rest.slice(0, close);
      if (place.tag === 'style') {
        const css = withoutCssComments(inside, place.css);
        kept += css.kept;
        at += inside.length;
        place = { ...place, css: css.place };
      } else keep(inside.length);
      if (close === -1) break;
      tag = `/${place.tag}`;
      keep(1 + tag.length);
      place = { in: 'tag' };
    } else {
      const step: { readonly length: number; readonly place: Place } =
        place.in === 'value' ? insideValue(rest, place) : insideTag(rest, tag);
      keep(step.length);
      place = step.place;
    }
  }
  return { place, tag, kept };
}

/** Markup without its comments, conditional ones excepted. */
export const withoutComments = (html: string): string => readMarkup(html, OUTSIDE).kept;

type Step = { readonly length: number; readonly place: Place };

function insideValue(rest: string, place: Extract<Place, { readonly in: 'value' }>): Step {
  const stop = place.quote === '' ? /[\s>]/.exec(rest)?.index : rest.indexOf(place.quote);
  const end = stop === undefined || stop === -1 ? rest.length : stop;
  const inside = rest.slice(0, end);
  if (end < rest.length) return { length: end + (place.quote === '' ? 0 : 1), place: { in: 'tag' } };
  const url = /[?#]/.test(inside) ? 'query' : inside.trim() !== '' && place.url === 'url' ? 'path' : place.url;
  return { length: end, place: { ...place, url } };
}

function insideTag(rest: string, tag: string): Step {
  const blank = /^[\s/]+/.exec(rest);
  if (blank !== null) return { length: blank[0].length, place: { in: 'tag' } };
  if (rest.startsWith('>'))
    return { length: 1, place: RAW.has(tag) ? { in: 'raw', tag, css: 'code' } : { in: 'text' } };
  const name = /^([^\s=>/"']+)\s*(=\s*)?/.exec(rest);
  if (name === null) return { length: 1, place: { in: 'tag' } };
  const attribute = (name[1] ?? '').toLowerCase();
  const after = rest.slice(name[0].length);
  if (name[2] === undefined) return { length: name[0].length, place: { in: after === '' ? 'name' : 'tag' } };
  const quote = after.startsWith('"') ? '"' : after.startsWith("'") ? "'" : '';
  return {
    length: name[0].length + quote.length,
    place: { in: 'value', quote, attribute, url: 'url' },
  };
}
