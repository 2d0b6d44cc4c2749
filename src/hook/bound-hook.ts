import type { Dialect, FlowName, HookEntry, HookList, MethodName } from '../config/config.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { Hook, HookMeta, Point } from './define.ts';

/** A configured hook as one state of one lane. */
export interface BoundHook {
  readonly name: string;
  /** Unique in its lane and phase: `web_hook`, `web_hook~2`, or the entry's own id. */
  readonly key: string;
  readonly phase: Phase;
  readonly point: Point;
  /** The lane it runs in: `login.before`, `login.after.password`. */
  readonly list: string;
  readonly method: MethodName | undefined;
  /** Parsed by the hook's own schema, frozen. */
  readonly config: unknown;
  readonly hook: Hook<unknown>;
  /** What the hook says of itself under this configuration. */
  readonly meta: HookMeta;
  readonly entry: HookEntry;
  /** The list as it was written: the flow's own where the method has none. */
  readonly from: HookList;
}

/**
 * Why an entry never runs. method-not-offered: this build does not have the method. after-end: an entry before it ends the
 * list. end-runs-earlier: the entry that ends the list runs in an earlier phase. list-of-its-own: its method has another
 * list.
 */
export type UnreachableCode = 'method-not-offered' | 'after-end' | 'end-runs-earlier' | 'list-of-its-own';

/** An entry that never runs: drawn grey, with the reason. */
export interface UnreachableEntry {
  readonly name: string;
  /** The lane it would have run in. */
  readonly list: string;
  readonly entry: HookEntry;
  readonly from: HookList;
  readonly code: UnreachableCode;
  readonly reason: string;
}

/** What runs at a point for a method: three phases, each in written order. */
export interface BoundLane {
  readonly list: string;
  readonly dialect: Dialect;
  readonly order: 'hooks_first' | 'persist_first';
  /** The list that is used; undefined: none was written. */
  readonly from: HookList | undefined;
  readonly prepare: readonly BoundHook[];
  readonly write: readonly BoundHook[];
  readonly follow: readonly BoundHook[];
  readonly unreachable: readonly UnreachableEntry[];
}

/** All hooks of a lane in the order they run. */
export const hooksIn = ({ prepare, write, follow }: BoundLane): readonly BoundHook[] => [
  ...prepare,
  ...write,
  ...follow,
];

/** The hooks of a configuration, by the lanes they run in. */
export interface Bound {
  for(flow: FlowName, point: 'before' | 'after', method?: MethodName): BoundLane;
  /** All hooks of a lane by its name, `login.after.password`, in the order they run. */
  hooksOf(list: string): readonly BoundHook[];
  /** Every lane that a list was written for, unreachable entries included. */
  readonly lanes: readonly BoundLane[];
}
