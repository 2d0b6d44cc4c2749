import type { Json } from '../../kernel/json.ts';
import { createRun } from './evaluate.ts';
import { JsonnetFault, type Source } from './fault.ts';
import { LIMITS, type Limits } from './meter.ts';
import { checkNames } from './names.ts';
import { parse } from './parse.ts';
import { toJson } from './show.ts';
import { LIBRARY } from './library/library.ts';
import { fromJson, isKind, ready, type Value } from './value.ts';

export { JsonnetFault } from './fault.ts';

export interface Program {
  /** Throws `JsonnetFault` when the program fails, raises an error, or takes more than its limits. */
  evaluate(inputs?: ProgramInputs): Json;
}

export interface ProgramInputs {
  /** For `std.extVar`. */
  readonly extVars?: Readonly<Record<string, Json>>;
  /** For a program that is a function: its arguments by name. */
  readonly args?: Readonly<Record<string, Json>>;
}

/** The longest program; a mapper is far shorter. */
const MAX_SOURCE = 262_144;

/**
 * Reads a program in a subset of Jsonnet (jsonnet.org, version 0.20): everything but imports, bitwise operators and part
 * of `std`. Throws `JsonnetFault` with line and column for what is wrong or not supported. A program reaches nothing but
 * its inputs, and always ends.
 */
export function compileJsonnet(text: string, name: string, limits: Partial<Limits> = {}): Program {
  const source: Source = { name, text };
  if (text.length > MAX_SOURCE)
    throw new JsonnetFault('limit', `the program is longer than ${MAX_SOURCE} characters`, source, 0);
  const program = guarded(source, () => {
    const parsed = parse(source);
    checkNames(parsed, source, [...LIBRARY.keys()]);
    return parsed;
  });
  return {
    evaluate: ({ extVars = {}, args = {} } = {}) =>
      guarded(source, () => {
        const given = new Map(Object.entries(extVars));
        const run = createRun(source, {
          extVars: (variable) => {
            const value = given.get(variable);
            return value === undefined ? undefined : fromJson(value);
          },
          limits: { ...LIMITS, ...limits },
        });
        let value: Value = run.evaluate(program);
        if (isKind(value, 'function')) {
          const passed = new Map(Object.entries(args));
          value = run.call(
            value,
            value.params.map((param) => {
              const arg = passed.get(param.name);
              return arg === undefined ? undefined : ready(fromJson(arg));
            }),
            program.at,
          );
        }
        return toJson(value, run, program.at);
      }),
  };
}

/** The limits end a program long before the stack is full; a full stack counts as a limit too. */
function guarded<T>(source: Source, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new JsonnetFault('limit', 'the program is nested too deeply', source, 0);
  }
}
