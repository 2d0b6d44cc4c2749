import type { Run } from '../run.ts';
import {
  isKind,
  ready,
  sizeOf,
  typeOf,
  type ArrayValue,
  type FunctionValue,
  type ObjectValue,
  type Thunk,
  type Value,
} from '../value.ts';

export interface LibraryFunction {
  readonly params: readonly { readonly name: string; readonly optional: boolean }[];
  run(args: readonly (Thunk | undefined)[], run: Run, at: number): Value;
}

/** Arguments of one call, read as what they must be. */
export interface Args {
  readonly run: Run;
  readonly at: number;
  has(i: number): boolean;
  value(i: number): Value;
  thunk(i: number): Thunk;
  text(i: number): string;
  number(i: number): number;
  whole(i: number): number;
  array(i: number): ArrayValue;
  object(i: number): ObjectValue;
  fn(i: number): FunctionValue;
  flag(i: number, preset: boolean): boolean;
  fail(reason: string): never;
}

/** By signature, `name(a, b=)`: what follows `=` may be left out. */
export type Functions = Readonly<Record<string, (args: Args) => Value>>;

export function readArgs(thunks: readonly (Thunk | undefined)[], run: Run, at: number, name: string): Args {
  const fail = (reason: string): never => run.fail(`std.${name}: ${reason}`, at);
  const thunk = (i: number): Thunk => thunks[i] ?? fail(`argument ${i + 1} is missing`);
  const value = (i: number): Value => run.force(thunk(i));
  const wrong = (i: number, wanted: string): never =>
    fail(`argument ${i + 1} must be ${wanted}, this is ${typeOf(value(i))}`);
  const number = (i: number): number => {
    const given = value(i);
    return typeof given === 'number' ? given : wrong(i, 'a number');
  };
  const of =
    <K extends 'array' | 'object' | 'function'>(kind: K) =>
    (i: number): Extract<Value, { kind: K }> => {
      const given = value(i);
      if (!isKind(given, kind)) return wrong(i, kind === 'function' ? 'a function' : `an ${kind}`);
      if (isKind(given, 'array')) run.meter.spend(given.items.length, at);
      if (isKind(given, 'object')) run.meter.spend(sizeOf(given), at);
      return given;
    };
  return {
    run,
    at,
    fail,
    thunk,
    value,
    number,
    has: (i) => thunks[i] !== undefined,
    text(i) {
      const given = value(i);
      if (typeof given !== 'string') return wrong(i, 'a string');
      run.meter.spend(Math.trunc(given.length / 64), at);
      return given;
    },
    whole: (i) => (Number.isSafeInteger(number(i)) ? number(i) : fail(`argument ${i + 1} must be a whole number`)),
    array: of('array'),
    object: of('object'),
    fn: of('function'),
    flag(i, preset) {
      if (thunks[i] === undefined) return preset;
      const given = value(i);
      return typeof given === 'boolean' ? given : wrong(i, 'true or false');
    },
  };
}

export const spend = ({ run, at }: Args, units: number): void => run.meter.spend(units, at);

export function points(a: Args, i: number): readonly string[] {
  const split = [...a.text(i)];
  spend(a, split.length);
  return split;
}

/** An array's items, or a text's characters. */
export function items(a: Args, i: number): readonly Thunk[] {
  return typeof a.value(i) === 'string' ? points(a, i).map(ready) : a.array(i).items;
}
