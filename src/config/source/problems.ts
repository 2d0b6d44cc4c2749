import type { Issue } from '../../kernel/issue.ts';
import { weightOf, type KeyCode, type RefusingCode, type WarningCode } from '../../kernel/judgement.ts';
import type { At, YamlTree } from './yaml-tree.ts';

/** How what stands below a key is judged: `off` not at all, `lenient` with warnings only. */
export type Leniency = 'off' | 'lenient';

/** Everything wrong or odd, collected while a configuration is read; nothing stops at the first. */
export interface Problems {
  readonly errors: Issue[];
  readonly warnings: Issue[];
  readonly notes: Issue[];
  /** What the code weighs decides (kernel/judgement.ts); the two names below say it to the reader. */
  judge(at: At, code: KeyCode, found: string, allowed: string): void;
  error(at: At, code: RefusingCode, found: string, allowed: string): void;
  warn(at: At, code: WarningCode, found: string, allowed: string): void;
  note(at: At, code: KeyCode, found: string, allowed: string): void;
  /** How many findings would have refused, if nothing below them were off. */
  refusals(): number;
  /** From here on: below this path, what would refuse does not. */
  relax(path: string, how: Leniency): void;
  /** From here on: floors of production are warnings. */
  relaxFloors(): void;
}

export function collectProblems(): Problems {
  let dev = false;
  let refusals = 0;
  const errors: Issue[] = [];
  const warnings: Issue[] = [];
  const notes: Issue[] = [];
  const relaxed = new Map<string, Leniency>();
  const leniencyAt = (path: string): Leniency | undefined => {
    const plain = path.replace(ENV_NAME, '');
    const held = [...relaxed].filter(([above]) => isBelow(plain, above)).map(([, how]) => how);
    return held.includes('off') ? 'off' : held[0];
  };
  const judge: Problems['judge'] = ({ path, place }, code, found, allowed) => {
    const leniency = leniencyAt(path);
    const weight = weightOf(code);
    const refuses = weight === 'refuse' || (weight === 'floor' && !dev);
    if (refuses) refusals += 1;
    if (leniency === 'off') return;
    (refuses && leniency === undefined ? errors : warnings).push({ code, place, path, found, allowed });
  };
  return {
    errors,
    warnings,
    notes,
    judge,
    refusals: () => refusals,
    error: judge,
    warn: judge,
    note: ({ path, place }, code, found, allowed) => void notes.push({ code, place, path, found, allowed }),
    relaxFloors: () => {
      dev = true;
    },
    relax: (path, how) => void relaxed.set(path.replace(ENV_NAME, ''), how),
  };
}

const ENV_NAME = /^[A-Z0-9_]+ /;
const isBelow = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

/** Sorts by file, line and column; issues without a place come last, in the order they were found. */
export function sortIssues(issues: readonly Issue[], files: readonly string[]): readonly Issue[] {
  const rank = ({ place }: Issue): readonly number[] =>
    place ? [files.indexOf(place.file), place.line, place.column] : [files.length, 0, 0];
  return issues.toSorted((a, b) => {
    const left = rank(a);
    const right = rank(b);
    const i = left.findIndex((each, at) => each !== right[at]);
    return i === -1 ? 0 : (left[i] ?? 0) - (right[i] ?? 0);
  });
}

const HIDDEN_KEY = /(?:_secret|_private_key|_token)$|^(?:dsn|connection_uri|authorization_header)$/;

/** Whether the value at a path must never be printed (security ER-4). */
export function isHidden(path: string): boolean {
  const keys = path
    .replace(/^[A-Z0-9_]+ /, '')
    .split('.')
    .map((key) => key.replace(/(?:\[\d+\])+$/, ''));
  const credentials = keys.slice(keys.indexOf('auth')).includes('config') && keys.includes('auth');
  return keys[0] === 'secrets' || credentials || keys.includes('headers') || keys.some((key) => HIDDEN_KEY.test(key));
}

/** What a tree is, for an error: its kind, or a short scalar; `‹hidden›` for secrets. */
export function describe(tree: YamlTree, secret = false): string {
  if (tree.kind === 'list') return 'is a list';
  if (tree.kind === 'map') return 'is a mapping';
  if (tree.value === null) return 'has no value';
  if (secret || isHidden(tree.path)) return 'is ‹hidden›';
  if (typeof tree.value !== 'string') return `is ${String(tree.value)}`;
  const written = tree.written ?? tree.value;
  const text = written.length > 120 ? `${written.slice(0, 120)}…` : written;
  return `is ${JSON.stringify(text)}`;
}
