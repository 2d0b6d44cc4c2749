import { createActor, initialTransition, type AnyActorScope, type AnyMachineSnapshot, type StateMachine } from 'xstate';
import type { FlowRow } from '../../flow/flow.ts';
import type { FlowContext, FlowEvent, Meta, Step, Wire } from '../../flow/flow-grammar.ts';
import { SallyportError } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { Page } from '../../strategy/strategy.ts';
import type { CompiledFlow } from './compile.ts';

// The inferred type of a machine made from a computed configuration says nothing; what we use of it is this.
export type Machine = StateMachine<FlowContext, FlowEvent, any, any, any, any, any, any, any, any, any, any, any, any>; // oxlint-disable-line no-explicit-any -- XState's own parameters, see style 1
export type Snapshot = AnyMachineSnapshot & { readonly context: FlowContext };

type Effects = readonly { readonly type: string }[];

/** What a machine needs to move, made once: XState's own `transition` makes an actor each time, which costs more than the move. */
interface Mover {
  readonly opening: Snapshot;
  /** The snapshots rows have been read as, by state; only the context is a row's own. */
  readonly known: Map<string, Snapshot>;
  move(at: Snapshot, event: FlowEvent): readonly [Snapshot, Effects];
}

const movers = new WeakMap<Machine, Mover>();

function moverOf(machine: Machine): Mover {
  const known = movers.get(machine);
  if (known !== undefined) return known;
  const [opening, effects] = initialTransition(machine);
  const mover = { opening: sound(opening as Snapshot, effects), known: new Map(), move: moving(machine) };
  movers.set(machine, mover);
  return mover;
}

/** As XState's `transition`, on an actor that is never started: it holds nothing, as these machines have no effects. */
function moving(machine: Machine): Mover['move'] {
  const self = createActor(machine);
  let effects: { readonly type: string }[] = [];
  const nothing = (): void => undefined;
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (effect) => void effects.push(effect),
  };
  return (at, event) => {
    effects = [];
    return [machine.transition(at as never, event, scope as never) as Snapshot, effects];
  };
}

/** Where a flow begins: on `opening`. */
export const start = ({ machine }: CompiledFlow): Snapshot => moverOf(machine).opening;

/** The only way a flow moves. Refuses what the state does not take, and flow machines that have effects. */
export function advance({ machine }: CompiledFlow, at: Snapshot, event: FlowEvent): Snapshot {
  if (at.status !== 'active' || !at.can(event)) {
    throw new SallyportError('flow_event_refused', `The flow does not take ${event.type} now.`);
  }
  return sound(...moverOf(machine).move(at, event));
}

function sound(snapshot: Snapshot, effects: Effects): Snapshot {
  if (snapshot.status === 'error') throw new Error('The flow machine failed.', { cause: snapshot.error });
  if (effects[0]) throw new Error(`Effect ${effects[0].type} in a flow machine; effects belong to steps.`);
  return snapshot;
}

/** What of a snapshot is stored. */
export function freeze(at: Snapshot): {
  readonly state: FlowRow['state'];
  readonly context: JsonObject;
  readonly finished: boolean;
} {
  // The context is plain JSON by its type, and the state value by XState's.
  return {
    state: at.value as FlowRow['state'],
    context: at.context as unknown as JsonObject,
    finished: at.status === 'done',
  };
}

/** A stored row as a snapshot again; a row that does not fit today's machine is `flow_expired`. */
export function thaw({ machine }: CompiledFlow, row: FlowRow): Snapshot {
  const context = parseContext(row.context);
  if (context === undefined) throw new SallyportError('flow_expired', 'The stored flow cannot be read.');
  try {
    return { ...resolved(machine, row, context), context };
  } catch (cause) {
    throw new SallyportError(
      'flow_expired',
      `The flow stands on a state that this configuration no longer has (shape ${row.shape}).`,
      { cause },
    );
  }
}

/** As many as a machine has states, since only those can be resolved. */
function resolved(machine: Machine, { state, finished }: FlowRow, context: FlowContext): Snapshot {
  const { known } = moverOf(machine);
  const key = `${pathOf({ value: state })} ${finished}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const status = finished ? 'done' : 'active';
  const snapshot = machine.resolveState({ value: state as never, context, status }) as Snapshot;
  known.set(key, snapshot);
  return snapshot;
}

function parseContext(json: JsonObject): FlowContext | undefined {
  const { method, draft, values, messages } = json;
  if ((method !== null && typeof method !== 'string') || !isObject(values) || !Array.isArray(messages))
    return undefined;
  if (draft !== null && !isObject(draft)) return undefined;
  // Written by `freeze` alone; the checks above catch rows of another age.
  return { method, draft, values, messages } as unknown as FlowContext;
}

const PHASES = ['prepare', 'write', 'follow'] as const;
export const phaseOf = (at: Snapshot): Phase | undefined => PHASES.find((phase) => at.hasTag(phase));
export const rests = (at: Snapshot): boolean => at.hasTag('rest');

function metaOf(at: Snapshot): Meta | undefined {
  const metas: Record<string, Meta | undefined> = at.getMeta();
  for (const meta of Object.values(metas)) if (meta !== undefined) return meta;
  return undefined;
}

/** What has to be done on a state that is not at rest. */
export function stepOf(at: Snapshot): Step {
  const meta = metaOf(at);
  if (meta === undefined || !('do' in meta)) throw new Error(`State ${pathOf(at)} names no step.`);
  return meta;
}

/** The `state` clients see; a finished flow has passed. */
export function wireOf(at: Snapshot): Wire {
  const meta = metaOf(at);
  return meta !== undefined && 'wire' in meta ? meta.wire : 'passed_challenge';
}

/** `form.password.prepare.web_hook` */
export function pathOf(at: Pick<Snapshot, 'value'>): string {
  const parts: string[] = [];
  let value: unknown = at.value;
  while (isObject(value)) {
    const [key] = Object.keys(value);
    if (key === undefined) break;
    parts.push(key);
    value = value[key];
  }
  if (typeof value === 'string') parts.push(value);
  return parts.join('.');
}

/** The page a flow stands on: the first part of its path. */
export function pageOf(at: Pick<Snapshot, 'value'>): Page {
  // Pages are named by the flow files with the words of the type.
  return pathOf(at).split('.', 1)[0] as Page;
}
