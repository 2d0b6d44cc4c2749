import type { Issue } from '../kernel/issue.ts';
import type { Hook } from './define.ts';

/** A hook that was loaded from a file or a package. */
export interface FoundHook {
  readonly hook: Hook<unknown>;
  /** The file it was loaded from. */
  readonly file: string;
  /** Ours, a file of the operator's, or out of a package. */
  readonly origin: 'bundled' | 'file' | 'package';
}

/** What the search for hooks found, at start. */
export interface Discovered {
  readonly hooks: ReadonlyMap<string, FoundHook>;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}
