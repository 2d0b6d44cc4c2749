/** A template that cannot be read, with the offset of the mistake. */
export class TemplateFault extends Error {
  readonly at: number;
  constructor(problem: string, at: number) {
    super(problem);
    this.name = 'TemplateFault';
    this.at = at;
  }
}

type TextPiece = { readonly kind: 'text'; readonly text: string; readonly at: number };
type ActionPiece = { readonly kind: 'action'; readonly text: string; readonly at: number };

const BLANK = ' \t\r\n';

/** Cuts a template into text and the actions in `{{ }}`; the blanks beside `{{-` and `-}}` are removed. */
export function splitText(source: string, base: number): readonly (TextPiece | ActionPiece)[] {
  try {
    return split(source).map((piece) => ({ ...piece, at: piece.at + base }));
  } catch (error) {
    throw error instanceof TemplateFault ? new TemplateFault(error.message, error.at + base) : error;
  }
}

function split(source: string): readonly (TextPiece | ActionPiece)[] {
  const pieces: (TextPiece | ActionPiece)[] = [];
  let at = 0;
  let trim = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    const until = open === -1 ? source.length : open;
    const eats = open !== -1 && source[open + 2] === '-' && BLANK.includes(source[open + 3] ?? 'x');
    let text = source.slice(at, until);
    const shift = trim ? text.length - text.trimStart().length : 0;
    if (trim) text = text.trimStart();
    if (eats) text = text.trimEnd();
    if (text !== '') pieces.push({ kind: 'text', text, at: at + shift });
    if (open === -1) return pieces;
    const start = open + 2 + (eats ? 1 : 0);
    const close = endOfAction(source, start, open);
    const trims = source[close - 1] === '-' && BLANK.includes(source[close - 2] ?? 'x');
    const inner = source.slice(start, trims ? close - 1 : close);
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(inner)) pieces.push({ kind: 'action', text: inner, at: start });
    trim = trims;
    at = close + 2;
  }
}

/** The `}}` that ends an action: one in a string or a comment does not. */
function endOfAction(source: string, start: number, open: number): number {
  const comment = /^\s*\/\*/.exec(source.slice(start, start + 200));
  let at = comment ? source.indexOf('*/', start + comment[0].length) : start;
  if (at === -1) throw new TemplateFault('a comment has no end', open);
  while (at < source.length) {
    const sign = source[at];
    if (sign === '"' || sign === '`') {
      at = endOfString(source, at) + 1;
      continue;
    }
    if (source.startsWith('}}', at)) return at;
    at += 1;
  }
  throw new TemplateFault('{{ has no }}', open);
}

function endOfString(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at += 1) {
    if (quote === '"' && source[at] === '\\') at += 1;
    else if (source[at] === quote) return at;
    else if (quote === '"' && source[at] === '\n') break;
  }
  throw new TemplateFault('a string has no end', start);
}

export type Token = { readonly at: number; readonly end: number; readonly text: string } & (
  | { readonly kind: 'word' | 'variable' | 'sign' }
  | { readonly kind: 'field'; readonly names: readonly string[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
);

const NAME = '[\\p{L}_][\\p{L}\\p{N}_]*';
const TOKEN = new RegExp(
  [
    '(?<space>\\s+)',
    '(?<string>"(?:[^"\\\\\\n]|\\\\.)*"|`[^`]*`)',
    '(?<number>[+-]?\\d+(?:\\.\\d+)?(?![\\p{L}\\p{N}_]))',
    `(?<field>(?:\\.${NAME})+|\\.(?![\\p{L}\\p{N}_]))`,
    `(?<variable>\\$(?:${NAME})?)`,
    `(?<word>${NAME})`,
    '(?<sign>:=|[=|(),])',
  ].join('|'),
  'uy',
);

/** The words of one action. */
export function lexAction(text: string, start: number): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const groups = match?.groups;
    if (match === null || groups === undefined)
      throw new TemplateFault(`${JSON.stringify(text[at])} is not understood`, start + at);
    const [word] = match;
    const place = { at: start + at, end: start + at + word.length, text: word };
    if (groups['string'] !== undefined) tokens.push({ ...place, kind: 'string', value: textOf(word, place.at) });
    else if (groups['number'] !== undefined) tokens.push({ ...place, kind: 'number', value: Number(word) });
    else if (groups['field'] !== undefined)
      tokens.push({ ...place, kind: 'field', names: word === '.' ? [] : word.slice(1).split('.') });
    else if (groups['variable'] !== undefined) tokens.push({ ...place, kind: 'variable' });
    else if (groups['word'] !== undefined) tokens.push({ ...place, kind: 'word' });
    else if (groups['sign'] !== undefined) tokens.push({ ...place, kind: 'sign' });
    at += word.length;
  }
  return tokens;
}

function textOf(word: string, at: number): string {
  if (word.startsWith('`')) return word.slice(1, -1);
  try {
    const value: unknown = JSON.parse(word);
    if (typeof value === 'string') return value;
  } catch {
    // JSON knows fewer escapes than Go: those it does not know are refused below.
  }
  throw new TemplateFault('an escape in a string is not understood', at);
}
