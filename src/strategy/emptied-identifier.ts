import type { AttemptContext, Values } from './strategy.ts';

/** Pages that are asked for an identifier: a field that comes back empty is empty, whatever was typed before. */
const ASKING: ReadonlySet<AttemptContext['page']> = new Set(['form', 'identifier', 'confirm']);

/** The identifier of the page before, which this one carries on; undefined on a page that asks for it. */
export function carriedIdentifier({ page, values }: AttemptContext): string | undefined {
  const { identifier } = ASKING.has(page) ? {} : values;
  return typeof identifier === 'string' && identifier !== '' ? identifier : undefined;
}

/** What the page shows after a submit without an identifier. */
export const withoutIdentifier = ({ page }: AttemptContext): Values => (ASKING.has(page) ? { identifier: '' } : {});
