/** A text of the program: its value, and the offset behind it. */
export type ReadText = readonly [value: string, end: number];

/** Ends reading with a fault at an offset. */
export type Fail = (reason: string, at: number) => never;

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

/** `'…'` or `"…"`, with escapes. */
export function readQuoted(text: string, at: number, fail: Fail): ReadText {
  const quote = text.charAt(at);
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
  return fail('a text is not closed', at);
}

/** `@'…'`: no escapes, the quote is written twice. */
export function readVerbatim(text: string, at: number, fail: Fail): ReadText {
  const quote = text.charAt(at + 1);
  let value = '';
  for (let i = at + 2; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === quote && text.charAt(i + 1) !== quote) return [value, i + 1];
    if (char === quote) i++;
    value += char;
  }
  return fail('a text is not closed', at);
}

/** `|||`: the lines that begin with the indent of the first one, without that indent. */
export function readBlock(text: string, at: number, fail: Fail): ReadText {
  BLOCK_START.lastIndex = at;
  const start = BLOCK_START.exec(text);
  if (start === null) return fail('||| ends its line', at);
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
  return fail('a ||| text is not closed', at);
}
