import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { BASES, RICH } from '../../test/support/config-bases.ts';
import { loadText } from '../../test/support/load-text.ts';

type Key = string | number;
interface Spot {
  readonly path: readonly Key[];
  readonly value: unknown;
}

/** Every mapping, list and value of a configuration. */
function spots(value: unknown, path: readonly Key[] = []): readonly Spot[] {
  if (Array.isArray(value)) return [{ path, value }, ...value.flatMap((item: unknown, i) => spots(item, [...path, i]))];
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return [{ path, value }, ...Object.entries(value).flatMap(([key, part]) => spots(part, [...path, key]))];
}

function put(value: unknown, [key, ...rest]: readonly Key[], part: unknown): unknown {
  if (key === undefined) return part;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? put(item, rest, part) : item));
  const inside: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  inside[key] = put(inside[key], rest, part);
  return inside;
}

/** A hook's own configuration is the hook's business. */
const ours = ({ path }: Spot): boolean => !path.some((key, i) => key === 'config' && typeof path[i - 1] === 'number');
const isUrl = (value: unknown): boolean => typeof value === 'string' && /^https?:/.test(value);

type Broken = readonly [name: string, text: string];

function derive(name: string, good: unknown): readonly Broken[] {
  const all = spots(good).filter(ours);
  const change = (how: string, { path }: Spot, part: unknown): Broken => [
    `${name}: ${path.join('.')} ${how}`,
    stringify(put(good, path, part)),
  ];
  const isFree = ({ path }: Spot): boolean => path.at(-1) === 'headers';
  return [
    ...all
      .filter((spot) => typeof spot.value === 'object' && !Array.isArray(spot.value) && !isFree(spot))
      .map((spot) => change('with an unknown key', spot, { ...(spot.value as object), frobnicate: 1 })),
    ...all
      .filter(({ value }) => typeof value !== 'object')
      .map((spot) => change('as a mapping', spot, { surprise: true })),
    ...all
      .filter(({ value, path }) => Array.isArray(value) && path.length > 0)
      .map((spot) => change('as a word', spot, 'word')),
    ...all.filter(({ value }) => typeof value === 'number').map((spot) => change('negative', spot, -1)),
    ...all.filter(({ value }) => typeof value === 'boolean').map((spot) => change('as "yes"', spot, 'yes')),
    ...all
      .filter(({ value, path }) => isUrl(value) && !path.includes('private_ip_exception_urls'))
      .flatMap((spot) => [change('not a URL', spot, 'not a url'), change('a script', spot, 'javascript:alert(1)')]),
  ];
}

const TEXTS: readonly Broken[] = [
  [
    'an alias bomb',
    [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefgh'].map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefg'[i]}`).join()}]`),
    ].join('\n'),
  ],
  ['an alias to itself', 'secrets: &s { cookie: *s }'],
  ['an alias to nothing', 'dsn: *nowhere'],
  ['a key twice', 'dsn: memory\ndsn: memory'],
  ['two documents', 'dsn: memory\n---\ndsn: memory'],
  ['a tab as indentation', 'serve:\n\tpublic: {}'],
  ['a list at the top', '- dsn: memory'],
  ['a word at the top', 'memory'],
  ['an open bracket', 'secrets: { cookie: ['],
  ['an open quote', 'dsn: "memory'],
  ['deep brackets', `a: ${'['.repeat(5_000)}`],
  ['deep nesting', `a: ${'{a: '.repeat(100)}1${'}'.repeat(100)}`],
  ['a mapping as key', '? { a: b }\n: c'],
  ['an unknown tag', 'dsn: !vault secret/dsn'],
  ['a binary value', 'dsn: !!binary aGVsbG8='],
  ['a merge of a word', '<<: word\ndsn: memory'],
  ['a prototype key', '__proto__: { polluted: true }\ndsn: memory'],
  ['a constructor key', 'constructor: { prototype: {} }'],
];

const cases = [
  ...derive('v0.1-job', BASES['v0.1-job']),
  ...derive('v0.3-hook', BASES['v0.3-hook']),
  ...derive('current', RICH),
  ...TEXTS.map(([name, text]): Broken => [`text: ${name}`, text]),
];

test('the good ones are good', async () => {
  for (const good of [BASES['v0.1-job'], BASES['v0.3-hook'], BASES.current, RICH])
    expect((await loadText(stringify(good))).errors).toEqual([]);
});

test('there are enough broken ones', () => {
  expect(new Set(cases.map(([name]) => name)).size).toBeGreaterThanOrEqual(200);
});

/** Without effect, or a name that others may know: what is wrong below is a warning. */
const HARMLESS = /(?:webauthn\.config\.rp with|urls\.mfa_ui)[. ]/;
const isHarmless = ([name]: Broken): boolean => HARMLESS.test(name);

test.each(cases.filter(isHarmless))('starts with a warning in spite of %s', async (_name, text) => {
  const { config, warnings } = await loadText(text);
  expect(config).toBeDefined();
  expect(warnings.length).toBeGreaterThan(0);
});

test.each(cases.filter((each) => !isHarmless(each)))('refuses %s, with a position', async (_name, text) => {
  const { config, errors } = await loadText(text);
  expect(config).toBeUndefined();
  expect(errors.find(({ place }) => place !== undefined && place.line >= 1 && place.column >= 1)).toBeDefined();
});
