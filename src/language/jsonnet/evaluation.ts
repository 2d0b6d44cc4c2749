import type { Operators } from './operators.ts';
import type { Run } from './run.ts';
import type { Expression } from './syntax.ts';
import type { ObjectValue, Thunk, Value } from './value.ts';

/** The names that an expression sees. */
export interface Scope {
  readonly names: ReadonlyMap<string, Thunk>;
  readonly outer: Scope | undefined;
  readonly self: ObjectValue | undefined;
  /** The index of the layer whose code this is: `super` is the layers below it. */
  readonly layer: number;
  readonly dollar: ObjectValue | undefined;
}

/** One run of a program: what its parts need of each other. */
export interface Evaluation extends Run, Operators {
  evaluate(expression: Expression, scope: Scope): Value;
  /** Ends the program with its own `error` or `assert`. */
  raise(message: string, at: number): never;
}
