import { FUNCTIONS } from './functions.ts';
import { TemplateFault, type Token } from './lex.ts';
import type { Command, Pipe, Term } from './syntax.ts';

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

/** The tokens of one action, `{{ … }}`, and a place among them. */
export interface ActionTokens {
  readonly tokens: readonly Token[];
  /** The offset of the action. */
  readonly start: number;
  /** The place: an index. Reading moves it. */
  next: number;
}

export function readKeyword(action: ActionTokens): string | undefined {
  const token = peek(action);
  if (token?.kind !== 'word' || !KEYWORDS.has(token.text)) return undefined;
  action.next += 1;
  return token.text;
}

/** `$a, $b :=` in front of a pipe; none where the variables belong to the pipe. */
export function readDeclared(action: ActionTokens): readonly string[] {
  const before = action.next;
  const names: string[] = [];
  for (let token = peek(action); token?.kind === 'variable'; token = peek(action)) {
    names.push(token.text);
    action.next += 1;
    if (isSign(action, ':=') || isSign(action, '=')) {
      action.next += 1;
      return names;
    }
    if (!isSign(action, ',')) break;
    action.next += 1;
  }
  action.next = before;
  return [];
}

export function readText(action: ActionTokens): string {
  const token = peek(action);
  if (token?.kind !== 'string') throw unexpected(action);
  action.next += 1;
  return token.value;
}

export function readPipe(action: ActionTokens): Pipe {
  const commands = [readCommand(action)];
  while (isSign(action, '|')) {
    action.next += 1;
    commands.push(readCommand(action));
  }
  for (const [i, { call }] of commands.entries()) {
    if (i > 0 && call === undefined) throw new TemplateFault('what stands behind | must be a function', action.start);
  }
  return commands;
}

export const isEmpty = ({ tokens, next }: ActionTokens): boolean => next >= tokens.length;

/** Fails where a token is left over. */
export function endAction(action: ActionTokens): void {
  if (!isEmpty(action)) throw unexpected(action);
}

function readCommand(action: ActionTokens): Command {
  const token = peek(action);
  let call: string | undefined;
  if (token?.kind === 'word' && !Object.hasOwn(LITERALS, token.text)) {
    if (!FUNCTIONS.has(token.text)) throw new TemplateFault(`the function ${token.text} is not supported`, token.at);
    call = token.text;
    action.next += 1;
  }
  const terms: Term[] = [];
  while (!isEmpty(action) && !isSign(action, '|') && !isSign(action, ')')) terms.push(readTerm(action));
  if (call === undefined && terms.length !== 1) {
    if (terms.length === 0) throw unexpected(action);
    throw new TemplateFault('a value takes no arguments', token?.at ?? action.start);
  }
  return { call, terms };
}

function readTerm(action: ActionTokens): Term {
  const token = peek(action);
  if (token === undefined) throw unexpected(action);
  if (token.kind === 'sign' && token.text !== '(') throw unexpected(action);
  action.next += 1;
  if (token.kind === 'string' || token.kind === 'number') return { kind: 'literal', value: token.value };
  if (token.kind === 'word') {
    if (Object.hasOwn(LITERALS, token.text)) return { kind: 'literal', value: LITERALS[token.text] ?? null };
    if (FUNCTIONS.has(token.text)) return { kind: 'pipe', pipe: [{ call: token.text, terms: [] }], names: [] };
    throw new TemplateFault(`the function ${token.text} is not supported`, token.at);
  }
  if (token.kind === 'field') return { kind: 'field', of: undefined, names: token.names, at: token.at };
  if (token.kind === 'variable')
    return { kind: 'field', of: token.text, names: readAdjacent(action, token.end), at: token.at };
  const pipe = readPipe(action);
  const close = peek(action);
  if (!isSign(action, ')') || close === undefined) throw new TemplateFault('a ) is missing', token.at);
  action.next += 1;
  return { kind: 'pipe', pipe, names: readAdjacent(action, close.end) };
}

/** The fields right behind a variable or a parenthesis, without a blank. */
function readAdjacent(action: ActionTokens, end: number): readonly string[] {
  const token = peek(action);
  if (token?.kind !== 'field' || token.at !== end) return [];
  action.next += 1;
  return token.names;
}

const peek = ({ tokens, next }: ActionTokens): Token | undefined => tokens[next];

const isSign = (action: ActionTokens, text: string): boolean => {
  const token = peek(action);
  return token?.kind === 'sign' && token.text === text;
};

function unexpected(action: ActionTokens): TemplateFault {
  const token = peek(action);
  return token
    ? new TemplateFault(`${token.text} is not expected here`, token.at)
    : new TemplateFault('something is missing in the action', action.start);
}
