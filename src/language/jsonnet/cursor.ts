import { JsonnetFault, type Source } from './fault.ts';
import { lex, type Token } from './lex.ts';
import type { Expression } from './syntax.ts';

/** How deep a program may be nested; a deeper one is a mistake or an attack on the stack. */
const MAX_DEPTH = 200;

const BITWISE: ReadonlySet<string> = new Set(['&', '|', '^', '~', '<<', '>>']);

/** The tokens of a program and a place among them. */
export interface Cursor {
  /** The token at the place, or so many behind it. */
  peek(ahead?: number): Token;
  /** Whether the token is this operator or keyword. */
  is(text: string, ahead?: number): boolean;
  /** Passes over the token if it is this operator or keyword. */
  accept(text: string): boolean;
  /** Passes over this operator or keyword, or fails; its offset. */
  expect(text: string): number;
  /** Passes over a name, or fails. */
  name(): string;
  /** Passes over the token, whatever it is. */
  skip(): void;
  fail(reason: string, at?: number): never;
  unexpected(wanted: string): never;
  /** Runs `work` one level deeper; fails when that is too deep. */
  nested<T>(work: () => T): T;
}

/** A cursor that can read an expression: what the parts of the grammar need of each other. */
export interface Parser extends Cursor {
  expression(): Expression;
}

export function createCursor(source: Source): Cursor {
  const tokens = lex(source);
  const end: Token = { kind: 'end', text: '', at: source.text.length };
  let next = 0;
  let depth = 0;
  const cursor: Cursor = {
    peek: (ahead = 0) => tokens[Math.min(next + ahead, tokens.length - 1)] ?? end,
    is(text, ahead) {
      const token = cursor.peek(ahead);
      return token.text === text && (token.kind === 'operator' || token.kind === 'keyword');
    },
    accept(text) {
      if (!cursor.is(text)) return false;
      next++;
      return true;
    },
    expect(text) {
      const { at } = cursor.peek();
      if (!cursor.accept(text)) cursor.unexpected(text);
      return at;
    },
    name() {
      const { kind, text } = cursor.peek();
      if (kind !== 'name') cursor.unexpected('a name');
      next++;
      return text;
    },
    skip: () => void next++,
    fail(reason, at = cursor.peek().at) {
      throw new JsonnetFault('syntax', reason, source, at);
    },
    unexpected(wanted) {
      const { kind, text } = cursor.peek();
      if (BITWISE.has(text) && kind === 'operator') cursor.fail(`the operator ${text} is not supported`);
      return cursor.fail(`${kind === 'string' ? 'a text' : text} stands where ${wanted} is expected`);
    },
    nested(work) {
      if (++depth > MAX_DEPTH) cursor.fail(`more than ${MAX_DEPTH} things are nested`);
      const made = work();
      depth--;
      return made;
    },
  };
  return cursor;
}
