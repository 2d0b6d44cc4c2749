import type { FlowEvent } from '../flow/parts.ts';
import { SallyportError } from '../kernel/error.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { CompiledFlow } from './compile.ts';
import type { Submission } from './runner.ts';
import { advance, pathOf, phaseOf, type Snapshot } from './snapshot.ts';

export type Leg = { readonly at: Snapshot; readonly by: FlowEvent['type'] | undefined };
/** Endings that take back what the box wrote. */
export const UNDOES: ReadonlySet<string | undefined> = new Set(['hook.fail', 'store.taken', 'store.stale']);

/** Verdicts that lead back to the page. */
const REFUSES: ReadonlySet<string> = new Set(['strategy.reject', 'hook.fail', 'store.taken', 'store.stale']);

/** Performs one step after the other while the flow stands in this phase, noting each. */
export async function walk(
  flow: CompiledFlow,
  request: Submission,
  from: Snapshot,
  phase: Phase,
  perform: (at: Snapshot) => Promise<FlowEvent>,
): Promise<Leg> {
  let leg: Leg = { at: from, by: undefined };
  while (phaseOf(leg.at) === phase) {
    const began = performance.now();
    const state = pathOf(leg.at);
    const event = await perform(leg.at).catch((error: unknown) => {
      request.steps.push({ state, event: 'failed', ms: performance.now() - began, note: causeOf(error) });
      throw error;
    });
    request.steps.push({ state, event: event.type, ms: performance.now() - began, ...noteOf(event) });
    request.refused = REFUSES.has(event.type);
    leg = { at: advance(flow, leg.at, event), by: event.type };
  }
  return leg;
}

function noteOf(event: FlowEvent): { readonly note?: string } {
  if (!('messages' in event) || !event.messages || event.messages.length === 0) return {};
  return { note: event.messages.map(({ id }) => id).join(' ') };
}

/** Cause in short, for `why`: the operator's sentence, never a value the person typed. */
export function causeOf(error: unknown): string {
  if (error instanceof SallyportError) {
    const { cause } = error;
    return cause instanceof Error
      ? `${error.code}: ${error.reason} (${cause.message})`
      : `${error.code}: ${error.reason}`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
