import { createHash } from 'node:crypto';
import type { StateMachine } from 'xstate';
import type { FlowKind } from '../flow/flow.ts';
import { emptyContext, flow, type FlowConfig, type HookStep, type Legs, type Named } from '../flow/parts.ts';
import type { BoundHook } from '../hook/bind.ts';
import { must } from '../kernel/error.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { Machine } from './snapshot.ts';

export type { StateMachine };

/** A flow kind under the present configuration: what is run, drawn and tested. */
export interface CompiledFlow {
  readonly kind: FlowKind;
  readonly machine: Machine;
  /** The grammar the machine was made from. */
  readonly config: FlowConfig;
  /** 16 hex digits; changes with the states, not with a hook's configuration. */
  readonly shape: string;
  hook(step: HookStep): BoundHook;
}

/** Turns a flow file and its lists of hooks into the machine that is run, drawn and tested. */
export function compile(
  kind: FlowKind,
  define: (legs: (list: string) => Legs) => FlowConfig,
  hooksOf: (list: string) => readonly BoundHook[],
): CompiledFlow {
  const named = new Map<string, BoundHook>();
  const legs = (list: string): Legs => {
    const leg = (phase: Phase): readonly Named[] =>
      hooksOf(list)
        .filter((hook) => hook.phase === phase)
        .map((hook): Named => {
          named.set(`${list}/${phase}/${hook.key}`, hook);
          return { name: hook.key, step: { do: 'hook', phase, list, hook: hook.key } };
        });
    return { prepare: leg('prepare'), write: leg('write'), follow: leg('follow') };
  };
  const config = define(legs);
  // FlowConfig says less than XState's own type would allow, in shapes its inference does not follow.
  const machine = flow.createMachine({ ...config, context: emptyContext } as never) as unknown as Machine;
  const shape = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
  const hook = ({ phase, list, hook: key }: HookStep): BoundHook => must(named.get(`${list}/${phase}/${key}`), `Hook ${key} of ${list}`);
  return { kind, machine, config, shape, hook };
}
