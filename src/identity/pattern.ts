import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

const load = createRequire(import.meta.url);

/** A pattern that takes linear time: what a person types must not choose how long a check takes. Loaded by who has one. */
export function compilePattern(pattern: string): RE2JS {
  const { RE2JS: Pattern } = load('re2js') as { readonly RE2JS: typeof RE2JS };
  return Pattern.compile(pattern);
}
