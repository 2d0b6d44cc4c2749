import { describe, expect, test } from 'vitest';
import { BASES, overlay, type Base } from '../../test/support/config-bases.ts';
import { loadText } from '../../test/support/load-text.ts';
import { nested, schemaKeys, type SchemaKey } from '../../test/support/schema-values.ts';
import type { Issue, IssueCode } from '../kernel/issue.ts';
import type { Loaded } from './config.ts';

/**
 * Refusals that the rules order for values of the right type: by the code, and where one key alone decides by its path. What is
 * not on the list must start.
 */
const ORDERED: readonly (readonly [code: IssueCode, path: RegExp, why: string])[] = [
  ['refused', /\.tls\.|\.schema_url$/, 'TLS, and a mapping of claims nobody can run'],
  ['refused', /enable_legacy_flow$|^identity\.schemas\[\d\]\.schema$/, 'a name that no release had'],
  ['refused', /^serve\.public\.domain_aliases$/, 'addresses that nobody would be answered at'],
  ['wrong-value', /^dsn$/, 'a database that cannot be opened'],
  ['wrong-value', /^(?:courier\.smtp\.connection_uri)$/, 'no mail server'],
  ['wrong-value', /^courier\.worker\.lease$/, 'a lease too short to answer in'],
  ['wrong-value', /^serve\.(?:public|admin)\.host$/, 'no address'],
  ['wrong-value', /^hashers\.argon2\.memory$/, 'no unit, or more than there is'],
  ['wrong-value', /^identity\.default_schema_id$/, 'a schema that nobody has'],
  ['wrong-value', /allowed_return_urls|whitelisted_return|allowed_origins/, 'an entry that nothing can match'],
  ['wrong-value', /providers/, 'a provider nobody can be sent to'],
  ['wrong-value', /hooks|\.before|\.after/, 'a list in the words of another dialect'],
  ['weak', /^secrets\./, 'a secret that can be guessed'],
  ['unreadable', /./, 'a file that is not there'],
  ['duplicate', /./, 'one port, id or secret for two'],
  ['missing', /./, 'a part without which the rest means nothing'],
  ['contradiction', /./, 'two settings of which one must be wrong'],
  ['misplaced', /./, 'a list where its dialect has none'],
  ['unknown-key', /hooks|\.before|\.after/, 'an option of a hook of another dialect'],
];
const isOrdered = ({ code, path }: Issue): boolean =>
  ORDERED.some(([each, where]) => each === code && where.test(path.replace(/^[A-Z0-9_]+ /, '')));

const keys = schemaKeys().filter(({ values }) => values.length > 0);
const BASE_NAMES: readonly Base[] = ['v0.1-job', 'v0.3-hook', 'between', 'current'];

/** A value, or at least one error, each with words; and no error without an order. */
function expectAnswer({ config, errors }: Loaded, about: string): void {
  expect(config === undefined, about).toBe(errors.length > 0);
  expect(
    errors.filter((each) => !isOrdered(each)),
    about,
  ).toEqual([]);
}

test('every key has a value', () => {
  expect(keys.length).toBeGreaterThan(350);
  expect(schemaKeys().filter(({ values }) => values.length === 0)).toEqual([]);
});

describe.each(BASE_NAMES)('each key alone, in %s', (base) => {
  test('is answered, and refused only where the rules say so', async () => {
    expect.hasAssertions();
    for (const { path, values } of keys)
      for (const value of base === 'current' ? values : values.slice(0, 1))
        expectAnswer(await loadText(overlay(BASES[base], nested(path, value))), `${path.join('.')}: ${String(value)}`);
  }, 300_000);
});

test('each pair of values stands in one configuration', async () => {
  const count = keys.reduce((sum, { values }) => sum + values.length, 0);
  const first = keys.map((_, i) => keys.slice(0, i).reduce((sum, { values }) => sum + values.length, 0));
  const seen = new Uint8Array(count * count);
  let random = 1;
  const next = (below: number): number => {
    random = (random * 48_271) % 2_147_483_647;
    return random % below;
  };
  for (let round = 0; round < 60; round += 1) {
    const chosen = keys.map(({ values }) => next(values.length));
    for (const [i, a] of chosen.entries())
      for (const [j, b] of chosen.entries()) seen[((first[i] ?? 0) + a) * count + (first[j] ?? 0) + b] = 1;
    const whole = keys.reduce<unknown>(
      (made, { path, values }, i) => overlay(made, nested(path, values[chosen[i] ?? 0])),
      {},
    );
    expectAnswer(await loadText(whole), `round ${round}`);
  }
  expect(seen.reduce((sum, each) => sum + each, 0) / pairs(keys, count)).toBeGreaterThan(0.99);
}, 300_000);

/** Two values of one key never stand together. */
const pairs = (all: readonly SchemaKey[], count: number): number =>
  count * count - all.reduce((sum, { values }) => sum + values.length * (values.length - 1), 0);

/** Not read from the environment: too general to be meant. */
const NOT_READ = new Set(['VERSION', 'CONFIG', 'HELP', 'DEV', 'REVISION']);

test('each key from the environment says what it says in the file', async () => {
  for (const { path, values, leaf } of keys) {
    const name = path.join('_').toUpperCase().replaceAll('-', '_');
    if (!leaf || NOT_READ.has(name) || !/^[A-Z0-9_]+$/.test(name)) continue;
    for (const value of values.slice(0, 1)) {
      const inFile = await loadText(overlay(BASES.current, nested(path, value)));
      const inVariable = await loadText(BASES.current, { env: { [name]: String(value) } });
      expectAnswer(inVariable, `${name}=${String(value)}`);
      // A variable is no mark of a dialect: what an old key in a file brings along, it does not.
      if (inFile.config?.dialect !== 'current') continue;
      expect(bare(inVariable), `${name}=${String(value)}`).toEqual(bare(inFile));
    }
  }
}, 300_000);

/** Without places and folders, and codes of errors alone. */
const bare = ({ config, errors }: Loaded): unknown => [
  JSON.stringify(config ?? null, (key, value: unknown) =>
    ['place', 'path', 'at', 'files', 'file'].includes(key) ? undefined : value,
  ).replaceAll(/sallyport-config-\w+/g, 'folder'),
  errors.map(({ code }) => code),
];
