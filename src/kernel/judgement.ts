import type { IssueCode } from './issue.ts';

/** What a finding does to the start: refuses it, is said as a warning or as a note; `floor` refuses outside of dev. */
export type Weight = 'refuse' | 'warn' | 'note' | 'floor';

/**
 * The one table of what refuses a start (docs/reference/configuration.md). What is switched off is not judged; what has
 * no effect, is not there yet or has a safe reading warns; what would weaken security in silence refuses.
 */
const OF_KEYS = {
  'unknown-key': 'refuse',
  missing: 'refuse',
  'wrong-value': 'refuse',
  duplicate: 'refuse',
  contradiction: 'refuse',
  unreadable: 'refuse',
  refused: 'refuse',
  misplaced: 'refuse',
  weak: 'refuse',
  'production-floor': 'floor',
  unsafe: 'warn',
  'safe-reading': 'warn',
  'no-effect': 'warn',
  'not-known': 'warn',
  'not-offered': 'warn',
  'old-spelling': 'warn',
  'mixed-dialects': 'warn',
  unreachable: 'warn',
  'account-revealed': 'warn',
  'mail-goes-nowhere': 'warn',
  'owner-not-told': 'warn',
  'waits-for-courier': 'warn',
} as const satisfies Partial<Record<IssueCode, Weight>>;

type Table = typeof OF_KEYS;
/** Codes that a reader of the configuration may give. Plugins, schemas and templates are judged where they are read. */
export type KeyCode = keyof Table;
type CodesOf<W extends Weight> = { [K in KeyCode]: Table[K] extends W ? K : never }[KeyCode];
export type RefusingCode = CodesOf<'refuse'>;
export type WarningCode = CodesOf<'warn'>;

export const weightOf = (code: KeyCode): Weight => OF_KEYS[code];

/** Codes that `serve` never folds into a count: they are about security. */
const WHOLE: ReadonlySet<IssueCode> = new Set(['unsafe', 'production-floor', 'account-revealed', 'owner-not-told']);
/** Codes that are said before others: they may hide that something else was meant. */
const FIRST: ReadonlySet<IssueCode> = new Set([
  'unknown-key',
  'wrong-value',
  'not-known',
  'identity-schema',
  'template',
]);

export const isAboutSecurity = ({ code }: { readonly code: IssueCode }): boolean => WHOLE.has(code);
export const isProbablySlip = ({ code }: { readonly code: IssueCode }): boolean => FIRST.has(code);
