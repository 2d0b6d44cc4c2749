import type { ElkNode } from 'elkjs';
import { elkGraph, readLayout, type Layout } from './layout.ts';
import type { Plan } from './plan.ts';

/** Lays a plan out in this thread, which takes tenths of a second (seconds, where seventy states are all open): for the command line and the worker. */
export async function layOut(plan: Plan, counted: boolean): Promise<Layout> {
  return readLayout(await layOutGraph(elkGraph(plan, counted)));
}

/** The kernel is large and rarely wanted. */
export async function layOutGraph(graph: ElkNode): Promise<ElkNode> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  // Its declaration is that of a CommonJS module whose export is the class itself.
  const Kernel = Elk as unknown as new () => { layout(graph: ElkNode): Promise<ElkNode> };
  return new Kernel().layout(graph);
}
