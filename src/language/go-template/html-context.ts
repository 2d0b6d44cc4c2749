import { TemplateFault } from './lex.ts';
import type { Action, Node, Parsed } from './syntax.ts';

/** How a value is escaped at its place, so that it cannot become markup. */
export type Escaping = 'html' | 'url' | 'path' | 'query';

/** The place in the markup where a piece of text ends. */
type Place =
  | { readonly in: 'text' | 'comment' | 'tag' | 'name' }
  /** `<style>`, `<title>` and the like: until their closing tag. */
  | { readonly in: 'raw'; readonly tag: string }
  | { readonly in: 'value'; readonly quote: '"' | "'" | ''; readonly attribute: string; readonly url: Escaping };

const RAW = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript']);
const URLS = new Set(['href', 'src', 'action', 'formaction', 'cite', 'background', 'poster', 'data', 'longdesc']);

/**
 * Finds how each action of an HTML template has to escape, as Go's html/template does, and refuses the places where no
 * escaping makes a value safe: scripts, styles, event handlers, names, values without quotes.
 */
export function findEscaping({ nodes, defined }: Parsed): ReadonlyMap<Action, Escaping> {
  const found = new Map<Action, Escaping>();
  const text: State = { place: { in: 'text' }, tag: '' };
  for (const part of defined.values()) ends(walk(part, text), text, part, 'define');
  walk(nodes, text);
  return found;

  function walk(part: readonly Node[], from: State): State {
    let state = from;
    for (const node of part) {
      if (node.kind === 'text') state = advance(node.text, state);
      else if (node.kind === 'action') {
        if (node.sets !== undefined) continue;
        found.set(node, escapingAt(state.place, node.at));
        state = afterAction(state);
      } else if (node.kind === 'template') {
        if (state.place.in !== 'text') throw new TemplateFault('{{ template }} stands inside a tag', node.at);
      } else {
        const then = walk(node.inside, state);
        const otherwise = walk(node.otherwise, state);
        const wanted = node.kind === 'range' ? state : then;
        if (!alike(then, otherwise) || !alike(then, wanted))
          throw new TemplateFault(`the branches of {{ ${node.kind} }} end in different places of the page`, node.at);
        state = then;
      }
    }
    return state;
  }

  function ends(state: State, wanted: State, part: readonly Node[], what: string): void {
    if (!alike(state, wanted)) throw new TemplateFault(`a {{ ${what} }} ends inside a tag`, part[0]?.at ?? 0);
  }
}

interface State {
  readonly place: Place;
  /** The tag that is open, lower-case. */
  readonly tag: string;
}

/** Whether two branches end at the same place. What they have written of a URL may differ. */
const alike = (one: State, other: State): boolean => JSON.stringify(plain(one)) === JSON.stringify(plain(other));
const plain = ({ place, tag }: State): unknown => [
  place.in === 'value' ? { ...place, url: '' } : place,
  place.in === 'text' ? '' : tag,
];

function escapingAt(place: Place, at: number): Escaping {
  if (place.in === 'text') return 'html';
  if (place.in === 'raw') {
    if (place.tag === 'title' || place.tag === 'textarea') return 'html';
    throw new TemplateFault(`a value inside <${place.tag}> cannot be made safe`, at);
  }
  if (place.in === 'comment') throw new TemplateFault('a value inside an HTML comment', at);
  if (place.in !== 'value') throw new TemplateFault('a value inside a tag must stand in a quoted attribute', at);
  if (place.quote === '') throw new TemplateFault('an attribute with a value needs quotes', at);
  if (/^on|^style$|^srcset$/.test(place.attribute))
    throw new TemplateFault(`a value in the attribute ${place.attribute} cannot be made safe`, at);
  return URLS.has(place.attribute) ? place.url : 'html';
}

function afterAction(state: State): State {
  if (state.place.in !== 'value' || state.place.url !== 'url') return state;
  return { ...state, place: { ...state.place, url: 'path' } };
}

/** Reads a piece of markup, from one place to the next. */
function advance(text: string, from: State): State {
  let { place, tag } = from;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (place.in === 'text') {
      const open = /<(?:(!--)|(\/?[a-zA-Z!][^\s>/]*))/.exec(rest);
      if (open === null) break;
      at += open.index + open[0].length;
      if (open[1] !== undefined) place = { in: 'comment' };
      else {
        tag = (open[2] ?? '').toLowerCase();
        place = { in: 'tag' };
      }
    } else if (place.in === 'comment') {
      const end = rest.indexOf('-->');
      if (end === -1) break;
      at += end + 3;
      place = { in: 'text' };
    } else if (place.in === 'raw') {
      const end = rest.toLowerCase().indexOf(`</${place.tag}`);
      if (end === -1) break;
      at += end + 2 + place.tag.length;
      tag = `/${place.tag}`;
      place = { in: 'tag' };
    } else if (place.in === 'value') {
      const stop = place.quote === '' ? /[\s>]/.exec(rest)?.index : rest.indexOf(place.quote);
      const end = stop === undefined || stop === -1 ? rest.length : stop;
      const inside = rest.slice(0, end);
      if (/[?#]/.test(inside)) place = { ...place, url: 'query' };
      else if (inside.trim() !== '' && place.url === 'url') place = { ...place, url: 'path' };
      at += end;
      if (end < rest.length) {
        if (place.quote !== '') at += 1;
        place = { in: 'tag' };
      }
    } else {
      const step = insideTag(rest, tag);
      at += step.length;
      place = step.place;
    }
  }
  return { place, tag };
}

function insideTag(rest: string, tag: string): { readonly length: number; readonly place: Place } {
  const blank = /^[\s/]+/.exec(rest);
  if (blank !== null) return { length: blank[0].length, place: { in: 'tag' } };
  if (rest.startsWith('>')) return { length: 1, place: RAW.has(tag) ? { in: 'raw', tag } : { in: 'text' } };
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
