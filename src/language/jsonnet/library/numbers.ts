import { formatText } from '../format.ts';
import type { Args, Functions } from './args.ts';

/** `std` about numbers. */
export const NUMBERS: Functions = {
  'abs(n)': (a) => Math.abs(a.number(0)),
  'sign(n)': (a) => Math.sign(a.number(0)),
  'max(a, b)': (a) => Math.max(a.number(0), a.number(1)),
  'min(a, b)': (a) => Math.min(a.number(0), a.number(1)),
  'clamp(x, minVal, maxVal)': (a) => Math.min(Math.max(a.number(0), a.number(1)), a.number(2)),
  'floor(x)': (a) => Math.floor(a.number(0)),
  'ceil(x)': (a) => Math.ceil(a.number(0)),
  'round(x)': (a) => Math.round(a.number(0)),
  'sqrt(x)': (a) => finite(a, Math.sqrt(a.number(0))),
  'pow(x, n)': (a) => finite(a, a.number(0) ** a.number(1)),
  'mod(a, b)': (a) => {
    const first = a.value(0);
    if (typeof first === 'string') return formatText(first, a.value(1), a.run, a.at);
    return a.number(1) === 0 ? a.fail('division by zero') : a.number(0) % a.number(1);
  },
};

const finite = (a: Args, value: number): number =>
  Number.isFinite(value) ? value : a.fail('the result is not a number');
