import type { Place } from '../kernel/issue.ts';

/** Where a part of a hook stands in its file: the place it names, the key it begins with, or the export as a whole. */
export function placeInFile(file: string, text: string, path: string): Place {
  const quoted = /\['([^']+)'\]/.exec(path)?.[1];
  const key = /^[A-Za-z]+/.exec(path)?.[0];
  const found = [
    ...(quoted === undefined ? [] : [text.indexOf(`'${quoted}'`), text.indexOf(`"${quoted}"`)]),
    ...(key === undefined ? [] : [text.search(new RegExp(`\\b${key}['"]?\\s*[:(,}]`))]),
    text.search(/\bexport\s+default\b/),
  ].find((index) => index >= 0);
  const before = text.slice(0, found ?? 0).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
