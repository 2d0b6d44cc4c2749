import type { Parser } from './cursor.ts';
import { parseAssertion, parseBind, parseForSpecs, parseParameters, refuseTwice } from './parse-binds.ts';
import type { Assertion, Bind, Expression, Field, ObjectExpression } from './syntax.ts';

/** An object after its opening brace: locals, asserts and fields, or one field for each turn of a `for`. */
export function parseObject(parser: Parser, at: number): ObjectExpression {
  const locals: Bind[] = [];
  const asserts: Assertion[] = [];
  const fields: Field[] = [];
  while (!parser.accept('}')) {
    const { at: where } = parser.peek();
    if (parser.accept('local')) locals.push(parseBind(parser));
    else if (parser.accept('assert')) asserts.push(parseAssertion(parser, where));
    else fields.push(parseField(parser, where));
    const comma = parser.accept(',');
    if (parser.is('for')) return endComprehension(parser, { kind: 'object', at, locals, asserts, fields });
    if (!comma && !parser.is('}')) parser.unexpected(', or }');
  }
  refuseTwice(parser, locals, at);
  return { kind: 'object', at, locals, asserts, fields, specs: undefined };
}

/** The rest of an object, from its `for`. */
function endComprehension(parser: Parser, object: Omit<ObjectExpression, 'specs'>): ObjectExpression {
  const { fields, asserts, locals, at } = object;
  const [only] = fields;
  const plain = only?.visibility === 1 && !only.plus && only.name.kind !== 'literal';
  if (fields.length !== 1 || asserts.length > 0 || !plain)
    parser.fail('an object with for has one field, [name]: value');
  const specs = parseForSpecs(parser);
  parser.expect('}');
  refuseTwice(parser, locals, at);
  return { ...object, specs };
}

function parseField(parser: Parser, at: number): Field {
  const name = parseFieldName(parser, at);
  if (parser.accept('(')) {
    const params = parseParameters(parser);
    const visibility = parseColons(parser);
    return { at, name, plus: false, visibility, value: { kind: 'function', at, params, body: parser.expression() } };
  }
  const plus = parser.accept('+');
  return { at, name, plus, visibility: parseColons(parser), value: parser.expression() };
}

function parseFieldName(parser: Parser, at: number): Expression {
  const { kind, text } = parser.peek();
  if (kind === 'name' || kind === 'string') {
    parser.skip();
    return { kind: 'literal', at, value: text };
  }
  if (!parser.accept('[')) parser.unexpected('the name of a field');
  const name = parser.expression();
  parser.expect(']');
  // A computed name is never a literal, even where its text is one: `{ ['a']: … for … }` has a computed name.
  const always: Expression = { kind: 'literal', at, value: true };
  return name.kind === 'literal' ? { kind: 'if', at, condition: always, body: name, otherwise: undefined } : name;
}

function parseColons(parser: Parser): 1 | 2 | 3 {
  if (parser.accept(':::')) return 3;
  if (parser.accept('::')) return 2;
  parser.expect(':');
  return 1;
}
