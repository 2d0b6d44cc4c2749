import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { compileJsonnet, JsonnetFault } from './jsonnet.ts';
import { LIBRARY } from './library/library.ts';

const run = (text: string, inputs: Parameters<ReturnType<typeof compileJsonnet>['evaluate']>[0] = {}): Json =>
  compileJsonnet(text, 'x.jsonnet').evaluate(inputs);

function fault(text: string, inputs = {}): JsonnetFault {
  try {
    run(text, inputs);
  } catch (error) {
    if (error instanceof JsonnetFault) return error;
    throw error;
  }
  throw new Error(`no fault: ${text}`);
}

describe('the language', () => {
  test.each<[program: string, value: Json]>([
    // Literals and operators.
    ['1 + 2 * 3 - 4 / 2', 5],
    ['7 % 4 + -(-1)', 4],
    ['"a" + 1 + true + null + [1] + { a: 1 }', 'a1truenull[1]{"a": 1}'],
    ['1 < 2 && "a" < "b" || false', true],
    ['[1, 2] < [1, 3] && [1] < [1, 0]', true],
    ['!(1 >= 2) == (1 != 2)', true],
    ['{ a: [1, { b: 2 }] } == { a: [1, { b: 2 }] }', true],
    ['"x" == 1', false],
    ['false && error "not reached"', false],
    ['true || error "not reached"', true],
    ['1.5e3', 1500],
    ['"\\u00e9\\n\\t\\"\\\\\\/"', 'é\n\t"\\/'],
    ['@\'a\\n\'\'b\' + @"c""d"', 'a\\n\'bc"d'],
    ['// one\n# two\n/* three\n */ 4', 4],
    ['|||\n  one\n    two\n\n  three\n|||', 'one\n  two\n\nthree\n'],
    ['|||-\n  one\n|||', 'one'],
    // Locals and functions.
    ['local a = b + 1, b = 2; a', 3],
    ['local f(x, y=x * 2) = x + y; [f(1), f(1, 5), f(y=1, x=7)]', [3, 6, 8]],
    [
      'local odd(n) = if n == 0 then false else even(n - 1), even(n) = if n == 0 then true else odd(n - 1); odd(7)',
      true,
    ],
    ['(function(x) x + 1)(1)', 2],
    ['local never = error "lazy"; 1', 1],
    ['local f(x) = 1; f(error "lazy")', 1],
    ['[1, error "lazy"][0]', 1],
    ['{ a: error "lazy", b: 2 }.b', 2],
    ['if false then 1', null],
    ['local add(x) = function(y) x + y; add(1)(2)', 3],
    // Arrays and texts.
    ['[x * y for x in [1, 2, 3] if x > 1 for y in [10, 20] if y < 20]', [20, 30]],
    ['[1, 2, 3, 4, 5][1:4]', [2, 3, 4]],
    ['[1, 2, 3, 4, 5][::2]', [1, 3, 5]],
    ['"hello"[1:3] + "hello"[0]', 'elh'],
    ['"a😀b"[1]', '😀'],
    ['[1] + [2]', [1, 2]],
    // Objects.
    ['{ a: 1, "b c": 2, ["d" + "e"]: 3 }', { a: 1, 'b c': 2, de: 3 }],
    ['{ [if true then "a"]: 1, [if false then "b"]: 2, [null]: 3 }', { a: 1 }],
    ['{ [k]: v for k in ["a", "b"] for v in [1] }', { a: 1, b: 1 }],
    ['{ local t = self.a, a: 1, b: t + 1 }', { a: 1, b: 2 }],
    ['{ a: 1, b: self.a + 1 } + { a: 5 }', { a: 5, b: 6 }],
    ['{ a: 1, c: { d: $.a } } + { a: 7 }', { a: 7, c: { d: 7 } }],
    ['{ a: 1 } + { b: super.a + 1, c: "a" in super, d: "z" in super }', { a: 1, b: 2, c: true, d: false }],
    ['{ a: { x: 1 } } + { a+: { y: 2 } }', { a: { x: 1, y: 2 } }],
    ['{ a+: [1] } + { a+: [2] } + { a+: [3] }', { a: [1, 2, 3] }],
    ['{ a:: 1, b: self.a } + { c: super.a }', { b: 1, c: 1 }],
    ['{ a:: 1 } + { a: 2 }', {}],
    ['{ a:: 1 } + { a::: 2 }', { a: 2 }],
    ['{ f(x):: x + self.y, y: 2, z: self.f(3) } + { y: 10 }', { y: 10, z: 13 }],
    ['local base = { name: "x", greet: "hi " + self.name }; base { name: "y" }', { name: 'y', greet: 'hi y' }],
    ['"a" in { a: null } && !("b" in { a: 1 })', true],
    ['{ a: null }.a', null],
    ['{ a: { b: self.c, c: 2 }, c: 3 }', { a: { b: 2, c: 2 }, c: 3 }],
    ['{ a: 1, b: { a: 2, c: $.a } }.b.c', 1],
    ['{ assert self.a > 0 : "small", a: 1 }', { a: 1 }],
    ['assert true; 1', 1],
    ['{ z: 1, a: 2, m: 3 }', { a: 2, m: 3, z: 1 }],
    ['{ __proto__: 1, constructor: 2 }.constructor', 2],
  ])('%s', (program, value) => {
    expect(run(program)).toEqual(value);
  });

  test('order of fields is by name', () => {
    expect(Object.keys(run('{ z: 1, a: 2, m: 3 }') as object)).toEqual(['a', 'm', 'z']);
  });

  test('a field called __proto__ is a field', () => {
    expect(JSON.stringify(run('{ ["__proto__"]: { polluted: true } }'))).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('what was given is read, and unknown arguments are left alone', () => {
    const program = 'function(ctx, more=1) { id: ctx.flow.id, more: more, claims: std.extVar("claims").sub }';
    const inputs = { args: { ctx: { flow: { id: 'f' } }, other: 1 }, extVars: { claims: { sub: 's' } } };
    expect(run(program, inputs)).toEqual({ id: 'f', more: 1, claims: 's' });
  });

  test('one compiled program can be run often, and every run begins anew', () => {
    const program = compileJsonnet('local a = std.extVar("a"); { b: a + 1 }', 'x');
    expect([1, 2, 3].map((a) => program.evaluate({ extVars: { a } }))).toEqual([{ b: 2 }, { b: 3 }, { b: 4 }]);
  });
});

describe('the library', () => {
  test.each<[program: string, value: Json]>([
    [
      '[std.type(x) for x in [null, true, 1, "a", [], {}, function() 1]]',
      ['null', 'boolean', 'number', 'string', 'array', 'object', 'function'],
    ],
    [
      '[std.isString("a"), std.isNumber(1), std.isBoolean(1), std.isObject({}), std.isArray([]), std.isFunction(std.map)]',
      [true, true, false, true, true, true],
    ],
    [
      '[std.length("a😀"), std.length([1, 2]), std.length({ a: 1, b:: 2 }), std.length(function(a, b) 1)]',
      [2, 2, 1, 2],
    ],
    [
      '[std.objectHas({ a: 1 }, "a"), std.objectHas({ a:: 1 }, "a"), std.objectHasAll({ a:: 1 }, "a")]',
      [true, false, true],
    ],
    [
      '[std.get({ a: 1 }, "a"), std.get({}, "a"), std.get({}, "a", 2), std.get({ a:: 1 }, "a", 2, false)]',
      [1, null, 2, 2],
    ],
    ['std.objectFields({ b: 1, a: 2, c:: 3 }) + std.objectFieldsAll({ c:: 3 })', ['a', 'b', 'c']],
    ['std.objectValues({ b: 1, a: 2 })', [2, 1]],
    ['std.objectKeysValues({ a: 2 })', [{ key: 'a', value: 2 }]],
    ['std.objectRemoveKey({ a: 1, b: 2 }, "a")', { b: 2 }],
    ['std.mapWithKey(function(k, v) k + v, { a: 1 })', { a: 'a1' }],
    ['[std.startsWith("abc", "ab"), std.endsWith("abc", "bc"), std.startsWith([1, 2], [1])]', [true, true, true]],
    ['std.split("a@b@c", "@") + std.splitLimit("a@b@c", "@", 1)', ['a', 'b', 'c', 'a', 'b@c']],
    [
      '[std.join("-", ["a", "b", null]), std.join([0], [[1], [2]]), std.lines(["a", "b"])]',
      ['a-b', [1, 0, 2], 'a\nb\n'],
    ],
    ['[std.asciiLower("AÉ"), std.asciiUpper("aé")]', ['aÉ', 'Aé']],
    [
      '[std.stripChars("xaxbx", "x"), std.lstripChars("xax", "x"), std.rstripChars("xax", "x"), std.trim(" a\\n")]',
      ['axb', 'ax', 'xa', 'a'],
    ],
    [
      '[std.substr("hello", 1, 3), std.findSubstr("l", "hello"), std.strReplace("a$a", "a", "$&")]',
      ['ell', [2, 3], '$&$$&'],
    ],
    ['[std.parseInt("-12"), std.parseJson("{\\"a\\": [null]}"), std.parseJson("null")]', [-12, { a: [null] }, null]],
    [
      '[std.toString({ a: [1, "x"], b: {}, c: [] }), std.escapeStringJson("a\\"")]',
      ['{"a": [1, "x"], "b": { }, "c": [ ]}', '"a\\""'],
    ],
    ['std.manifestJsonMinified({ b: [1, "x"], a: {} })', '{"a":{},"b":[1,"x"]}'],
    ['std.manifestJsonEx({ a: [1], b: {} }, "  ")', '{\n  "a": [\n    1\n  ],\n  "b": { }\n}'],
    ['std.manifestJson([1])', '[\n    1\n]'],
    ['[std.base64("ü"), std.base64Decode("w7w="), std.base64([0, 255])]', ['w7w=', 'ü', 'AP8=']],
    ['[std.md5("a"), std.length(std.sha256("a"))]', ['0cc175b9c0f1b6a831c399e269772661', 64]],
    [
      '[std.codepoint("A"), std.char(233), std.stringChars("ab"), std.isEmpty(""), std.equalsIgnoreCase("A", "a")]',
      [65, 'é', ['a', 'b'], true, true],
    ],
    ['std.map(function(x) x + 1, [1, 2]) + std.map(function(x) x, "ab")', [2, 3, 'a', 'b']],
    ['std.mapWithIndex(function(i, x) i + x, ["a"])', ['0a']],
    ['std.filter(function(x) x > 1, [1, 2]) + std.filterMap(function(x) x > 1, function(x) x * 2, [1, 2])', [2, 4]],
    ['std.flatMap(function(x) [x, x], [1, 2]) + std.flattenArrays([[3], [4]])', [1, 1, 2, 2, 3, 4]],
    [
      '[std.foldl(function(a, b) a + b, ["x", "y"], ""), std.foldr(function(a, b) b + a, ["x", "y"], "")]',
      ['xy', 'yx'],
    ],
    [
      '[std.range(1, 3), std.repeat("ab", 2), std.repeat([1], 2), std.makeArray(2, function(i) i * i)]',
      [[1, 2, 3], 'abab', [1, 1], [0, 1]],
    ],
    ['[std.reverse([1, 2]), std.slice([1, 2, 3, 4], 1, 4, 2), std.slice("abcd", -2)]', [[2, 1], [2, 4], 'cd']],
    [
      '[std.member([1, 2], 2), std.member("abc", "b"), std.contains([1], 2), std.count([1, 1, 2], 1), std.find(1, [1, 2, 1])]',
      [true, true, false, 2, [0, 2]],
    ],
    [
      '[std.any([false, true]), std.all([true, false]), std.sum([1, 2]), std.remove([1, 2, 1], 1)]',
      [true, false, 3, [2, 1]],
    ],
    ['[std.minArray([2, 1]), std.maxArray(["a", "b"])]', [1, 'b']],
    [
      '[std.sort([3, 1, 2]), std.sort(["b", "a"], function(x) x), std.uniq([1, 1, 2, 1]), std.set([2, 1, 2])]',
      [
        [1, 2, 3],
        ['a', 'b'],
        [1, 2, 1],
        [1, 2],
      ],
    ],
    [
      '[std.setUnion([1], [2, 1]), std.setInter([1, 2], [2]), std.setDiff([1, 2], [2]), std.setMember(1, [1])]',
      [[1, 2], [2], [1], true],
    ],
    [
      '[std.abs(-1), std.sign(-2), std.min(1, 2), std.max(1, 2), std.clamp(5, 0, 3), std.mod(7, 4)]',
      [1, -1, 1, 2, 3, 3],
    ],
    ['[std.floor(1.5), std.ceil(1.5), std.round(1.5), std.sqrt(4), std.pow(2, 3)]', [1, 2, 2, 2, 8]],
    ['std.prune({ a: null, b: [], c: { d: null }, e: 0, f: [null, 1] })', { e: 0, f: [1] }],
    ['std.mergePatch({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: 9 } })', { b: { c: 9, d: 3 } }],
    [
      '["%s|%5s|%-5s|" % ["a", "b", "c"], "%d%%" % 5, "%05.1f" % 3.14159, "%x %X %o" % [255, 255, 8]]',
      ['a|    b|c    |', '5%', '003.1', 'ff FF 10'],
    ],
    [
      '["%(a)s-%(b)03d" % { a: "x", b: 7 }, std.format("%s", [[1]]), "%e" % 12345.678, "%g" % 0.0001, "%+d" % 1]',
      ['x-007', '[1]', '1.234568e+04', '0.0001', '+1'],
    ],
    ['["%(a)s" % { a: null }, "%s" % null, "%s %s" % [null, false]]', ['null', 'null', 'null false']],
  ])('%s', (program, value) => {
    expect(run(program)).toEqual(value);
  });
});

describe('what is wrong is said with its place', () => {
  test.each<[program: string, kind: JsonnetFault['kind'], said: string]>([
    ['{ a: 1,\n  b: }', 'syntax', 'x.jsonnet:2:6 } stands where an expression is expected'],
    ['local a = 1\n{ a: a }', 'syntax', 'x.jsonnet:2:9 the end of the file stands where ; is expected'],
    ["local c = import 'lib.libsonnet'; c", 'syntax', 'x.jsonnet:1:11 import is not available: a program is one file'],
    ['{ a: claims.email }', 'syntax', 'x.jsonnet:1:6 nothing is named claims'],
    ['\n\n std.native("x")', 'syntax', 'x.jsonnet:3:6 std.native is not supported; supported: extVar, type, '],
    ['1 & 2', 'syntax', 'x.jsonnet:1:3 the operator & is not supported'],
    ['self.a', 'syntax', 'x.jsonnet:1:1 self stands outside of an object'],
    ['local s = std; s', 'syntax', 'x.jsonnet:1:11 std is used as std.name only'],
    ['"a', 'syntax', 'x.jsonnet:1:1 a text is not closed'],
    ['/* a', 'syntax', 'x.jsonnet:1:1 a comment is not closed'],
    ['"\\x"', 'syntax', 'x.jsonnet:1:2 \\x is no escape'],
    ['f(1, 2', 'syntax', 'x.jsonnet:1:7 the end of the file stands where , or ) is expected'],
    ['local a = 1, a = 2; a', 'syntax', 'x.jsonnet:1:1 a is named twice'],
    ['1e999', 'syntax', 'x.jsonnet:1:1 this number is too large'],
    ['{ a: 1 }.b', 'runtime', 'x.jsonnet:1:10 there is no field "b"'],
    ['{ a: 1, a: 2 }', 'runtime', 'x.jsonnet:1:9 the field "a" is defined twice'],
    ['[1][1]', 'runtime', 'x.jsonnet:1:4 the index 1 is outside of the 1 there are'],
    ['1 + {}', 'runtime', 'x.jsonnet:1:3 + is applied to number and object'],
    ['1 / 0', 'runtime', 'x.jsonnet:1:3 division by zero'],
    ['if 1 then 2', 'runtime', 'x.jsonnet:1:1 a condition is true or false, this is number'],
    ['local a = a; a', 'runtime', 'x.jsonnet:1:11 a value depends on itself'],
    ['(function(x) x)()', 'runtime', 'x.jsonnet:1:16 the argument x is missing'],
    ['(function(x) x)(y=1)', 'runtime', 'x.jsonnet:1:16 the function has no parameter y'],
    ['1(2)', 'runtime', 'x.jsonnet:1:1 number cannot be called'],
    ['{ f(x): x }', 'runtime', 'x.jsonnet:1:1 a function is no JSON'],
    ['std.extVar("secret")', 'runtime', 'x.jsonnet:1:11 std.extVar: there is no external variable "secret"'],
    ['std.length(1)', 'runtime', 'x.jsonnet:1:11 std.length: number has no length'],
    ['std.parseJson("{")', 'runtime', 'x.jsonnet:1:14 std.parseJson: the text is not JSON'],
    ['"%d" % "a"', 'runtime', 'x.jsonnet:1:6 a format asks for a number, this is string'],
    ['"%s %s" % ["a"]', 'runtime', 'x.jsonnet:1:9 a format asks for more values than there are'],
    ['error "no " + "entry"', 'raised', 'x.jsonnet:1:1 no entry'],
    ['{ assert false : "must not be" }', 'raised', 'x.jsonnet:1:3 must not be'],
    ['assert 1 > 2; 1', 'raised', 'x.jsonnet:1:1 an assertion does not hold'],
  ])('%s', (program, kind, said) => {
    const { message, kind: found } = fault(program);
    expect([found, message.slice(0, said.length)]).toEqual([kind, said]);
  });

  test('`reason` is what error said, and nothing else', () => {
    expect(fault('error "cancel"').reason).toBe('cancel');
  });

  test('no message quotes what was given', () => {
    const inputs = { extVars: { claims: { email: 'secret@example.org' } } };
    for (const program of ['.email.x', '.email + {} + [] - 1', ' + 1', '.email[99]', '.email()', '.email % 3'])
      expect(fault(`local c = std.extVar("claims"); c${program}`, inputs).message).not.toContain('secret');
  });
});

describe('a program always ends', () => {
  test.each([
    ['recursion without end', 'local f(x) = f(x + 1); f(0)'],
    ['two functions without end', 'local f(x) = g(x), g(x) = f(x); f(0)'],
    ['an endless value', 'local a = { b: a }; a'],
    ['an endless array', 'local a = [a]; a'],
    ['a text that doubles', 'local d(x, n) = if n == 0 then x else d(x + x, n - 1); d("xxxxxxxx", 99)'],
    ['a long repeat', 'std.repeat("x", 1e9)'],
    ['a long range', 'std.range(1, 1e12)'],
    ['a large array', 'std.makeArray(1e9, function(i) i)'],
    ['a wide format', '"%1000000000s" % "x"'],
    ['loops in loops', '[1 for a in std.range(1, 999) for b in std.range(1, 999) for c in std.range(1, 999)]'],
    ['many comparisons', 'local a = std.range(1, 5000); [std.count(a, x) for x in a]'],
    ['much output', '[std.repeat("x", 60000) for i in std.range(1, 9)]'],
    ['brackets', '['.repeat(9_999)],
    ['a long sum', `1${'+1'.repeat(50_000)}`],
    ['a long path', `local a = { a: a }; a${'.a'.repeat(9_999)}`],
    ['many signs', '-'.repeat(9_999)],
    ['replacements that grow', 'std.strReplace(std.repeat("a", 60000), "a", std.repeat("b", 60000))'],
    ['layers on layers', 'std.foldl(function(o, i) o + { [std.toString(i)]: i }, std.range(1, 9999), {})'],
  ])('%s', (_name, program) => {
    expect(['limit', 'syntax']).toContain(fault(program).kind);
  });

  test('the same program uses the same, however often it runs', () => {
    const program = compileJsonnet('std.foldl(function(a, b) a + b, std.range(1, 500), 0)', 'x', { steps: 20_000 });
    for (let i = 0; i < 50; i++) expect(program.evaluate()).toBe(125_250);
  });

  test('and with nothing but its own error', () => {
    const piece = fc.constantFrom(
      ...'{ } [ ] ( ) , ; : :: +: . = == + - * % < in $ a b x std std.map std.length self super function(x)'.split(' '),
      ...'local if then else for assert error 1 "s" null true ||| // \n'.split(' '),
    );
    const programs = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(' ')),
      fc.string(),
    );
    fc.assert(
      fc.property(programs, (program) => {
        let thrown: unknown = new JsonnetFault('syntax', '', { name: '', text: '' }, 0);
        try {
          run(program);
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(JsonnetFault);
      }),
      { numRuns: 3_000 },
    );
  });

  test('and JSON means the same in it as everywhere', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // -0 is written 0.
        const text = JSON.stringify(value);
        expect(JSON.parse(JSON.stringify(run(text)))).toEqual(JSON.parse(text));
        expect(run(`std.parseJson(std.manifestJson(${text})) == ${text}`)).toBe(true);
      }),
    );
  });
});

test('the documentation lists what std has, and nothing else', () => {
  const page = readFileSync(new URL('../../../docs/reference/jsonnet.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/`std\.([A-Za-z0-9]+)\(/g)].map(([, name]) => name);
  expect(listed).toHaveLength(LIBRARY.size);
  expect(new Set(listed)).toEqual(new Set(LIBRARY.keys()));
});
