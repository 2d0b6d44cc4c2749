import { JsonnetFault, type Source } from './fault.ts';
import { lex, type Token } from './lex.ts';
import type { Argument, Assertion, Bind, Expression, Field, ForSpec, ObjectExpression, Parameter } from './syntax.ts';

/** How deep a program may be nested; more is a mistake, or meant to hurt. */
const MAX_DEPTH = 200;

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
const BITWISE: ReadonlySet<string> = new Set(['&', '|', '^', '~', '<<', '>>']);

/** Text to a syntax tree; throws `JsonnetFault` with the place of what is wrong. */
export function parse(source: Source): Expression {
  const tokens = lex(source);
  let next = 0;
  let depth = 0;

  const whole = expression();
  if (peek().kind !== 'end') unexpected('the end of the file');
  return whole;

  function peek(ahead = 0): Token {
    return tokens[Math.min(next + ahead, tokens.length - 1)] ?? { kind: 'end', text: '', at: source.text.length };
  }
  function fail(reason: string, at = peek().at): never {
    throw new JsonnetFault('syntax', reason, source, at);
  }
  function unexpected(wanted: string): never {
    const { kind, text } = peek();
    if (BITWISE.has(text) && kind === 'operator') fail(`the operator ${text} is not supported`);
    fail(`${kind === 'end' ? text : kind === 'string' ? 'a text' : text} stands where ${wanted} is expected`);
  }
  function is(text: string, ahead = 0): boolean {
    const token = peek(ahead);
    return token.text === text && (token.kind === 'operator' || token.kind === 'keyword');
  }
  function accept(text: string): boolean {
    if (!is(text)) return false;
    next++;
    return true;
  }
  function expect(text: string): number {
    const { at } = peek();
    if (!accept(text)) unexpected(text);
    return at;
  }
  function name(): string {
    const { kind, text } = peek();
    if (kind !== 'name') unexpected('a name');
    next++;
    return text;
  }

  function expression(): Expression {
    if (++depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} things are nested`);
    const made = binary(1);
    depth--;
    return made;
  }

  function binary(least: number): Expression {
    let left = unary();
    for (;;) {
      const { text: operator, at, kind } = peek();
      const power = kind === 'operator' || kind === 'keyword' ? PRECEDENCE[operator] : undefined;
      if (power === undefined || power < least) return left;
      next++;
      if (operator === 'in' && is('super') && !is('.', 1) && !is('[', 1)) {
        next++;
        left = { kind: 'in_super', at, key: left };
      } else left = { kind: 'binary', at, operator, left, right: binary(power + 1) };
    }
  }

  function unary(): Expression {
    const { at, text, kind } = peek();
    if (kind === 'operator' && (text === '-' || text === '+' || text === '!')) {
      next++;
      if (++depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} things are nested`);
      const value = unary();
      depth--;
      return { kind: 'unary', at, operator: text, value };
    }
    return postfix(primary());
  }

  function postfix(target: Expression): Expression {
    for (;;) {
      const { at } = peek();
      if (accept('.')) {
        const { at: where } = peek();
        target = { kind: 'index', at: where, target, index: { kind: 'literal', at: where, value: name() } };
      } else if (accept('[')) target = bracket(target, at);
      else if (accept('(')) {
        target = { kind: 'call', at, target, args: args() };
        accept('tailstrict');
      } else if (is('{')) target = { kind: 'binary', at, operator: '+', left: target, right: object() };
      else return target;
    }
  }

  /** `[i]`, or `[from:to:step]` with any part left out. */
  function bracket(target: Expression, at: number): Expression {
    const bounds: (Expression | undefined)[] = [undefined];
    let slice = false;
    while (!is(']')) {
      if (accept('::')) {
        bounds.push(undefined, undefined);
        slice = true;
      } else if (accept(':')) {
        bounds.push(undefined);
        slice = true;
      } else if (bounds.at(-1) === undefined) bounds[bounds.length - 1] = expression();
      else unexpected('] or :');
    }
    if (bounds.length > 3) fail('a slice has at most three parts', at);
    expect(']');
    const [index] = bounds;
    if (slice) return { kind: 'slice', at, target, bounds };
    return index === undefined ? fail('[] needs an index', at) : { kind: 'index', at, target, index };
  }

  function args(): readonly Argument[] {
    const made: Argument[] = [];
    list(')', () => {
      const named = peek().kind === 'name' && is('=', 1);
      const key = named ? name() : undefined;
      if (named) expect('=');
      else if (made.some((each) => each.name !== undefined)) fail('an argument without name stands after named ones');
      made.push({ name: key, value: expression() });
    });
    return made;
  }

  /** Comma-separated up to `close`, with or without a comma at the end. */
  function list(close: string, one: () => void): void {
    while (!accept(close)) {
      one();
      if (accept(close)) return;
      if (!accept(',')) unexpected(`, or ${close}`);
    }
  }

  function primary(): Expression {
    const { kind, text, at } = peek();
    if (kind === 'end') unexpected('an expression');
    next++;
    if (kind === 'number') return number(Number(text), at);
    if (kind === 'string') return { kind: 'literal', at, value: text };
    if (kind === 'name') return { kind: 'variable', at, name: text };
    switch (text) {
      case 'null':
        return { kind: 'literal', at, value: null };
      case 'true':
      case 'false':
        return { kind: 'literal', at, value: text === 'true' };
      case 'self':
        return { kind: 'self', at };
      case '$':
        return { kind: 'dollar', at };
      case 'super':
        return superField(at);
      case '(': {
        const inner = expression();
        expect(')');
        return inner;
      }
      case '[':
        return array(at);
      case '{':
        next--;
        return object();
      case 'local': {
        const binds = [bind()];
        while (accept(',')) binds.push(bind());
        expect(';');
        unique(binds, at);
        return { kind: 'local', at, binds, body: expression() };
      }
      case 'if': {
        const condition = expression();
        expect('then');
        const body = expression();
        return { kind: 'if', at, condition, body, otherwise: accept('else') ? expression() : undefined };
      }
      case 'function':
        expect('(');
        return { kind: 'function', at, params: params(), body: expression() };
      case 'assert': {
        const check = assertion(at);
        expect(';');
        return { kind: 'assert', at, check, body: expression() };
      }
      case 'error':
        return { kind: 'error', at, message: expression() };
      case 'import':
      case 'importstr':
      case 'importbin':
        return fail(`${text} is not available: a program is one file`, at);
      default:
        next--;
        return unexpected('an expression');
    }
  }

  function number(value: number, at: number): Expression {
    if (!Number.isFinite(value)) fail('this number is too large', at);
    return { kind: 'literal', at, value };
  }

  function superField(at: number): Expression {
    if (accept('.')) {
      const { at: where } = peek();
      return { kind: 'super', at, index: { kind: 'literal', at: where, value: name() } };
    }
    if (!accept('[')) fail('super is followed by .name or [name]', at);
    const index = expression();
    expect(']');
    return { kind: 'super', at, index };
  }

  function array(at: number): Expression {
    const items: Expression[] = [];
    while (!accept(']')) {
      items.push(expression());
      const comma = accept(',');
      const [only] = items;
      if (is('for') && items.length === 1 && only !== undefined) {
        const specs = forSpecs();
        expect(']');
        return { kind: 'array_for', at, body: only, specs };
      }
      if (!comma && !is(']')) unexpected(', or ]');
    }
    return { kind: 'array', at, items };
  }

  function forSpecs(): readonly ForSpec[] {
    const specs: ForSpec[] = [];
    while (is('for') || is('if')) {
      const { at } = peek();
      if (accept('for')) {
        const variable = name();
        expect('in');
        specs.push({ kind: 'for', at, name: variable, list: expression() });
      } else {
        next++;
        specs.push({ kind: 'if', at, condition: expression() });
      }
    }
    return specs;
  }

  function object(): ObjectExpression {
    const at = expect('{');
    const locals: Bind[] = [];
    const asserts: Assertion[] = [];
    const fields: Field[] = [];
    while (!accept('}')) {
      const { at: where } = peek();
      if (accept('local')) locals.push(bind());
      else if (accept('assert')) asserts.push(assertion(where));
      else fields.push(field(where));
      const comma = accept(',');
      if (is('for')) return objectFor(at, locals, asserts, fields);
      if (!comma && !is('}')) unexpected(', or }');
    }
    unique(locals, at);
    return { kind: 'object', at, locals, asserts, fields, specs: undefined };
  }

  function objectFor(
    at: number,
    locals: readonly Bind[],
    asserts: readonly Assertion[],
    fields: readonly Field[],
  ): ObjectExpression {
    const [only] = fields;
    const plain = only?.visibility === 1 && !only.plus && only.name.kind !== 'literal';
    if (fields.length !== 1 || asserts.length > 0 || !plain) fail('an object with for has one field, [name]: value');
    const specs = forSpecs();
    expect('}');
    unique(locals, at);
    return { kind: 'object', at, locals, asserts, fields, specs };
  }

  function field(at: number): Field {
    const key = fieldName(at);
    if (accept('(')) {
      const parameters = params();
      const visibility = colons();
      const value: Expression = { kind: 'function', at, params: parameters, body: expression() };
      return { at, name: key, plus: false, visibility, value };
    }
    const plus = accept('+');
    return { at, name: key, plus, visibility: colons(), value: expression() };
  }

  function fieldName(at: number): Expression {
    const { kind, text } = peek();
    if (kind === 'name' || kind === 'string') {
      next++;
      return { kind: 'literal', at, value: text };
    }
    if (!accept('[')) unexpected('the name of a field');
    const key = expression();
    expect(']');
    // Told from a plain name by its kind: `{ ['a']: … for … }` is one of the computed ones.
    return key.kind === 'literal' ? { kind: 'if', at, condition: truth(at), body: key, otherwise: undefined } : key;
  }

  function colons(): 1 | 2 | 3 {
    if (accept(':::')) return 3;
    if (accept('::')) return 2;
    expect(':');
    return 1;
  }

  function bind(): Bind {
    const { at } = peek();
    const variable = name();
    const parameters = accept('(') ? params() : undefined;
    expect('=');
    const value = expression();
    return { name: variable, value: parameters ? { kind: 'function', at, params: parameters, body: value } : value };
  }

  function params(): readonly Parameter[] {
    const made: Parameter[] = [];
    const { at } = peek();
    list(')', () => made.push({ name: name(), preset: accept('=') ? expression() : undefined }));
    unique(made, at);
    return made;
  }

  function assertion(at: number): Assertion {
    const condition = expression();
    return { at, condition, message: accept(':') ? expression() : undefined };
  }

  function unique(named: readonly { readonly name: string }[], at: number): void {
    const twice = named.find((one, i) => named.findIndex((each) => each.name === one.name) < i);
    if (twice) fail(`${twice.name} is named twice`, at);
  }
}

const truth = (at: number): Expression => ({ kind: 'literal', at, value: true });
