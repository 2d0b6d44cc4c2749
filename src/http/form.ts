import { PROTOTYPE_KEYS } from './strict-json.ts';
import type { Malformed } from './strict-json.ts';

export type Pairs = ReadonlyMap<string, readonly string[]>;
type Pair = readonly [string, string];

const MAX_PAIRS = 256;
const MAX_KEY = 256;
const MAX_DEPTH = 8;
const MAX_INDEX = 64;
/** Bytes of a value; `transient_payload` alone may fill the body. */
const MAX_VALUE = 8_192;
const FREE = 'transient_payload';

/** `application/x-www-form-urlencoded`, or a query read as a form. */
export function parseForm(text: string): Pairs | Malformed {
  const pairs: Pair[] = [];
  for (const each of text.split('&')) {
    if (each === '') continue;
    const at = each.indexOf('=');
    const key = decode(at < 0 ? each : each.slice(0, at));
    const value = decode(at < 0 ? '' : each.slice(at + 1));
    if (key === undefined || value === undefined) return { malformed: 'The form is not properly encoded.' };
    pairs.push([key, value]);
    if (pairs.length > MAX_PAIRS) break;
  }
  return checkPairs(pairs);
}

/**
 * The rules of every form, in either encoding (security IN-3). Repeated keys are kept: the schema decides about them.
 */
export function checkPairs(pairs: readonly Pair[]): Pairs | Malformed {
  if (pairs.length > MAX_PAIRS) return { malformed: `The form has more than ${MAX_PAIRS} fields.` };
  const fields = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const malformed = keyProblem(key) ?? valueProblem(key, value);
    if (malformed !== undefined) return { malformed };
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  const malformed = treeProblem([...fields.keys()]);
  return malformed === undefined ? fields : { malformed };
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'The form has a field without a name.';
  if (Buffer.byteLength(key) > MAX_KEY) return `The form has a name of more than ${MAX_KEY} bytes.`;
  const path = segments(key);
  if (path.length > MAX_DEPTH) return `The form has a name of more than ${MAX_DEPTH} parts.`;
  if (path.some((part) => PROTOTYPE_KEYS.has(part))) {
    return 'The form has a name that is not allowed: __proto__, constructor or prototype.';
  }
  if (path.some((part) => /^\d+$/.test(part) && Number(part) > MAX_INDEX))
    return `The form has an index above ${MAX_INDEX}.`;
  return undefined;
}

function valueProblem(key: string, value: string): string | undefined {
  if (!value.isWellFormed()) return 'The form is not properly encoded.';
  if (key !== FREE && Buffer.byteLength(value) > MAX_VALUE)
    return `The form has a value of more than ${MAX_VALUE} bytes.`;
  return undefined;
}

/** Refuses `a` beside `a.b`, and lists with gaps. */
function treeProblem(keys: readonly string[]): string | undefined {
  const whole = new Set(keys.map((key) => segments(key).join('.')));
  const lists = new Map<string, Set<number>>();
  for (const key of keys) {
    const path = segments(key);
    for (const [i, part] of path.entries()) {
      const parent = path.slice(0, i).join('.');
      if (i > 0 && whole.has(parent)) return 'The form has a field both as a value and as a group.';
      if (/^\d+$/.test(part)) lists.set(parent, (lists.get(parent) ?? new Set()).add(Number(part)));
    }
  }
  const gap = [...lists.values()].some((indexes) => Math.max(...indexes) + 1 > indexes.size);
  return gap ? 'The form has a list with gaps.' : undefined;
}

/** The path of a key in one of its spellings: `a.b`, `a[b]`, `a[]`. */
const segments = (key: string): readonly string[] => key.replace(/\[([^\]]*)\]/g, '.$1').split('.');

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    // Half an escape, or bytes that are no UTF-8: the caller refuses the form.
    return undefined;
  }
}
