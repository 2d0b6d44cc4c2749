import type { Phase } from '../kernel/verdict.ts';

/** Which hook an error came from. */
export interface Origin {
  readonly hook: string;
  /** Absent while its file is loaded. */
  readonly point?: string;
  /** The lane and the state in it. */
  readonly list?: string;
  readonly key?: string;
  readonly phase?: Phase;
}

/** threw, timeout, nonsense: the call failed. stray: thrown later, in a timer or a promise nobody waits for. */
export type FaultKind = 'threw' | 'timeout' | 'nonsense' | 'stray';

/** What a hook did wrong: for the log, `why` and the error page of `--dev`; never for the public answer. */
export class HookError extends Error {
  override readonly name = 'HookError';
  readonly origin: Origin;
  readonly kind: FaultKind;

  constructor(origin: Origin, kind: FaultKind, what: string, cause?: unknown) {
    const at = origin.point === undefined ? '' : ` at ${origin.point} (${origin.phase})`;
    super(`Hook ${origin.hook}${at}: ${what}`, cause === undefined ? undefined : { cause: harmless(cause) });
    this.origin = origin;
    this.kind = kind;
  }
}

/** What was thrown, with nothing left of it that could throw again when a logger looks at it. */
function harmless(thrown: unknown): Error {
  const copy = new Error(describeThrown(thrown));
  try {
    if (thrown instanceof Error && typeof thrown.stack === 'string') copy.stack = thrown.stack;
  } catch {
    // A stack that throws is none.
  }
  return copy;
}

/** A thrown value in one line. Anything can be thrown, also what throws when it is looked at. */
export function describeThrown(thrown: unknown): string {
  try {
    const text =
      thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `threw ${typeof thrown}: ${String(thrown)}`;
    return text.replace(/\s+/g, ' ').slice(0, 500);
  } catch {
    return 'threw something that cannot be described';
  }
}
