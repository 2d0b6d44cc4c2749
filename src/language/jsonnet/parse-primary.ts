import type { Parser } from './cursor.ts';
import { parseAssertion, parseBind, parseForSpecs, parseParameters, refuseTwice } from './parse-binds.ts';
import { parseObject } from './parse-object.ts';
import type { Expression } from './syntax.ts';

/** An expression without operators around it: a literal, a name, or what begins with a keyword or a bracket. */
export function parsePrimary(parser: Parser): Expression {
  const { kind, text, at } = parser.peek();
  if (kind === 'end') parser.unexpected('an expression');
  if (kind === 'operator' || kind === 'keyword') {
    const read = Object.hasOwn(BEGINNINGS, text) ? BEGINNINGS[text] : undefined;
    if (read === undefined) return parser.unexpected('an expression');
    parser.skip();
    return read(parser, at);
  }
  parser.skip();
  if (kind === 'number') return parseNumber(parser, Number(text), at);
  return kind === 'string' ? { kind: 'literal', at, value: text } : { kind: 'variable', at, name: text };
}

const importOf = (word: string) => (parser: Parser, at: number) =>
  parser.fail(`${word} is not available: a program is one file`, at);

/** Expressions by the operator or keyword that they begin with; the cursor is behind it. */
const BEGINNINGS: Readonly<Record<string, (parser: Parser, at: number) => Expression>> = {
  null: (_parser, at) => ({ kind: 'literal', at, value: null }),
  true: (_parser, at) => ({ kind: 'literal', at, value: true }),
  false: (_parser, at) => ({ kind: 'literal', at, value: false }),
  self: (_parser, at) => ({ kind: 'self', at }),
  $: (_parser, at) => ({ kind: 'dollar', at }),
  super: parseSuper,
  '(': parseParentheses,
  '[': parseArray,
  '{': parseObject,
  local: parseLocal,
  if: parseIf,
  function: parseFunction,
  assert: parseAssert,
  error: (parser, at) => ({ kind: 'error', at, message: parser.expression() }),
  import: importOf('import'),
  importstr: importOf('importstr'),
  importbin: importOf('importbin'),
};

function parseNumber(parser: Parser, value: number, at: number): Expression {
  if (!Number.isFinite(value)) parser.fail('this number is too large', at);
  return { kind: 'literal', at, value };
}

function parseSuper(parser: Parser, at: number): Expression {
  if (parser.accept('.')) {
    const { at: where } = parser.peek();
    return { kind: 'super', at, index: { kind: 'literal', at: where, value: parser.name() } };
  }
  if (!parser.accept('[')) parser.fail('super is followed by .name or [name]', at);
  const index = parser.expression();
  parser.expect(']');
  return { kind: 'super', at, index };
}

function parseParentheses(parser: Parser): Expression {
  const inner = parser.expression();
  parser.expect(')');
  return inner;
}

function parseArray(parser: Parser, at: number): Expression {
  const items: Expression[] = [];
  while (!parser.accept(']')) {
    items.push(parser.expression());
    const comma = parser.accept(',');
    const [only] = items;
    if (parser.is('for') && items.length === 1 && only !== undefined) {
      const specs = parseForSpecs(parser);
      parser.expect(']');
      return { kind: 'array_for', at, body: only, specs };
    }
    if (!comma && !parser.is(']')) parser.unexpected(', or ]');
  }
  return { kind: 'array', at, items };
}

function parseLocal(parser: Parser, at: number): Expression {
  const binds = [parseBind(parser)];
  while (parser.accept(',')) binds.push(parseBind(parser));
  parser.expect(';');
  refuseTwice(parser, binds, at);
  return { kind: 'local', at, binds, body: parser.expression() };
}

function parseIf(parser: Parser, at: number): Expression {
  const condition = parser.expression();
  parser.expect('then');
  const body = parser.expression();
  return { kind: 'if', at, condition, body, otherwise: parser.accept('else') ? parser.expression() : undefined };
}

function parseFunction(parser: Parser, at: number): Expression {
  parser.expect('(');
  return { kind: 'function', at, params: parseParameters(parser), body: parser.expression() };
}

function parseAssert(parser: Parser, at: number): Expression {
  const check = parseAssertion(parser, at);
  parser.expect(';');
  return { kind: 'assert', at, check, body: parser.expression() };
}
