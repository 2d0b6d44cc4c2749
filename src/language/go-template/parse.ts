import { lexAction, splitText, TemplateFault } from './lex.ts';
import {
  endAction,
  isEmpty,
  readDeclared,
  readKeyword,
  readPipe,
  readText,
  type ActionTokens,
} from './parse-action.ts';
import type { Branch, Node, Parsed } from './syntax.ts';

const DEEPEST = 50;

/** The text and the actions of a template, a place among them, and the templates that were defined on the way. */
interface Pieces {
  readonly pieces: ReturnType<typeof splitText>;
  readonly defined: Map<string, readonly Node[]>;
  next: number;
  depth: number;
}

/** `{{ end }}` or `{{ else … }}`. */
interface Ending {
  readonly word: string;
  readonly at: number;
  readonly action: ActionTokens;
}

/**
 * The part of Go's template language that messages need: fields, variables, pipes, `if`, `with`, `range`, `define`, `block`,
 * `template`, comments, trimming, and a named list of functions. Anything else throws a `TemplateFault` with its offset,
 * counted from `base`.
 */
export function parseGoTemplate(source: string, base = 0): Parsed {
  const template: Pieces = { pieces: splitText(source, base), defined: new Map(), next: 0, depth: 0 };
  const { nodes, end } = readNodes(template);
  if (end !== undefined) throw new TemplateFault(`{{ ${end.word} }} without a beginning`, end.at);
  return { nodes, defined: template.defined };
}

function readNodes(template: Pieces): { readonly nodes: readonly Node[]; readonly end: Ending | undefined } {
  const nodes: Node[] = [];
  for (;;) {
    const piece = template.pieces[template.next];
    if (piece === undefined) return { nodes, end: undefined };
    template.next += 1;
    if (piece.kind === 'text') {
      nodes.push(piece);
      continue;
    }
    const { at } = piece;
    const action: ActionTokens = { tokens: lexAction(piece.text, at), start: at, next: 0 };
    const word = readKeyword(action);
    if (word === 'end' || word === 'else') return { nodes, end: { word, at, action } };
    const node = readNode(template, word, action);
    if (node !== undefined) nodes.push(node);
  }
}

/** What an action stands for; undefined: `define`, which prints nothing. */
function readNode(template: Pieces, word: string | undefined, action: ActionTokens): Node | undefined {
  const at = action.start;
  if (word === 'if' || word === 'with' || word === 'range') return readBranch(template, word, action);
  if (word === 'define' || word === 'block') {
    const name = readText(action);
    const pipe = word === 'block' ? readPipe(action) : undefined;
    endAction(action);
    const { nodes } = readBody(template, word, at, ['end']);
    template.defined.set(name, nodes);
    return word === 'block' ? { kind: 'template', name, pipe, at } : undefined;
  }
  if (word === 'template') {
    const name = readText(action);
    const pipe = isEmpty(action) ? undefined : readPipe(action);
    endAction(action);
    return { kind: 'template', name, pipe, at };
  }
  if (word !== undefined) throw new TemplateFault(`{{ ${word} }} is not supported`, at);
  const [sets] = readDeclared(action);
  const pipe = readPipe(action);
  endAction(action);
  return { kind: 'action', pipe, sets, at };
}

function readBranch(template: Pieces, kind: Branch['kind'], action: ActionTokens): Branch {
  const at = action.start;
  const sets = readDeclared(action);
  const pipe = readPipe(action);
  endAction(action);
  const { nodes: inside, end } = readBody(template, kind, at, ['end', 'else']);
  if (end.word === 'end') return { kind, pipe, sets, inside, otherwise: [], at };
  const chained = readKeyword(end.action);
  if (chained === 'if' || chained === 'with') {
    // `else if` has no end of its own: it shares the one of the branch that it belongs to.
    return { kind, pipe, sets, inside, otherwise: [readBranch(template, chained, end.action)], at };
  }
  endAction(end.action);
  const { nodes: otherwise, end: last } = readBody(template, kind, at, ['end']);
  endAction(last.action);
  return { kind, pipe, sets, inside, otherwise, at };
}

/** The nodes up to the ending of a block. */
function readBody(
  template: Pieces,
  what: string,
  at: number,
  until: readonly string[],
): { readonly nodes: readonly Node[]; readonly end: Ending } {
  if ((template.depth += 1) > DEEPEST) throw new TemplateFault('blocks are nested too deeply', at);
  const { nodes, end } = readNodes(template);
  template.depth -= 1;
  if (end === undefined) throw new TemplateFault(`{{ ${what} }} has no {{ end }}`, at);
  if (!until.includes(end.word)) throw new TemplateFault(`{{ ${end.word} }} does not belong here`, end.at);
  return { nodes, end };
}
