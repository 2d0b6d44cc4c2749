import type { Issue, IssueCode } from '../../kernel/issue.ts';
import type { At, YamlTree } from './yaml-tree.ts';

/** The errors and warnings of a configuration, collected while it is read: reading never stops at the first one. */
export interface Problems {
  readonly errors: Issue[];
  readonly warnings: Issue[];
  error(at: At, code: IssueCode, found: string, allowed: string): void;
  warn(at: At, code: IssueCode, found: string, allowed: string): void;
}

export function collectProblems(): Problems {
  const errors: Issue[] = [];
  const warnings: Issue[] = [];
  const issue = ({ path, place }: At, code: IssueCode, found: string, allowed: string): Issue => ({
    code,
    place,
    path,
    found,
    allowed,
  });
  return {
    errors,
    warnings,
    error: (at, code, found, allowed) => void errors.push(issue(at, code, found, allowed)),
    warn: (at, code, found, allowed) => void warnings.push(issue(at, code, found, allowed)),
  };
}

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
