import { createActor, initialTransition, type AnyActorScope } from 'xstate';
import type { FlowRow } from '../../flow/flow.ts';
import type { FlowContext, FlowEvent, Meta, Opening, Step } from '../../flow/flow-grammar.ts';
import { SallyportError } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import { statePath } from '../../kernel/state-path.ts';
import type { CompiledFlow, Machine, Place, Position, Snapshot } from './compiled-flow.ts';

type Effects = readonly { readonly type: string }[];

/** What a machine needs to move, made once: XState's own `transition` makes an actor each time, which costs more than the move. */
interface Mover {
  readonly opening: Position;
  /** Where each opening leads that brings nothing along: the same for everybody. */
  readonly opened: Map<string, Position>;
  /** The snapshots rows have been read as, by state; only the context is a row's own. */
  readonly known: Map<string, Snapshot>;
  /** By path: as many as the machine has states. */
  readonly places: Map<string, Place>;
  move(at: Snapshot, event: FlowEvent): readonly [Snapshot, Effects];
}

const movers = new WeakMap<Machine, Mover>();

function moverOf(machine: Machine): Mover {
  const known = movers.get(machine);
  if (known !== undefined) return known;
  const [opening, effects] = initialTransition(machine);
  const places: Mover['places'] = new Map();
  const first = positionOf(places, sound(opening as Snapshot, effects));
  const mover = { opening: first, opened: new Map(), known: new Map(), places, move: moving(machine) };
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
export const start = ({ machine }: CompiledFlow): Position => moverOf(machine).opening;

/** A flow that has just been opened, on the state its opening leads to. */
export function openFlow(flow: CompiledFlow, event: Extract<FlowEvent, { readonly type: Opening }>): Position {
  if (bringsAnything(event)) return advance(flow, start(flow), event);
  const { opened } = moverOf(flow.machine);
  const known = opened.get(event.type);
  if (known !== undefined) return known;
  const at = advance(flow, start(flow), event);
  opened.set(event.type, at);
  return at;
}

const bringsAnything = ({ method, draft, values, messages }: Partial<FlowContext>): boolean =>
  (method ?? draft ?? null) !== null || (messages?.length ?? 0) > 0 || Object.keys(values ?? {}).length > 0;

/** The only way a flow moves. Refuses what the state does not take, and flow machines that have effects. */
export function advance({ machine }: CompiledFlow, { snapshot }: Position, event: FlowEvent): Position {
  if (snapshot.status !== 'active' || !snapshot.can(event)) {
    throw new SallyportError('flow_event_refused', `The flow does not take ${event.type} in this state.`);
  }
  const { places, move } = moverOf(machine);
  return positionOf(places, sound(...move(snapshot, event)));
}

function sound(snapshot: Snapshot, effects: Effects): Snapshot {
  if (snapshot.status === 'error') throw new Error('The flow machine failed.', { cause: snapshot.error });
  if (effects[0]) throw new Error(`Effect ${effects[0].type} in a flow machine; effects belong to steps.`);
  return snapshot;
}

/** What of a position is stored. */
export function freeze({ snapshot, context, finished }: Position): {
  readonly state: FlowRow['state'];
  readonly context: JsonObject;
  readonly finished: boolean;
} {
  // The context is plain JSON by its type, and the state value by XState's.
  return { state: snapshot.value as FlowRow['state'], context: context as unknown as JsonObject, finished };
}

/** A stored row as a position again; a row that does not fit today's machine is `flow_expired`. */
export function thaw(
  { machine }: Pick<CompiledFlow, 'machine'>,
  row: Pick<FlowRow, 'state' | 'context' | 'finished' | 'shape'>,
): Position {
  const context = parseContext(row.context);
  if (context === undefined) throw new SallyportError('flow_expired', 'The stored flow cannot be read.');
  try {
    return positionOf(moverOf(machine).places, { ...resolved(machine, row, context), context });
  } catch (cause) {
    throw new SallyportError(
      'flow_expired',
      `The flow is in a state that this configuration no longer has (shape ${row.shape}).`,
      { cause },
    );
  }
}

/** As many as a machine has states, since only those can be resolved. */
function resolved(
  machine: Machine,
  { state, finished }: Pick<FlowRow, 'state' | 'finished'>,
  context: FlowContext,
): Snapshot {
  const { known } = moverOf(machine);
  const key = `${statePath(state)} ${finished}`;
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

/** What has to be done where a flow stands. */
export function stepAt({ step, path }: Position): Step {
  if (step === undefined) throw new Error(`State ${path} names no step.`);
  return step;
}

function positionOf(places: Mover['places'], snapshot: Snapshot): Position {
  const path = statePath(snapshot.value);
  let place = places.get(path);
  if (place === undefined) {
    place = placeOf(path, snapshot);
    places.set(path, place);
  }
  return { ...place, snapshot, context: snapshot.context, finished: snapshot.status === 'done' };
}

const PHASES = ['prepare', 'write', 'follow'] as const;

function placeOf(path: string, snapshot: Snapshot): Place {
  const meta = metaOf(snapshot);
  return {
    path,
    page: path.split('.', 1)[0] as Place['page'], // pages are named by the flow files with the words of the type
    phase: PHASES.find((phase) => snapshot.hasTag(phase)),
    step: meta !== undefined && 'do' in meta ? meta : undefined,
    wire: meta !== undefined && 'wire' in meta ? meta.wire : 'passed_challenge',
    rests: snapshot.hasTag('rest'),
  };
}

function metaOf(snapshot: Snapshot): Meta | undefined {
  const metas: Record<string, Meta | undefined> = snapshot.getMeta();
  for (const meta of Object.values(metas)) if (meta !== undefined) return meta;
  return undefined;
}
