import type { Json } from '../kernel/json.ts';

/** One document of a file, and the line that it begins on; without a value where the line is no JSON. */
export interface JsonDocument {
  readonly line: number;
  readonly value: Json | undefined;
}

/** What a file holds: one document, the members of a list, or a document a line. The members of a list have the line of the list. */
export function jsonDocuments(text: string): readonly JsonDocument[] {
  const whole = parse(text);
  if (Array.isArray(whole)) return (whole as readonly Json[]).map((value) => ({ line: 1, value }));
  if (whole !== undefined) return [{ line: 1, value: whole }];
  return text.split('\n').flatMap((each, i) => (each.trim() === '' ? [] : [{ line: i + 1, value: parse(each) }]));
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse makes nothing else
  } catch {
    return undefined; // the caller says where
  }
}
