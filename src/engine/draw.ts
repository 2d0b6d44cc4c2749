import type { FlowConfig, FlowState, States } from '../flow/parts.ts';

/** A flow machine as a Mermaid state diagram: made from the object that runs, so it cannot say anything else. */
export function drawMermaid({ initial, states }: FlowConfig): string {
  const lines = ['stateDiagram-v2', `  [*] --> ${idOf(initial)}`];
  for (const [name, state] of Object.entries(states)) lines.push(...draw(state, [name], '  '));
  for (const [path, state] of leaves(states, [])) {
    const ways = new Map<string, string[]>();
    for (const [event, { target }] of Object.entries(state.on ?? {})) {
      const to = idOf(entry(states, target.replace(/^#flow\./, '').split('.')).join('.'));
      ways.set(to, [...(ways.get(to) ?? []), event]);
    }
    for (const [to, events] of ways) lines.push(`  ${idOf(path.join('.'))} --> ${to}: ${events.join(' / ')}`);
    if (state.type === 'final') lines.push(`  ${idOf(path.join('.'))} --> [*]`);
  }
  return `${lines.join('\n')}\n`;
}

const idOf = (path: string): string => path.replaceAll(/[.~]/g, '_');

function draw(state: FlowState, path: readonly string[], indent: string): readonly string[] {
  const id = idOf(path.join('.'));
  const name = path.at(-1) ?? '';
  if (state.states === undefined) return [`${indent}state "${name}" as ${id}`];
  const inner = Object.entries(state.states).flatMap(([key, each]) => draw(each, [...path, key], `${indent}  `));
  return [`${indent}state "${name}" as ${id}_box {`, ...inner, `${indent}}`];
}

function* leaves(states: States, above: readonly string[]): Generator<readonly [readonly string[], FlowState]> {
  for (const [name, state] of Object.entries(states)) {
    if (state.states === undefined) yield [[...above, name], state];
    else yield* leaves(state.states, [...above, name]);
  }
}

/** Where a way into a box really arrives: its first state. */
function entry(states: States, path: readonly string[]): readonly string[] {
  let at: FlowState | undefined = { states };
  for (const key of path) at = at?.states?.[key];
  return at?.initial === undefined ? path : entry(states, [...path, at.initial]);
}
