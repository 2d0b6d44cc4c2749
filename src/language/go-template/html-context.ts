import { TemplateFault } from './lex.ts';
import { OUTSIDE, readMarkup, type Escaping, type Place, type State } from './markup.ts';
import type { Action, Node, Parsed } from './syntax.ts';

const URLS = new Set(['href', 'src', 'action', 'formaction', 'cite', 'background', 'poster', 'data', 'longdesc']);

/** What an HTML template writes at each of its nodes. */
export interface Html {
  readonly escaping: ReadonlyMap<Action, Escaping>;
  /** The pieces of text, without their comments. */
  readonly texts: ReadonlyMap<Node, string>;
  /** Values inside of comments, which are not written. */
  readonly unwritten: ReadonlySet<Node>;
}

/**
 * Finds how each action of an HTML template has to escape, as Go's html/template does, and refuses the places where no
 * escaping makes a value safe: scripts, styles, event handlers, names, values without quotes. Comments are left out, but
 * for conditional ones.
 */
export function readHtml({ nodes, defined }: Parsed): Html {
  const escaping = new Map<Action, Escaping>();
  const texts = new Map<Node, string>();
  const unwritten = new Set<Node>();
  for (const part of defined.values()) ends(walk(part, OUTSIDE), OUTSIDE, part, 'define');
  walk(nodes, OUTSIDE);
  return { escaping, texts, unwritten };

  function walk(part: readonly Node[], from: State): State {
    let state = from;
    for (const node of part) {
      if (node.kind === 'text') {
        const { kept, ...next } = readMarkup(node.text, state);
        texts.set(node, kept);
        state = next;
      } else if (node.kind !== 'if' && node.kind !== 'with' && node.kind !== 'range' && isComment(state.place)) {
        if (node.kind === 'template' || node.sets === undefined) unwritten.add(node);
      } else if (node.kind === 'action') {
        if (node.sets !== undefined) continue;
        escaping.set(node, escapingAt(state.place, node.at));
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

/** Whether two branches end at the same place. What they have written of a URL may differ. */
const alike = (one: State, other: State): boolean => JSON.stringify(plain(one)) === JSON.stringify(plain(other));
const plain = ({ place, tag }: State): unknown => [
  place.in === 'value' ? { ...place, url: '' } : place,
  place.in === 'text' ? '' : tag,
];

const isComment = (place: Place): boolean => place.in === 'comment' || (place.in === 'raw' && place.css === 'comment');

function escapingAt(place: Place, at: number): Escaping {
  if (place.in === 'text') return 'html';
  if (place.in === 'raw') {
    if (place.tag === 'title' || place.tag === 'textarea') return 'html';
    throw new TemplateFault(`a value inside <${place.tag}> cannot be made safe`, at);
  }
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
