import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The exceptions, which `.oxlintrc.json` extends. */
const RECORD = join(root, '.oxlint-sizes.json');
const SOURCES = ['src/**/*.{ts,js}', 'plugins/**/*.ts'];
const TESTS = ['**/*.test.ts', '**/*.fixture.ts'];
/** Lines that hold code; blank ones and comments are free. */
const LIMITS = { 'max-lines': 200, 'max-lines-per-function': 60 } as const;
type Rule = keyof typeof LIMITS;
type Rules = Readonly<Partial<Record<Rule, unknown>>>;

const RULES = Object.keys(LIMITS) as readonly Rule[]; // the keys of a literal
const atMost = (max: number): unknown => ['error', { max, skipBlankLines: true, skipComments: true }];
const rules = (of: (rule: Rule) => unknown): Rules => Object.fromEntries(RULES.map((rule) => [rule, of(rule)]));

const BASE: readonly { readonly files: readonly string[]; readonly rules: Rules }[] = [
  { files: SOURCES, rules: rules((rule) => atMost(LIMITS[rule])) },
  { files: TESTS, rules: rules(() => 'off') },
];

/** The file of a rule's exceptions, one line each. */
function recordOf(exceptions: ReadonlyMap<string, number>): string {
  const lines = [...exceptions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, max]) => {
      const [file = '', rule = ''] = key.split(' ');
      return { files: [file], rules: { [rule]: atMost(max) } };
    });
  return `{\n  "overrides": [\n${[...BASE, ...lines].map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]\n}\n`;
}

/** What oxlint finds beyond the limits: the longest by `file rule`. */
async function tooLong(): Promise<ReadonlyMap<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sizes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'limits.json');
  writeFileSync(
    config,
    JSON.stringify({
      plugins: ['eslint'],
      categories: { correctness: 'off' },
      rules: rules((rule) => atMost(LIMITS[rule])),
    }),
  );
  const found = new Map<string, number>();
  for (const { code, message, filename } of await lint(config)) {
    const rule = RULES.find((each) => code === `eslint(${each})`);
    const lines = Number(/\((\d+)\)/.exec(message)?.[1]);
    const key = `${filename} ${rule}`;
    if (rule !== undefined && !/\.(?:test|fixture)\.ts$/.test(filename))
      found.set(key, Math.max(lines, found.get(key) ?? 0));
  }
  return found;
}

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
}

function lint(config: string): Promise<readonly Diagnostic[]> {
  const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '-c', config, '--format', 'json', 'src', 'plugins'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (_status, output, said) => {
      try {
        resolve((JSON.parse(output) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics);
      } catch {
        reject(new Error(`oxlint printed no JSON: ${output} ${said}`));
      }
    });
  });
}

function recorded(): ReadonlyMap<string, number> {
  const { overrides } = JSON.parse(readFileSync(RECORD, 'utf8')) as {
    readonly overrides: readonly {
      readonly files: readonly string[];
      readonly rules: Readonly<Record<string, readonly [string, { readonly max: number }]>>;
    }[];
  };
  return new Map(
    overrides
      .slice(BASE.length)
      .flatMap(({ files, rules: own }) =>
        Object.entries(own).map(([rule, [, { max }]]) => [`${files.join()} ${rule}`, max] as const),
      ),
  );
}

test('files and functions keep to the limits; the recorded exceptions are no larger than what is there', async () => {
  const found = await tooLong();
  const allowed = recorded();
  // Longer than recorded is no matter of `-u`: part the function, or move its number by hand when only its file moved.
  expect([...found].filter(([key, lines]) => lines > (allowed.get(key) ?? 0))).toEqual([]);
  // Shorter than recorded: `vitest run --project unit test/sizes.test.ts -u` lowers the numbers.
  await expect(recordOf(found)).toMatchFileSnapshot(RECORD);
});
