import type { FlowEvent } from '../../flow/flow-grammar.ts';
import { causeOf, writeCause } from '../../flow/journal.ts';
import { REFUSAL_EVENTS } from '../../flow/refusal-events.ts';
import type { Draft } from '../../kernel/draft.ts';
import { sameJson } from '../../kernel/json.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import type { Submission } from './submission.ts';
import { advance, type Position } from '../machine/snapshot.ts';

export type Leg = { readonly at: Position; readonly by: FlowEvent['type'] | undefined };
/** Endings that take back what the box wrote. */
export const UNDOES: ReadonlySet<string | undefined> = new Set(['hook.fail', 'store.taken', 'store.stale']);

/** Performs one step after the other while the flow stands in this phase, noting each. */
export async function walk(
  flow: CompiledFlow,
  request: Submission,
  from: Position,
  phase: Phase,
  perform: (at: Position) => Promise<FlowEvent>,
): Promise<Leg> {
  let leg: Leg = { at: from, by: undefined };
  while (leg.at.phase === phase) {
    const began = performance.now();
    const state = leg.at.path;
    const event = await perform(leg.at).catch((error: unknown) => {
      request.steps.push({ state, event: 'failed', ms: since(began), note: writeCause(causeOf(error)) });
      throw error;
    });
    request.steps.push({ state, event: event.type, ms: since(began), ...noteOf(event, leg.at) });
    request.refused = REFUSAL_EVENTS.has(event.type);
    leg = { at: advance(flow, leg.at, event), by: event.type };
  }
  return leg;
}

/** Milliseconds, to a hundredth: more would only fill the journal. */
const since = (began: number): number => Math.round((performance.now() - began) * 100) / 100;

function noteOf(event: FlowEvent, { context }: Position): { readonly note?: string } {
  if (event.type === 'hook.modify') {
    const names = changedIn(context.draft, event.draft);
    return names.length === 0 ? {} : { note: `changed ${names.join(' ')}` };
  }
  if (!('messages' in event) || !event.messages || event.messages.length === 0) return {};
  return { note: event.messages.map(({ id }) => id).join(' ') };
}

/** What a hook changed in a draft: names of traits and members, never a value. */
function changedIn(before: Draft | null, after: Draft): readonly string[] {
  const was = before?.identity;
  const { traits, ...members } = after.identity;
  const keys = new Set([...Object.keys(was?.traits ?? {}), ...Object.keys(traits)]);
  return [
    ...[...keys].filter((key) => !sameJson(was?.traits[key], traits[key])).map((key) => `traits.${key}`),
    ...Object.entries(members)
      .filter(([key, value]) => was === undefined || !sameJson(Reflect.get(was, key), value))
      .map(([key]) => key),
  ].toSorted();
}
