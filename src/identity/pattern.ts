import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

const load = createRequire(import.meta.url);

/**
 * Compiles a pattern for an engine with linear time, so that no input can slow a check down. Throws for a pattern that
 * the engine lacks. The engine is loaded at the first pattern.
 */
export function compilePattern(pattern: string): RE2JS {
  const { RE2JS: Pattern } = load('re2js') as { readonly RE2JS: typeof RE2JS };
  return Pattern.compile(pattern);
}
