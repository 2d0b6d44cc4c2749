import { JsonnetFault, type Source } from './fault.ts';

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
const HEX = /[0-9A-Fa-f]{4}/y;
const BLOCK_START = /\|\|\|(-?)[\t ]*\r?\n/y;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Text to tokens, the last of which is `end`. */
export function lex(source: Source): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const fail = (reason: string, where = at): never => {
    throw new JsonnetFault('syntax', reason, source, where);
  };
  const push = (kind: Token['kind'], value: string, end: number): void => {
    tokens.push({ kind, text: value, at });
    at = end;
  };

  for (;;) {
    skip();
    if (at >= text.length) break;
    const char = text.charAt(at);
    if (char === '"' || char === "'") push('string', ...quoted(char));
    else if (char === '@' && /["']/.test(text.charAt(at + 1))) push('string', ...verbatim(text.charAt(at + 1)));
    else if (text.startsWith('|||', at)) push('string', ...block());
    else if (/[0-9]/.test(char)) {
      const number = match(NUMBER)?.[0] ?? '';
      push('number', number, at + number.length);
      if (/[A-Za-z0-9_]/.test(text.charAt(at))) fail('a number ends in a letter or begins with 0');
    } else {
      const name = match(NAME)?.[0];
      const operator = name ?? OPERATORS.find((each) => text.startsWith(each, at));
      if (operator === undefined) return fail(`the character ${JSON.stringify(char)} means nothing here`);
      push(name === undefined ? 'operator' : KEYWORDS.has(name) ? 'keyword' : 'name', operator, at + operator.length);
    }
  }
  tokens.push({ kind: 'end', text: 'the end of the file', at: text.length });
  return tokens;

  function skip(): void {
    for (;;) {
      at += match(SPACE)?.[0].length ?? 0;
      if (text.startsWith('//', at) || text.charAt(at) === '#') {
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end;
      } else if (text.startsWith('/*', at)) {
        const end = text.indexOf('*/', at + 2);
        if (end < 0) fail('a comment is not closed');
        at = end + 2;
      } else return;
    }
  }

  function quoted(quote: string): [string, number] {
    let value = '';
    for (let i = at + 1; i < text.length; i++) {
      const char = text.charAt(i);
      if (char === quote) return [value, i + 1];
      if (char !== '\\') {
        value += char;
        continue;
      }
      const next = text.charAt(++i);
      if (next === 'u') {
        HEX.lastIndex = i + 1;
        const hex = HEX.exec(text)?.[0];
        if (hex === undefined) return fail('\\u is followed by four hexadecimal digits', i);
        value += String.fromCharCode(Number.parseInt(hex, 16));
        i += 4;
      } else value += ESCAPES[next] ?? fail(`\\${next} is no escape`, i - 1);
    }
    return fail('a text is not closed');
  }

  /** `@'…'`: no escapes, the quote is written twice. */
  function verbatim(quote: string): [string, number] {
    let value = '';
    for (let i = at + 2; i < text.length; i++) {
      const char = text.charAt(i);
      if (char === quote && text.charAt(i + 1) !== quote) return [value, i + 1];
      if (char === quote) i++;
      value += char;
    }
    return fail('a text is not closed');
  }

  /** `|||`: the lines that begin as the first one does, without that indent. */
  function block(): [string, number] {
    const start = match(BLOCK_START);
    if (start === null) return fail('||| ends its line');
    let i = at + start[0].length;
    let indent: string | undefined;
    let value = '';
    while (i < text.length) {
      const end = text.indexOf('\n', i);
      const line = end < 0 ? text.slice(i) : text.slice(i, end + 1);
      const empty = line.trim() === '' && line.endsWith('\n');
      if (!empty) indent ??= /^[\t ]*/.exec(line)?.[0] ?? '';
      if (indent === '') return fail('the first line of ||| is indented', i);
      if (empty && !(indent !== undefined && line.startsWith(indent))) value += '\n';
      else if (indent !== undefined && line.startsWith(indent)) value += line.slice(indent.length);
      else {
        const close = /^[\t ]*\|\|\|/.exec(line)?.[0];
        if (close === undefined) return fail('a ||| text ends with ||| on a line of its own', i);
        return [start[1] === '-' ? value.replace(/\n$/, '') : value, i + close.length];
      }
      i += line.length;
    }
    return fail('a ||| text is not closed');
  }
}
