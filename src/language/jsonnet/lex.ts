import { JsonnetFault, type Source } from './fault.ts';
import { readBlock, readQuoted, readVerbatim, type Fail, type ReadText } from './texts.ts';

export interface Token {
  readonly kind: 'name' | 'keyword' | 'number' | 'string' | 'operator' | 'end';
  /** A string's value; otherwise as written. */
  readonly text: string;
  readonly at: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'assert else error false for function if import importstr importbin in local null tailstrict then self super true'.split(
    ' ',
  ),
);

/** Longest first. */
const OPERATORS = ['::: :: && || == != <= >= << >>'.split(' '), [...':+-*/%&|^~=<>!$(){}[],.;']].flat();

const SPACE = /[\t\n\r ]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Text to tokens, the last of which is `end`. */
export function lex(source: Source): readonly Token[] {
  const { text } = source;
  const fail: Fail = (reason, at) => {
    throw new JsonnetFault('syntax', reason, source, at);
  };
  const tokens: Token[] = [];
  for (let at = afterSpace(text, 0, fail); at < text.length;) {
    const { token, end } = readToken(text, at, fail);
    tokens.push(token);
    at = afterSpace(text, end, fail);
  }
  return [...tokens, { kind: 'end', text: 'the end of the file', at: text.length }];
}

interface ReadToken {
  readonly token: Token;
  /** The offset behind it. */
  readonly end: number;
}

function readToken(text: string, at: number, fail: Fail): ReadToken {
  const char = text.charAt(at);
  const string = readString(text, at, fail);
  if (string !== undefined) return { token: { kind: 'string', text: string[0], at }, end: string[1] };
  if (/[0-9]/.test(char)) {
    const number = match(NUMBER, text, at);
    const end = at + number.length;
    if (/[A-Za-z0-9_]/.test(text.charAt(end))) fail('a number ends in a letter or begins with 0', end);
    return { token: { kind: 'number', text: number, at }, end };
  }
  const name = match(NAME, text, at);
  if (name !== '')
    return { token: { kind: KEYWORDS.has(name) ? 'keyword' : 'name', text: name, at }, end: at + name.length };
  const operator = OPERATORS.find((each) => text.startsWith(each, at));
  if (operator === undefined) return fail(`the character ${JSON.stringify(char)} means nothing here`, at);
  return { token: { kind: 'operator', text: operator, at }, end: at + operator.length };
}

function readString(text: string, at: number, fail: Fail): ReadText | undefined {
  if (/["']/.test(text.charAt(at))) return readQuoted(text, at, fail);
  if (text.charAt(at) === '@' && /["']/.test(text.charAt(at + 1))) return readVerbatim(text, at, fail);
  return text.startsWith('|||', at) ? readBlock(text, at, fail) : undefined;
}

/** The offset behind space and comments. */
function afterSpace(text: string, from: number, fail: Fail): number {
  for (let at = from; ;) {
    at += match(SPACE, text, at).length;
    if (text.startsWith('//', at) || text.charAt(at) === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) fail('a comment is not closed', at);
      at = end + 2;
    } else return at;
  }
}

/** What a sticky pattern matches at an offset, or an empty text. */
function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
