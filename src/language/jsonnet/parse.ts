import { createCursor, type Parser } from './cursor.ts';
import type { Source } from './fault.ts';
import { parseArguments } from './parse-binds.ts';
import { parseObject } from './parse-object.ts';
import { parsePrimary } from './parse-primary.ts';
import type { Expression } from './syntax.ts';

/** Binds tighter the higher. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  in: 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

/** Text to a syntax tree; throws `JsonnetFault` with the place of what is wrong. */
export function parse(source: Source): Expression {
  const parser: Parser = {
    ...createCursor(source),
    expression: () => parser.nested(() => parseBinary(parser, 1)),
  };
  const program = parser.expression();
  if (parser.peek().kind !== 'end') parser.unexpected('the end of the file');
  return program;
}

/** Operators that bind at least as tightly as `least`. */
function parseBinary(parser: Parser, least: number): Expression {
  let left = parseUnary(parser);
  for (;;) {
    const { text: operator, at, kind } = parser.peek();
    const power = kind === 'operator' || kind === 'keyword' ? PRECEDENCE[operator] : undefined;
    if (power === undefined || power < least) return left;
    parser.skip();
    if (operator === 'in' && parser.is('super') && !parser.is('.', 1) && !parser.is('[', 1)) {
      parser.skip();
      left = { kind: 'in_super', at, key: left };
    } else left = { kind: 'binary', at, operator, left, right: parseBinary(parser, power + 1) };
  }
}

function parseUnary(parser: Parser): Expression {
  const { at, text, kind } = parser.peek();
  if (kind === 'operator' && (text === '-' || text === '+' || text === '!')) {
    parser.skip();
    return { kind: 'unary', at, operator: text, value: parser.nested(() => parseUnary(parser)) };
  }
  return parsePostfix(parser, parsePrimary(parser));
}

/** What may follow a value: `.name`, `[…]`, `(…)`, `{…}`. */
function parsePostfix(parser: Parser, first: Expression): Expression {
  let target = first;
  for (;;) {
    const { at } = parser.peek();
    if (parser.accept('.')) {
      const { at: where } = parser.peek();
      target = { kind: 'index', at: where, target, index: { kind: 'literal', at: where, value: parser.name() } };
    } else if (parser.accept('[')) target = parseBracket(parser, target, at);
    else if (parser.accept('(')) {
      target = { kind: 'call', at, target, args: parseArguments(parser) };
      parser.accept('tailstrict');
    } else if (parser.accept('{'))
      target = { kind: 'binary', at, operator: '+', left: target, right: parseObject(parser, at) };
    else return target;
  }
}

/** `[i]`, or `[from:to:step]` with any part left out. */
function parseBracket(parser: Parser, target: Expression, at: number): Expression {
  const bounds: (Expression | undefined)[] = [undefined];
  let slice = false;
  while (!parser.is(']')) {
    if (parser.accept('::')) {
      bounds.push(undefined, undefined);
      slice = true;
    } else if (parser.accept(':')) {
      bounds.push(undefined);
      slice = true;
    } else if (bounds.at(-1) === undefined) bounds[bounds.length - 1] = parser.expression();
    else parser.unexpected('] or :');
  }
  if (bounds.length > 3) parser.fail('a slice has at most three parts', at);
  parser.expect(']');
  const [index] = bounds;
  if (slice) return { kind: 'slice', at, target, bounds };
  return index === undefined ? parser.fail('[] needs an index', at) : { kind: 'index', at, target, index };
}
