import { emptyContext } from '../flow/flow-grammar.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Chart, ChartState } from '../flow/chart.ts';

/** A chart as the configuration of an XState v5 machine: `createMachine` takes it, and so do the tools around XState. */
export function machineJson(chart: Chart): JsonObject {
  return {
    id: 'flow',
    description: `${chart.title}, as compiled by Sallyport (shape ${chart.shape})`,
    initial: keyOf(chart.initial),
    // An empty context is plain JSON.
    context: emptyContext as unknown as JsonObject,
    states: statesJson(chart.states, chart),
  };
}

const keyOf = (path: string): string => path.split('.')[0] ?? path;

const statesJson = (states: readonly ChartState[], chart: Chart): JsonObject =>
  Object.fromEntries(states.map((state): [string, Json] => [state.key, stateJson(state, chart)]));

function stateJson(state: ChartState, chart: Chart): JsonObject {
  const { path, role, tag, title, detail, step, wire, initial, states } = state;
  const ways = chart.ways.filter(({ from }) => from === path);
  const on = ways.map(({ event, target, actions }): [string, Json] => [
    event,
    { target: `#flow.${target}`, ...(actions.length > 0 && { actions }) },
  ]);
  return {
    description: detail === undefined ? title : `${title} – ${detail}`,
    ...(role === 'final' && { type: 'final' }),
    ...(tag !== undefined && { tags: [tag] }),
    ...(step !== undefined && { meta: step }),
    ...(wire !== undefined && { meta: { wire } }),
    ...(initial !== undefined && { initial: initial.slice(path.length + 1).split('.')[0] ?? '' }),
    ...(on.length > 0 && { on: Object.fromEntries(on) }),
    ...(states.length > 0 && { states: statesJson(states, chart) }),
  };
}
