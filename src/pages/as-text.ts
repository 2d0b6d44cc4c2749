import type { Json } from '../kernel/json.ts';

/** The value of a node as an attribute has it. */
export function asText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
