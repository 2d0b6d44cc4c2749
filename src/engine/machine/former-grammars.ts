import type { FlowKind } from '../../flow/flow.ts';
import type { FlowConfig } from '../../flow/flow-grammar.ts';
import type { CompiledFlow } from './compiled-flow.ts';

/** The grammars that a process has had, for flows that wait on the pages of an earlier configuration. */
export interface FormerGrammars {
  /** These are in force from `now` on; no flow that is open lives longer than `lifespan` milliseconds from then. */
  remember(flows: Iterable<CompiledFlow>, now: number, lifespan: number): void;
  find(kind: FlowKind, shape: string): FlowConfig | undefined;
  readonly size: number;
}

/** Grammars kept at most: a few megabytes. A flow whose grammar is forgotten is replaced. */
const MOST = 500;

interface Kept {
  readonly config: FlowConfig;
  /** No flow stands on it any more after this time. */
  until: number;
}

export function createFormerGrammars(most = MOST): FormerGrammars {
  /** The one that was in force last stands last. */
  const kept = new Map<string, Kept>();
  const nameOf = (kind: FlowKind, shape: string): string => `${kind} ${shape}`;
  let inForce = new Set<string>();
  let longest = 0;
  return {
    remember(flows, now, lifespan) {
      longest = Math.max(longest, lifespan);
      for (const name of inForce) {
        const left = kept.get(name);
        if (left !== undefined) left.until = now + longest;
      }
      inForce = new Set();
      for (const { kind, shape, config } of flows) {
        const name = nameOf(kind, shape);
        kept.delete(name);
        kept.set(name, { config, until: Infinity });
        inForce.add(name);
      }
      for (const [name, { until }] of kept) if (until < now || kept.size > most) kept.delete(name);
    },
    find: (kind, shape) => kept.get(nameOf(kind, shape))?.config,
    get size() {
      return kept.size;
    },
  };
}
