import { didYouMean } from '../kernel/did-you-mean.ts';
import { isObject } from '../kernel/json.ts';
import type { SchemaProblem } from './schema-shape.ts';

/**
 * Warns of formats that nobody knows: JSON Schema (draft 7, validation 7.2) lets them assert nothing, so `string` is no
 * mistake, and `e-mail` probably one.
 */
export function warnOfFormats(document: unknown, known: ReadonlySet<string>, warn: SchemaProblem, path = '#'): void {
  if (Array.isArray(document)) document.forEach((part, i) => warnOfFormats(part, known, warn, `${path}/${i}`));
  if (!isObject(document)) return;
  for (const [key, part] of Object.entries(document)) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (DATA.has(key)) continue;
    if (key !== 'format' || typeof part !== 'string') warnOfFormats(part, known, warn, at);
    else if (!known.has(part)) {
      const near = didYouMean(part, [...known]);
      warn(
        at,
        `is the format ${JSON.stringify(part.slice(0, 80))}, which nothing is checked for`,
        near === undefined ? `known formats: ${[...known].join(', ')}` : `did you mean ${near}?`,
      );
    }
  }
}

const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);
