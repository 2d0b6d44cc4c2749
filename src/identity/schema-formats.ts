import { didYouMean } from '../kernel/did-you-mean.ts';
import { isObject } from '../kernel/json.ts';
import { EXTENSION, readExtension } from './extension.ts';
import type { SchemaProblem } from './schema-shape.ts';

/** The formats that an address may have; any other says nothing about it, and the address is taken as it is typed. */
const OF_ADDRESSES: ReadonlySet<string> = new Set(['email', 'tel', 'date', 'time', 'date-time', 'no-validate']);

/**
 * Warns of formats that nobody knows: JSON Schema (draft 7, validation 7.2) lets them assert nothing, so `string` is no
 * mistake, and `e-mail` probably one. Warns of formats of addresses that say nothing about an address.
 */
export function warnOfFormats(document: unknown, known: ReadonlySet<string>, warn: SchemaProblem, path = '#'): void {
  if (Array.isArray(document)) document.forEach((part, i) => warnOfFormats(part, known, warn, `${path}/${i}`));
  if (!isObject(document)) return;
  for (const [key, part] of Object.entries(document)) {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (DATA.has(key)) continue;
    if (key !== 'format' || typeof part !== 'string') warnOfFormats(part, known, warn, at);
    else if (known.has(part)) {
      if (!OF_ADDRESSES.has(part) && isAddress(document))
        warn(
          at,
          `is ${part}, which says nothing about an address`,
          'it is taken as it is typed; write email or tel where it has to be one',
        );
    } else {
      const near = didYouMean(part, [...known]);
      warn(
        at,
        `is the format ${JSON.stringify(part.slice(0, 80))}, which nothing is checked for`,
        near === undefined ? `known formats: ${[...known].join(', ')}` : `did you mean ${near}?`,
      );
    }
  }
}

/** Whether messages go to the value of a property. */
function isAddress({ [EXTENSION]: extension }: Readonly<Record<string, unknown>>): boolean {
  if (extension === undefined) return false;
  const { verification, recovery } = readExtension(extension, '', () => undefined);
  return verification !== undefined || recovery !== undefined;
}

const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);
