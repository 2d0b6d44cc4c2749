import type { FlowKind } from './flow.ts';
import type { Action, Step, Wire } from './flow-grammar.ts';
import type { Place } from '../kernel/issue.ts';
import type { Phase } from '../kernel/verdict.ts';

/** What a state is for; boxes and lanes are compound, the rest are leaves. */
export type Role = 'opening' | 'waiting' | 'checking' | 'store' | 'hook' | 'final' | 'page' | 'before' | 'lane' | 'box';

/** A hook entry that never runs, and why. */
export interface DeadEntry {
  readonly name: string;
  /** The lane it would have run in, `login.after.password`. */
  readonly list: string;
  readonly detail: string | undefined;
  readonly reason: string;
  readonly place: Place | undefined;
}

/** A state of the machine that runs, in words. */
export interface ChartState {
  /** `form.password.prepare.company_only` */
  readonly path: string;
  readonly key: string;
  readonly role: Role;
  /** The tag the machine gives it. */
  readonly tag: 'rest' | Phase | undefined;
  /** When it happens: its own phase, or that of the box around it. */
  readonly phase: Phase | undefined;
  readonly title: string;
  /** A hook's configuration in short, secrets hidden; what a page is for. */
  readonly detail: string | undefined;
  readonly step: Step | undefined;
  readonly wire: Wire | undefined;
  /** Path of the child that is entered first. */
  readonly initial: string | undefined;
  readonly states: readonly ChartState[];
  /** Entries of this lane's list that were cut. */
  readonly dead: readonly DeadEntry[];
}

/** A transition of the machine that runs. */
export interface Way {
  readonly from: string;
  readonly event: string;
  /** The state the machine names, which may be compound. */
  readonly target: string;
  /** The leaf that is entered. */
  readonly to: string;
  readonly actions: readonly Action[];
}

/** A flow's machine as everything is drawn from it: read from the object that runs, nothing else. */
export interface Chart {
  readonly kind: FlowKind;
  readonly title: string;
  /** The machine's shape, see `CompiledFlow`. */
  readonly shape: string;
  /** Path of the state it begins in. */
  readonly initial: string;
  readonly states: readonly ChartState[];
  readonly ways: readonly Way[];
  /** Entries of lists that no lane of this machine uses. */
  readonly dead: readonly DeadEntry[];
}

/** Every state, outer ones before what is in them. */
export function* allStates(states: readonly ChartState[]): Generator<ChartState> {
  for (const state of states) {
    yield state;
    yield* allStates(state.states);
  }
}

export function leavesOf(chart: Chart): readonly ChartState[] {
  return [...allStates(chart.states)].filter(({ states }) => states.length === 0);
}

/** A refusal, or a redirect before anything is stored: back to the page, or no flow at all. Drawn quieter than what leads on. */
export const leadsBack = ({ event, actions }: Way): boolean => event === 'strategy.reject' || actions.includes('again');
