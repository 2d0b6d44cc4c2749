import type { Meter } from './meter.ts';
import type { FunctionValue, ObjectValue, Thunk, Value } from './value.ts';

/** What the library needs of a run. */
export interface Run {
  readonly meter: Meter;
  extVars(name: string): Value | undefined;
  fail(reason: string, at: number): never;
  force(thunk: Thunk): Value;
  call(fn: FunctionValue, args: readonly (Thunk | undefined)[], at: number): Value;
  /** undefined: no such field. */
  field(object: ObjectValue, name: string, at: number): Value | undefined;
  /** Throws when an object's own assertions do not hold. */
  checkAsserts(object: ObjectValue): void;
  equal(a: Value, b: Value, at: number): boolean;
  compare(a: Value, b: Value, at: number): number;
  add(a: Value, b: Value, at: number): Value;
  text(value: Value, at: number): string;
  /** A string of the program, charged for. */
  string(text: string, at: number): string;
}
