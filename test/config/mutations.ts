import { parse, stringify } from 'yaml';

/** A configuration that must not start: its text, and what stands beside it instead of what stood there. */
export interface Broken {
  readonly name: string;
  readonly text: string;
  /** Files by path; undefined takes one away. */
  readonly files: Readonly<Record<string, string | undefined>>;
}

type Key = string | number;
type Change = (value: unknown) => unknown;

interface Spot {
  readonly path: readonly Key[];
  readonly value: unknown;
}

/** Everything that is known to be wrong, done to a good configuration in each place where it can be done. */
export function mutate(good: string, schema: string): readonly Broken[] {
  const tree: unknown = parse(good);
  const spots = spotsOf(tree, []);
  const at = (what: string, { path }: Spot, change: Change): Broken => ({
    name: `${path.join('.')} ${what}`,
    text: stringify(changed(tree, path, change)),
    files: {},
  });
  return [
    ...spots
      .filter(isSection)
      .map((spot) => at('with an unknown key', spot, (value) => ({ ...object(value), frobnicate: 1 }))),
    ...spots.filter(isSection).map((spot) => at('as a number', spot, () => 7)),
    ...spots.filter(({ value }) => typeof value === 'string').map((spot) => at('as a mapping', spot, () => ({ a: 1 }))),
    ...spots.filter(isUrl).map((spot) => at('as something that is no URL', spot, () => 'nowhere in particular')),
    ...spots.filter(isUrl).map((spot) => at('as a script', spot, () => 'javascript:alert(1)')),
    ...spots.filter(isHookList).flatMap((spot) => hookMutations(spot, at)),
    ...spots.filter(isSecrets).flatMap((spot) => secretMutations(spot, at)),
    ...schemaMutations(good, schema),
    ...textMutations(good),
    ...dialectMutations(tree),
  ];
}

/** Built-in hooks that have no business in these flows' lists. */
const WRONG_IN = { settings: 'session', login: 'verify', registration: 'revoke_active_sessions' };

function hookMutations(spot: Spot, at: (what: string, spot: Spot, change: Change) => Broken): readonly Broken[] {
  const list = spot.value as readonly Readonly<Record<string, unknown>>[]; // isHookList
  const word = 'job' in (list[0] ?? {}) ? 'job' : 'hook';
  const other = word === 'job' ? 'hook' : 'job';
  const add =
    (entry: unknown): Change =>
    () => [entry, ...list];
  const wrong = Object.entries(WRONG_IN).find(([flow]) => spot.path.includes(flow))?.[1];
  return [
    at('with a hook nobody has', spot, add({ [word]: 'frobnicate' })),
    at('with a hook in the wrong place', spot, add({ [word]: wrong })),
    at('with two identical entries', spot, () => [...list, list[0]]),
    at('with a redirect to nowhere', spot, add({ [word]: 'redirect' })),
    at(
      'with a redirect to what is no URL',
      spot,
      add({ [word]: 'redirect', config: { [word === 'job' ? 'redirect_to' : 'to']: 'home' } }),
    ),
    at(
      'with the option of another dialect',
      spot,
      add({ [word]: 'redirect', config: { [word === 'job' ? 'to' : 'redirect_to']: 'https://app.example.org/' } }),
    ),
    at(
      'with an option the hook does not have',
      spot,
      add({ [word]: 'revoke_active_sessions', config: { loudly: true } }),
    ),
    at('with the words of two dialects', spot, add({ [other]: 'revoke_active_sessions', [word]: 'session' })),
    at('with an entry that names nothing', spot, add({ config: {} })),
    at('with an entry that is a word', spot, add('session')),
    at('with a hook that is a number', spot, add({ [word]: 42 })),
    at('with an empty hook', spot, add({ [word]: '' })),
    at('with an entry that is null', spot, add(null)),
    at('as a mapping', spot, () => ({ [word]: 'session' })),
  ];
}

function secretMutations(spot: Spot, at: (what: string, spot: Spot, change: Change) => Broken): readonly Broken[] {
  return [
    at('too short', spot, () => ['short']),
    at('twice the same', spot, () => ['one-secret-that-is-long-enough-0123', 'one-secret-that-is-long-enough-0123']),
    at('as a number', spot, () => [1234567890123456]),
    at('from a variable that is not set', spot, () => ['${env:NO_SUCH_VARIABLE}']),
    at('from a file that is not there', spot, () => ['file:///no/such/file']),
  ];
}

function schemaMutations(good: string, schema: string): readonly Broken[] {
  const change = (what: string, text: string | undefined): Broken => ({
    name: `the identity schema ${what}`,
    text: good,
    files: { [schema]: text },
  });
  const traits = (email: unknown): string =>
    JSON.stringify({ type: 'object', properties: { traits: { type: 'object', properties: { email } } } });
  return [
    change('is not there', undefined),
    change('is empty', ''),
    change('breaks off', '{ "type": "object", "properties": {'),
    change('is a list', '[]'),
    change('describes no traits', '{ "type": "object" }'),
    change('has a type nobody knows', traits({ type: 'stringy' })),
    change('has a pattern that cannot be compiled', traits({ type: 'string', pattern: '([a-z' })),
    change('has a pattern that could run for ever', traits({ type: 'string', pattern: '(?=a)b' })),
    change('points to nothing', traits({ $ref: '#/definitions/nothing' })),
    change('verifies by pigeon', traits({ type: 'string', 'ory.sh/kratos': { verification: { via: 'pigeon' } } })),
  ];
}

function textMutations(good: string): readonly Broken[] {
  const text = (name: string, broken: string): Broken => ({ name: `text: ${name}`, text: broken, files: {} });
  const [first = ''] = /^\w+:/m.exec(good) ?? [];
  return [
    text('its first key twice', `${good}\n${first} again\n`),
    text('a second document', `${good}\n---\ndsn: memory\n`),
    text('a tab', `${good}\nlog:\n\tlevel: info\n`),
    text('an open bracket', `${good}\nlog: { level: [\n`),
    text('an open quote', `${good}\nlog: "level\n`),
    text('an alias to nothing', `${good}\nlog: *nothing\n`),
    text('an alias bomb', `${bomb()}\n${good}`),
    text('a list at the top', good.replace(/^(?=\S)/gm, '- ')),
    text('an unknown tag', `${good}\nlog: !vault secret/log\n`),
    text('a prototype', `${good}\n__proto__: { polluted: true }\n`),
    text('a byte that is no character', `${good}\nlog: { level: "\u0000" }\n`),
    text('a level of logs nobody knows', `${good}\nlog: { level: loud }\n`),
    text('a lifespan that is none', `${good}\nsession: { lifespan: soon }\n`),
    text('plugins that are not there', `${good}\nplugins: [./no-such-plugin]\n`),
    text('a version nobody wrote', `${good}\nversion: 26\n`),
  ];
}

function dialectMutations(tree: unknown): readonly Broken[] {
  const top = object(tree);
  const selfservice = object(top['selfservice']);
  const mixed = (name: string, more: Readonly<Record<string, unknown>>): Broken => ({
    name: `dialects: ${name}`,
    text: stringify({ ...top, selfservice: { ...selfservice, ...more } }),
    files: {},
  });
  const old = { after: { password: [{ job: 'session' }, { hook: 'verify' }] } };
  return [
    mixed('both words in one list', { registration: old }),
    mixed('a list for settings with jobs', { settings: { after: [{ job: 'verify' }] } }),
    mixed('a method nobody knows', { login: { after: { pasword: [{ job: 'revoke_active_sessions' }] } } }),
  ];
}

const bomb = (): string =>
  [
    'x0: &x0 [y, y, y, y, y, y, y, y, y]',
    ...Array.from({ length: 9 }, (_, n) => `x${n + 1}: &x${n + 1} [${Array(9).fill(`*x${n}`).join(', ')}]`),
  ].join('\n');

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

/** A mapping that is ours: not a hook's configuration, and not one that may hold anything. */
const isSection = ({ path, value }: Spot): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && path.length > 0 && path.at(-1) !== 'config';
const isUrl = ({ path, value }: Spot): boolean =>
  typeof value === 'string' && /^https?:/.test(value) && !path.includes('config');
const isSecrets = ({ path, value }: Spot): boolean => path[0] === 'secrets' && Array.isArray(value);
const isHookList = ({ value }: Spot): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => 'hook' in object(each) || 'job' in object(each));

function spotsOf(value: unknown, path: readonly Key[]): readonly Spot[] {
  if (Array.isArray(value))
    return [{ path, value }, ...value.flatMap((item: unknown, n) => spotsOf(item, [...path, n]))];
  const members = Object.entries(object(value));
  return [{ path, value }, ...members.flatMap(([key, part]) => spotsOf(part, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: readonly Key[], change: Change): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item: unknown, n) => (n === key ? changed(item, rest, change) : item));
  const members = object(value);
  return { ...members, [key]: changed(members[key], rest, change) };
}
