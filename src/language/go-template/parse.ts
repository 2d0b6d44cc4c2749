import { lexAction, splitText, TemplateFault, type Token } from './lex.ts';
import { FUNCTIONS } from './functions.ts';

export type Term =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.A.B`: of what is looked at; `$x.A`: of a variable, `$` being the whole. */
  | { readonly kind: 'field'; readonly of: string | undefined; readonly names: readonly string[]; readonly at: number }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[] };

export interface Command {
  /** A function of the list; none: the only term is the value. */
  readonly call: string | undefined;
  readonly terms: readonly Term[];
}
/** Each command's value is the last argument of the next. */
export type Pipe = readonly Command[];

export interface Action {
  readonly kind: 'action';
  readonly pipe: Pipe;
  /** `$x := …`, which prints nothing. */
  readonly sets: string | undefined;
  readonly at: number;
}
export interface Branch {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly sets: readonly string[];
  readonly inside: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly at: number;
}
export interface Include {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: Pipe | undefined;
  readonly at: number;
}
export type Node = { readonly kind: 'text'; readonly text: string; readonly at: number } | Action | Branch | Include;

export interface Parsed {
  readonly nodes: readonly Node[];
  /** `{{ define "name" }}` */
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

const DEEPEST = 50;

/**
 * The part of Go's template language that messages need: fields, variables, pipes, `if`, `with`, `range`, `define`, `block`,
 * `template`, comments, trimming, and a named list of functions. Anything else throws a `TemplateFault` with its offset,
 * counted from `base`.
 */
export function parseGoTemplate(source: string, base = 0): Parsed {
  const pieces = splitText(source, base);
  const defined = new Map<string, readonly Node[]>();
  let next = 0;
  let depth = 0;
  const { nodes, end } = readNodes();
  if (end !== undefined) throw new TemplateFault(`{{ ${end.word} }} without a beginning`, end.at);
  return { nodes, defined };

  function readNodes(): { nodes: readonly Node[]; end: Ending | undefined } {
    const nodes: Node[] = [];
    for (;;) {
      const piece = pieces[next];
      if (piece === undefined) return { nodes, end: undefined };
      next += 1;
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const reader = createReader(lexAction(piece.text, piece.at), piece.at);
      const word = reader.keyword();
      if (word === 'end' || word === 'else') {
        return { nodes, end: { word, at: piece.at, reader } };
      }
      const node = readNode(word, reader, piece.at);
      if (node !== undefined) nodes.push(node);
    }
  }

  function readNode(word: string | undefined, reader: Reader, at: number): Node | undefined {
    if (word === 'if' || word === 'with' || word === 'range') return readBranch(word, reader, at);
    if (word === 'define' || word === 'block') {
      const name = reader.text();
      const pipe = word === 'block' ? reader.pipe() : undefined;
      reader.done();
      const { nodes } = body(word, at, new Set(['end']));
      defined.set(name, nodes);
      return word === 'block' ? { kind: 'template', name, pipe, at } : undefined;
    }
    if (word === 'template') {
      const name = reader.text();
      const pipe = reader.empty() ? undefined : reader.pipe();
      reader.done();
      return { kind: 'template', name, pipe, at };
    }
    if (word !== undefined) throw new TemplateFault(`{{ ${word} }} is not supported`, at);
    const sets = reader.declared()[0];
    const pipe = reader.pipe();
    reader.done();
    return { kind: 'action', pipe, sets, at };
  }

  function readBranch(kind: Branch['kind'], reader: Reader, at: number): Branch {
    const sets = reader.declared();
    const pipe = reader.pipe();
    reader.done();
    const { nodes: inside, end } = body(kind, at, new Set(['end', 'else']));
    if (end.word === 'end') return { kind, pipe, sets, inside, otherwise: [], at };
    const chained = end.reader.keyword();
    if (chained === 'if' || chained === 'with') {
      // `else if` shares the end of what it belongs to.
      return { kind, pipe, sets, inside, otherwise: [readBranch(chained, end.reader, end.at)], at };
    }
    end.reader.done();
    const { nodes: otherwise, end: last } = body(kind, at, new Set(['end']));
    last.reader.done();
    return { kind, pipe, sets, inside, otherwise, at };
  }

  function body(what: string, at: number, until: ReadonlySet<string>): { nodes: readonly Node[]; end: Ending } {
    if ((depth += 1) > DEEPEST) throw new TemplateFault('blocks are nested too deeply', at);
    const { nodes, end } = readNodes();
    depth -= 1;
    if (end === undefined) throw new TemplateFault(`{{ ${what} }} has no {{ end }}`, at);
    if (!until.has(end.word)) throw new TemplateFault(`{{ ${end.word} }} does not belong here`, end.at);
    return { nodes, end };
  }
}

interface Ending {
  readonly word: string;
  readonly at: number;
  readonly reader: Reader;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'else',
  'end',
  'with',
  'range',
  'define',
  'block',
  'template',
  'break',
  'continue',
]);
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

interface Reader {
  keyword(): string | undefined;
  /** `$a, $b :=` in front of a pipe. */
  declared(): readonly string[];
  pipe(): Pipe;
  text(): string;
  empty(): boolean;
  done(): void;
}

function createReader(tokens: readonly Token[], start: number): Reader {
  let next = 0;
  const peek = (ahead = 0): Token | undefined => tokens[next + ahead];
  const isSign = (text: string, ahead = 0): boolean => peek(ahead)?.kind === 'sign' && peek(ahead)?.text === text;
  const unexpected = (): TemplateFault => {
    const token = peek();
    return token
      ? new TemplateFault(`${token.text} is not expected here`, token.at)
      : new TemplateFault('something is missing in the action', start);
  };

  return { keyword, declared, pipe, text, empty: () => next >= tokens.length, done };

  function keyword(): string | undefined {
    const token = peek();
    if (token?.kind !== 'word' || !KEYWORDS.has(token.text)) return undefined;
    next += 1;
    return token.text;
  }

  function declared(): readonly string[] {
    const before = next;
    const names: string[] = [];
    for (let token = peek(); token?.kind === 'variable'; token = peek()) {
      names.push(token.text);
      next += 1;
      if (isSign(':=') || isSign('=')) {
        next += 1;
        return names;
      }
      if (!isSign(',')) break;
      next += 1;
    }
    next = before;
    return [];
  }

  function text(): string {
    const token = peek();
    if (token?.kind !== 'string') throw unexpected();
    next += 1;
    return token.value;
  }

  function pipe(): Pipe {
    const commands = [command()];
    while (isSign('|')) {
      next += 1;
      commands.push(command());
    }
    for (const [i, { call }] of commands.entries()) {
      if (i > 0 && call === undefined) throw new TemplateFault('what stands behind | must be a function', start);
    }
    return commands;
  }

  function command(): Command {
    const token = peek();
    let call: string | undefined;
    if (token?.kind === 'word' && !Object.hasOwn(LITERALS, token.text)) {
      if (!FUNCTIONS.has(token.text)) throw new TemplateFault(`the function ${token.text} is not supported`, token.at);
      call = token.text;
      next += 1;
    }
    const terms: Term[] = [];
    while (next < tokens.length && !isSign('|') && !isSign(')')) terms.push(term());
    if (call === undefined && terms.length !== 1) {
      if (terms.length === 0) throw unexpected();
      throw new TemplateFault('a value takes no arguments', token?.at ?? start);
    }
    return { call, terms };
  }

  function term(): Term {
    const token = peek();
    if (token === undefined) throw unexpected();
    next += 1;
    if (token.kind === 'string' || token.kind === 'number') return { kind: 'literal', value: token.value };
    if (token.kind === 'word') {
      if (Object.hasOwn(LITERALS, token.text)) return { kind: 'literal', value: LITERALS[token.text] ?? null };
      if (FUNCTIONS.has(token.text)) return { kind: 'pipe', pipe: [{ call: token.text, terms: [] }], names: [] };
      throw new TemplateFault(`the function ${token.text} is not supported`, token.at);
    }
    if (token.kind === 'field') return { kind: 'field', of: undefined, names: token.names, at: token.at };
    if (token.kind === 'variable') return { kind: 'field', of: token.text, names: adjacent(token.end), at: token.at };
    if (token.text !== '(') {
      next -= 1;
      throw unexpected();
    }
    const inner = pipe();
    const close = peek();
    if (!isSign(')') || close === undefined) throw new TemplateFault('a ) is missing', token.at);
    next += 1;
    return { kind: 'pipe', pipe: inner, names: adjacent(close.end) };
  }

  /** The fields right behind a variable or a parenthesis, without a blank. */
  function adjacent(end: number): readonly string[] {
    const token = peek();
    if (token?.kind !== 'field' || token.at !== end) return [];
    next += 1;
    return token.names;
  }

  function done(): void {
    if (next < tokens.length) throw unexpected();
  }
}
