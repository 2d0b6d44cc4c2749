import { expect, test } from 'vitest';
import type { Issue, IssueCode } from '../kernel/issue.ts';
import { sayWarnings } from './load-configuration.ts';

const issue = (code: IssueCode, path: string): Issue => ({
  code,
  place: undefined,
  path,
  found: 'is so',
  allowed: 'mend it',
});

function said(warnings: readonly Issue[], notes: readonly Issue[] = []): readonly string[] {
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  const warn = (text: string): void => void lines.push(`warning: ${text}`);
  const output = { print: () => undefined, note, warn, fail: note, useJson: () => undefined, terminal: false };
  sayWarnings(output, { warnings, notes }, { files: ['a.yml', 'b.yml'], dev: true });
  return lines;
}

test('one warning is said whole', () => {
  expect(said([issue('no-effect', 'a.b')])).toEqual(['warning: a.b: is so; mend it']);
});

test('many are one line, with a probable slip first; those about security are whole', () => {
  const many = [
    issue('not-offered', 'totp'),
    issue('unsafe', 'cors'),
    issue('not-known', 'rp.x'),
    issue('owner-not-told', 'courier.notify'),
    issue('no-effect', 'c'),
  ];
  expect(said(many, [issue('no-effect', 'log')])).toEqual([
    'warning: cors: is so; mend it',
    'warning: courier.notify: is so; mend it',
    '3 warnings, the first: rp.x: is so; mend it; all: sallyport check -c a.yml -c b.yml --dev',
    'note: log: is so; mend it',
  ]);
});

test('nothing to say is nothing said', () => {
  expect(said([])).toEqual([]);
});
