import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { formatIssue } from '../kernel/issue.ts';
import { RICH } from '../../test/support/config-bases.ts';
import { loadText } from '../../test/support/load-text.ts';

const RUNS = 300;

/** Something is answered: a configuration, or at least one error that can be printed. */
async function holds(content: unknown, env: Record<string, string> = {}): Promise<void> {
  const { config, errors } = await loadText(content, { env });
  expect(config === undefined).toBe(errors.length > 0);
  for (const issue of errors) expect(formatIssue(issue)).toMatch(/\S: \S.*; \S/s);
}

const words = [
  'dsn',
  'serve',
  'public',
  'port',
  'selfservice',
  'flows',
  'login',
  'after',
  'hooks',
  'secrets',
  'cookie',
  '__proto__',
  '<<',
];
const wild = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('memory', 'https://a.example/', '1h', '${env:HOME}', '*a', '&a b', 'file:///nowhere', 'base64://!'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string()), tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('any bytes are answered, never thrown at', async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => holds(bytes)),
      { numRuns: RUNS },
    ),
  ).resolves.toBeUndefined();
});

test('any text is answered, never thrown at', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      ...words.map((word) => `${word}:`),
      '- ',
      '---',
      '...',
      '&a',
      '*a',
      '!!set',
      '{',
      ']',
      '|',
      '>',
      '? ',
      '\t',
      '%YAML 1.1',
      '<<: *a',
    ),
  );
  await expect(
    fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\n  ', ' '), (lines, glue) =>
        holds(lines.join(glue)),
      ),
      { numRuns: RUNS },
    ),
  ).resolves.toBeUndefined();
});

test('any value is answered, never thrown at', async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(wild, (value) => holds(stringify(value) ?? '')),
      { numRuns: RUNS },
    ),
  ).resolves.toBeUndefined();
});

test('any value in any place of a good configuration is answered, never thrown at', async () => {
  const paths = leavesOf(RICH);
  await expect(
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), wild, (path, value) => holds(JSON.stringify(put(RICH, path, value)))),
      { numRuns: RUNS },
    ),
  ).resolves.toBeUndefined();
}, 120_000);

test('any variable is answered, never thrown at', async () => {
  const names = fc.constantFrom(
    'DSN',
    'SERVE',
    'SERVE_PUBLIC_PORT',
    'SECRETS_COOKIE',
    'SECRETS_COOKIE_0',
    'SECRETS_COOKIE_999',
    'IDENTITY_SCHEMAS_2_URL',
    'SELFSERVICE',
    'SELFSERVICE_FLOWS_LOGIN_AFTER_PASSWORD_HOOKS',
    'SELFSERVICE_FLOWS_LOGIN_AFTER_PASSWORD_HOOKS_0_CONFIG_URL',
    'COURIER_SMTP_HEADERS',
    'URLS_LOGIN_UI',
  );
  await expect(
    fc.assert(
      fc.asyncProperty(fc.dictionary(names, fc.oneof(fc.string(), fc.json()), { maxKeys: 3 }), (env) =>
        holds(RICH, env),
      ),
      { numRuns: RUNS },
    ),
  ).resolves.toBeUndefined();
}, 120_000);

type Path = readonly (string | number)[];
function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, part]) =>
      leavesOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}
function put(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) return part;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? put(item, rest, part) : item));
  const inside = Object.entries(value as Record<string, unknown>).map(([name, each]) => [
    name,
    name === key ? put(each, rest, part) : each,
  ]);
  return Object.fromEntries(inside);
}
