import type { Evaluation, Scope } from './evaluation.ts';
import { LIBRARY } from './library/library.ts';
import type { Argument, Expression } from './syntax.ts';
import { isKind, later, typeOf, type FunctionValue, type Thunk, type Value } from './value.ts';

/** `target(arguments)`: the arguments are computed when the function asks for them. */
export function evaluateCall(
  run: Evaluation,
  { target, args, at }: Extract<Expression, { kind: 'call' }>,
  scope: Scope,
): Value {
  const fn = run.evaluate(target, scope);
  if (!isKind(fn, 'function')) return run.fail(`${typeOf(fn)} cannot be called`, target.at);
  return complete(run, fn, placeArguments(run, fn, args, scope, at), at);
}

/** The arguments in the order of the parameters. */
function placeArguments(
  run: Evaluation,
  { params }: FunctionValue,
  args: readonly Argument[],
  scope: Scope,
  at: number,
): readonly (Thunk | undefined)[] {
  const given: (Thunk | undefined)[] = params.map(() => undefined);
  args.forEach(({ name, value }, i) => {
    const place = name === undefined ? i : params.findIndex((each) => each.name === name);
    if (place < 0) run.fail(`the function has no parameter ${name}`, at);
    if (place >= params.length) run.fail(`the function takes ${params.length} arguments, not ${args.length}`, at);
    if (given[place]) run.fail(`the argument ${params[place]?.name} is given twice`, at);
    given[place] = later(() => run.evaluate(value, scope));
  });
  return given;
}

/** Calls a function with arguments by position. */
export function callFunction(
  run: Pick<Evaluation, 'meter' | 'fail'>,
  fn: FunctionValue,
  args: readonly (Thunk | undefined)[],
  at: number,
): Value {
  if (args.length > fn.params.length)
    return run.fail(`the function takes ${fn.params.length} arguments, not ${args.length}`, at);
  return complete(
    run,
    fn,
    fn.params.map((_param, i) => args[i]),
    at,
  );
}

function complete(
  { meter, fail }: Pick<Evaluation, 'meter' | 'fail'>,
  fn: FunctionValue,
  args: readonly (Thunk | undefined)[],
  at: number,
): Value {
  const missing = fn.params.find(({ optional }, i) => !optional && args[i] === undefined);
  if (missing) fail(`the argument ${missing.name} is missing`, at);
  meter.enter(at);
  const value = fn.call(args, at);
  meter.leave();
  return value;
}

/** A function of the program, with the scope that it was written in. */
export function closure(
  run: Evaluation,
  { params, body }: Extract<Expression, { kind: 'function' }>,
  scope: Scope,
): FunctionValue {
  return {
    kind: 'function',
    params: params.map(({ name, preset }) => ({ name, optional: preset !== undefined })),
    call(args) {
      const names = new Map<string, Thunk>();
      const inner = { ...scope, names, outer: scope };
      params.forEach(({ name, preset }, i) => {
        const given = args[i] ?? (preset ? later(() => run.evaluate(preset, inner)) : undefined);
        if (given) names.set(name, given);
      });
      return run.evaluate(body, inner);
    },
  };
}

/** `std.name` */
export function libraryFunction(run: Evaluation, name: string, at: number): FunctionValue {
  const found = LIBRARY.get(name);
  if (found === undefined) return run.fail(`std.${name} is not supported`, at);
  return { kind: 'function', params: found.params, call: (args, where) => found.run(args, run, where) };
}
