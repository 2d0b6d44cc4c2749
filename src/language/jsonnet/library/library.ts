import type { Run } from '../run.ts';
import type { Value } from '../value.ts';
import { readArgs, type LibraryFunction } from './args.ts';
import { ARRAYS } from './arrays.ts';
import { NUMBERS } from './numbers.ts';
import { OBJECTS } from './objects.ts';
import { SETS } from './sets.ts';
import { TEXTS } from './text.ts';
import { TYPES } from './types.ts';

/** The functions of `std` by name. */
export const LIBRARY: ReadonlyMap<string, LibraryFunction> = new Map(
  Object.entries({ ...TYPES, ...TEXTS, ...OBJECTS, ...ARRAYS, ...SETS, ...NUMBERS }).map(([signature, define]) => {
    const [name = '', written = ''] = signature.replace(')', '').split('(');
    const params = written.split(', ').map((each) => ({ name: each.replace('=', ''), optional: each.endsWith('=') }));
    return [name, { params, run: (thunks, run, at) => checked(define(readArgs(thunks, run, at, name)), run, at) }];
  }),
);

/** Every text that the library makes counts against the limits. */
function checked(value: Value, run: Run, at: number): Value {
  return typeof value === 'string' ? run.string(value, at) : value;
}
