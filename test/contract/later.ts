/** What the recordings use and this build cannot offer yet. The lists shrink with every issue; nothing is skipped in silence. */
export interface Later {
  readonly issue: string;
}

/** Whole scenarios that begin with a feature of a later issue. */
export const LATER_SCENARIOS: Readonly<Record<string, Later>> = {};

/** Exchanges of scenarios that are replayed otherwise. */
export const LATER_EXCHANGES: Readonly<Record<string, Later & { readonly exchanges: readonly number[] }>> = {};

/** Groups of nodes that a recorded form has and ours has not: an answer that shows one of them is a difference. */
export const LATER_GROUPS: ReadonlySet<string> = new Set();
