import { isKind, namesOf, typeOf } from '../value.ts';
import { points, type Args, type Functions } from './args.ts';

/** `std` about what a value is, and the input. */
export const TYPES: Functions = {
  'extVar(x)': (a) => {
    const found = a.run.extVars(a.text(0));
    return found === undefined ? a.fail(`there is no external variable ${JSON.stringify(a.text(0))}`) : found;
  },
  'type(x)': (a) => typeOf(a.value(0)),
  'isString(v)': (a) => typeof a.value(0) === 'string',
  'isNumber(v)': (a) => typeof a.value(0) === 'number',
  'isBoolean(v)': (a) => typeof a.value(0) === 'boolean',
  'isObject(v)': (a) => isKind(a.value(0), 'object'),
  'isArray(v)': (a) => isKind(a.value(0), 'array'),
  'isFunction(v)': (a) => isKind(a.value(0), 'function'),
  'length(x)': (a) => lengthOf(a),
};

function lengthOf(a: Args): number {
  const value = a.value(0);
  if (typeof value === 'string') return points(a, 0).length;
  if (isKind(value, 'array')) return value.items.length;
  if (isKind(value, 'object')) return namesOf(value).length;
  return isKind(value, 'function') ? value.params.length : a.fail(`${typeOf(value)} has no length`);
}
