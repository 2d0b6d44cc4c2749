import type { JournalStep } from '../../flow/flow.ts';
import type { FlowEvent } from '../../flow/flow-grammar.ts';
import { causeOf, writeCause } from '../../flow/journal.ts';
import { REFUSAL_EVENTS } from '../../flow/refusal-events.ts';
import type { Draft } from '../../kernel/draft.ts';
import { sameJson } from '../../kernel/json.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { advance } from '../machine/snapshot.ts';
import type { PhaseResult, StepResult } from '../values.ts';

/** Whether a leg ended by an event that leads back to the page, which then shows its messages. */
export const refuses = (by: FlowEvent['type'] | undefined): boolean => by !== undefined && REFUSAL_EVENTS.has(by);

/** Is told how far a leg came that an error ended: its steps, the failed one last, and the values before that step. */
export type OnFailure<Gathered> = (steps: readonly JournalStep[], values: Gathered) => void;

/** Performs one step after the other while the flow stands in this phase; each step's values are the next one's. */
export async function walk<Gathered>(
  flow: CompiledFlow,
  from: { readonly at: Position; readonly values: Gathered },
  phase: Phase,
  perform: (at: Position, values: Gathered) => Promise<StepResult<Gathered>>,
  onFailure: OnFailure<Gathered> = () => undefined,
): Promise<PhaseResult<Gathered>> {
  const steps: JournalStep[] = [];
  let leg: PhaseResult<Gathered> = { at: from.at, by: undefined, steps, values: from.values };
  while (leg.at.phase === phase) {
    const began = performance.now();
    const { at } = leg;
    const { event, values, note } = await perform(at, leg.values).catch((error: unknown) => {
      const failed = { state: at.path, event: 'failed', ms: since(began), note: writeCause(causeOf(error)) };
      onFailure([...steps, failed], leg.values);
      throw error;
    });
    steps.push({
      state: at.path,
      event: event.type,
      ms: since(began),
      ...(note === undefined ? noteOf(event, at) : { note }),
    });
    leg = { at: advance(flow, at, event), by: event.type, steps, values };
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
