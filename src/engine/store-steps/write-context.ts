import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Unit } from '../../store/store.ts';
import type { WriteParts } from '../parts.ts';
import type { FlowRequest, PreparedValues, StepResult, WrittenValues } from '../values.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';

/** What every step inside the transaction may use: no network, and no store but the open transaction. */
export interface WriteContext {
  readonly parts: WriteParts;
  readonly flow: CompiledFlow;
  readonly request: FlowRequest;
  readonly prepared: PreparedValues;
  readonly unit: Unit;
}

/** A store state of the flow grammar: stores, and answers with the values of this try of the transaction. */
export type StoreStepRun = (
  context: WriteContext,
  at: Position,
  written: WrittenValues,
) => Promise<StepResult<WrittenValues>>;

const STALE: readonly Message[] = [
  say(4000001, { reason: 'The account was changed at the same time. Please try again.' }),
];

export const done = (values: WrittenValues): StepResult<WrittenValues> => ({ event: { type: 'store.done' }, values });

/** The account changed between reading and writing. */
export const stale = (values: WrittenValues, messages = STALE): StepResult<WrittenValues> => ({
  event: { type: 'store.stale', messages },
  values,
});

/** What was to be stored belongs to another account, or was used up. */
export const taken = (values: WrittenValues, messages: readonly Message[]): StepResult<WrittenValues> => ({
  event: { type: 'store.taken', messages },
  values,
});
