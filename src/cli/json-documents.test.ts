import { expect, test } from 'vitest';
import { jsonDocuments } from './json-documents.ts';

test.each([
  ['one document, on more lines', '{\n"a": 1\n}\n', [{ line: 1, value: { a: 1 } }]],
  [
    'the members of a list',
    '[{"a":1},{"a":2}]',
    [
      { line: 1, value: { a: 1 } },
      { line: 1, value: { a: 2 } },
    ],
  ],
  [
    'a document a line, and what is none',
    '{"a":1}\n\nno\n{"a":2}\n',
    [
      { line: 1, value: { a: 1 } },
      { line: 3, value: undefined },
      { line: 4, value: { a: 2 } },
    ],
  ],
  ['nothing', '\n', []],
])('%s', (_what, text, documents) => expect(jsonDocuments(text)).toEqual(documents));
