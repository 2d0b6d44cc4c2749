import type { AnyMachineSnapshot, StateMachine } from 'xstate';
import type { FlowKind } from '../../flow/flow.ts';
import type { FlowConfig, FlowContext, FlowEvent, HookStep, Step, Wire } from '../../flow/flow-grammar.ts';
import type { Page } from '../../flow/page.ts';
import type { BoundHook } from '../../hook/bound-hook.ts';
import type { Phase } from '../../kernel/verdict.ts';

// The inferred type of a machine made from a computed configuration says nothing; what we use of it is this.
export type Machine = StateMachine<FlowContext, FlowEvent, any, any, any, any, any, any, any, any, any, any, any, any>; // oxlint-disable-line no-explicit-any -- XState's own type parameters; nothing of ours depends on them
export type Snapshot = AnyMachineSnapshot & { readonly context: FlowContext };

/** What is true of a state whatever the flow's context is: computed once a state of a machine. */
export interface Place {
  /** `form.password.prepare.web_hook` */
  readonly path: string;
  /** The first part of the path. */
  readonly page: Page;
  /** Undefined on a rest state, on `opening` and on a final state. */
  readonly phase: Phase | undefined;
  /** What has to be done on a state that is not at rest. */
  readonly step: Step | undefined;
  /** The `state` clients see; a finished flow has passed. */
  readonly wire: Wire;
  /** A state on which a flow waits for the person. */
  readonly rests: boolean;
}

/** Where a flow stands, as a value. */
export interface Position extends Place {
  readonly snapshot: Snapshot;
  readonly context: FlowContext;
  /** On a final state. */
  readonly finished: boolean;
}

/** A flow kind under the present configuration: what is run, drawn and tested. */
export interface CompiledFlow {
  readonly kind: FlowKind;
  readonly machine: Machine;
  /** The grammar the machine was made from. */
  readonly config: FlowConfig;
  /** 16 hex digits; changes with the states, not with a hook's configuration. */
  readonly shape: string;
  /** The entry of today's configuration; undefined: it was removed since the grammar was made. */
  hook(step: HookStep): BoundHook | undefined;
  readonly hookSteps: readonly HookStep[];
  /** The methods that a page has a lane for. */
  readonly methods: ReadonlySet<string>;
  /** How long a submit of this method holds its row, in milliseconds; 0: it does not. */
  claims(method: string): number;
  /** Whether a step of the box this state stands in may have to take back what one before it wrote. */
  mayUndo(at: Pick<Position, 'path'>): boolean;
  /** The limits of all follow hooks behind this state, in milliseconds. */
  followLimit(at: Pick<Position, 'path'>): number;
}
