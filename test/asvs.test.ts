import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/asvs.md'), 'utf8');

/** The lines of levels 1 and 2 in OWASP ASVS 5.0.0, chapters 6, 7, 9, 10 and 16: how many each section has of them. */
const SECTIONS: Readonly<Record<string, number>> = {
  '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4,
  '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2,
  '9.1': 3, '9.2': 4,
  '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3,
  '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3,
}; // prettier-ignore
const LINES = Object.entries(SECTIONS).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, n) => `${section}.${n + 1}`),
);
/** What waits for a feature that is not there: ending the sessions of everybody. */
const NOT_YET = ['7.4.5'];

interface Row {
  readonly line: string;
  readonly here: string;
  readonly why: string;
  readonly shown: string;
}
const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \([12]\) *\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(
  ([, line = '', , here = '', why = '', shown = '']): Row => ({
    line,
    here: here.trim(),
    why: why.trim(),
    shown: shown.trim(),
  }),
);

test('every line of the standard stands there once, in its order', () => {
  expect(rows.map(({ line }) => line)).toEqual(LINES);
});

test('no line is unmet but those whose features are not there', () => {
  const verdicts = new Set(['met', 'partly', 'not met', 'does not apply']);
  expect(rows.filter(({ here }) => !verdicts.has(here))).toEqual([]);
  expect(rows.filter(({ here }) => here === 'not met').map(({ line }) => line)).toEqual(NOT_YET);
});

test('a line that is met names its test or its reason, and every other one its reason', () => {
  expect(rows.filter(({ why, shown }) => why === '' && shown === '')).toEqual([]);
  expect(rows.filter(({ here, why }) => here !== 'met' && why === '')).toEqual([]);
});

test('each test that is named is there', () => {
  const named = rows.flatMap(({ line, shown }) => {
    const [, path, title] = /^`([^`]+)` “(.+)”$/.exec(shown) ?? [];
    if (shown === '') return [];
    if (path === undefined || title === undefined || !existsSync(join(root, path))) return [`${line}: ${shown}`];
    const source = readFileSync(join(root, path), 'utf8');
    const isThere = ["'", '`', '"'].some((quote) => source.includes(`${quote}${title}${quote}`));
    return isThere ? [] : [`${line}: ${path} has no test “${title}”`];
  });
  expect(named).toEqual([]);
});
