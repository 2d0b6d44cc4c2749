import type { Parser } from './cursor.ts';
import type { Argument, Assertion, Bind, ForSpec, Parameter } from './syntax.ts';

/** `name = value` or `name(parameters) = value`, as `local` has it. */
export function parseBind(parser: Parser): Bind {
  const { at } = parser.peek();
  const name = parser.name();
  const params = parser.accept('(') ? parseParameters(parser) : undefined;
  parser.expect('=');
  const value = parser.expression();
  return { name, value: params ? { kind: 'function', at, params, body: value } : value };
}

/** The parameters of a function, after its opening parenthesis. */
export function parseParameters(parser: Parser): readonly Parameter[] {
  const made: Parameter[] = [];
  const { at } = parser.peek();
  parseList(parser, ')', () => {
    made.push({ name: parser.name(), preset: parser.accept('=') ? parser.expression() : undefined });
  });
  refuseTwice(parser, made, at);
  return made;
}

/** The arguments of a call, after its opening parenthesis: those without a name first. */
export function parseArguments(parser: Parser): readonly Argument[] {
  const made: Argument[] = [];
  parseList(parser, ')', () => {
    const named = parser.peek().kind === 'name' && parser.is('=', 1);
    const name = named ? parser.name() : undefined;
    if (named) parser.expect('=');
    else if (made.some((each) => each.name !== undefined))
      parser.fail('an argument without name stands after named ones');
    made.push({ name, value: parser.expression() });
  });
  return made;
}

/** `condition` or `condition : message`, after `assert`. */
export function parseAssertion(parser: Parser, at: number): Assertion {
  const condition = parser.expression();
  return { at, condition, message: parser.accept(':') ? parser.expression() : undefined };
}

/** The `for … in …` and `if …` of a comprehension. */
export function parseForSpecs(parser: Parser): readonly ForSpec[] {
  const specs: ForSpec[] = [];
  while (parser.is('for') || parser.is('if')) {
    const { at } = parser.peek();
    if (parser.accept('for')) {
      const name = parser.name();
      parser.expect('in');
      specs.push({ kind: 'for', at, name, list: parser.expression() });
    } else {
      parser.skip();
      specs.push({ kind: 'if', at, condition: parser.expression() });
    }
  }
  return specs;
}

export function refuseTwice(parser: Parser, named: readonly { readonly name: string }[], at: number): void {
  const twice = named.find((one, i) => named.findIndex((each) => each.name === one.name) < i);
  if (twice) parser.fail(`${twice.name} is named twice`, at);
}

/** Comma-separated up to `close`, with or without a comma at the end. */
function parseList(parser: Parser, close: string, one: () => void): void {
  while (!parser.accept(close)) {
    one();
    if (parser.accept(close)) return;
    if (!parser.accept(',')) parser.unexpected(`, or ${close}`);
  }
}
