import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PAGE } from '../src/flow/page.ts';
import { METHODS } from '../src/strategy/methods.ts';

/*
 * The engine and what is said of a configuration know hooks by their meta, methods by the registry and pages by the table of
 * the flow grammar: none of their names is written there. A test of check renames the hooks and finds the same.
 */
const root = fileURLToPath(new URL('../', import.meta.url));

const hooks = readdirSync(join(root, 'plugins'), { encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => basename(file, '.ts'));
const methods: readonly string[] = METHODS.map(({ name }) => name);
const pages: readonly string[] = Object.values(PAGE);

/** Names that are other words, too: store steps, verdicts, flows; states of a message, outcomes, fields, factors. */
const OTHER_WORDS: ReadonlySet<string> = new Set(
  'session redirect verification sent passed second identifier credentials traits'.split(' '),
);
/** What a literal is compared with when it is a name nevertheless. */
const A_NAME = /\b(?:name|hook|key|method|page)$/;
const STATE = /^[a-z_]+\.(?:waiting|checking)$/;

interface Literal {
  readonly text: string;
  /** The code before it and behind it. */
  readonly before: string;
  readonly after: string;
}

/** The literals of a file, without those of comments and imports. */
function* literalsOf(code: string): Generator<Literal> {
  const plain = code.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$|^import [\s\S]*?;$/gm, '');
  for (const match of plain.matchAll(/'([^'\\\n]*)'/g)) {
    const { index, 0: whole, 1: text = '' } = match;
    yield {
      text,
      before: plain.slice(Math.max(0, index - 80), index),
      after: plain.slice(index + whole.length, index + whole.length + 80),
    };
  }
}

function isName({ text, before, after }: Literal): boolean {
  if (before.endsWith('[') && after.startsWith(']')) return false; // the key of a member
  const [compared = ''] = /[\w.?]+(?= (?:===|!==) $)/.exec(before) ?? /(?<=^ (?:===|!==) )[\w.?]+/.exec(after) ?? [];
  if (OTHER_WORDS.has(text)) return A_NAME.test(compared);
  const word = STATE.test(text) ? (text.split('.')[0] ?? '') : text;
  return [hooks, methods, pages].some((names) => names.includes(word));
}

const files = ['src/engine', 'src/analysis'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(folder, file)),
);

test('no name of a hook, a method or a page is written in engine and analysis', () => {
  expect([hooks.length > 7, methods.length > 4, pages.length > 10, files.length > 50]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  const found = files.flatMap((file) =>
    [...literalsOf(readFileSync(join(root, file), 'utf8'))].filter(isName).map(({ text }) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});

test.each([
  ["if (bound.name === 'session') return;", true],
  ["if ('sent' !== at.page) return;", true],
  ["const guard = 'require_verified_address';", true],
  ["goal: ({ path }) => path === 'held.waiting'", true],
  ["method === 'password'", true],
  ["import { x } from 'code';\nkind === 'verification'; // 'password'", false],
  ["status === 'sent' && value['code'] !== undefined", false],
])('the search takes %s for what it is', (code, named) => {
  expect([...literalsOf(code)].some(isName)).toBe(named);
});
