import { parentPort } from 'node:worker_threads';
import type { ElkNode } from 'elkjs';
import { layOutGraph } from './lay-out.ts';

/** Lays out one graph after the other, beside the thread that answers requests. */
export interface LayoutOrder {
  readonly id: number;
  readonly graph: ElkNode;
}
export type LayoutAnswer =
  { readonly id: number; readonly graph: ElkNode } | { readonly id: number; readonly problem: string };

parentPort?.on('message', ({ id, graph }: LayoutOrder) => {
  layOutGraph(graph).then(
    (done) => parentPort?.postMessage({ id, graph: done } satisfies LayoutAnswer),
    (error: unknown) =>
      parentPort?.postMessage({
        id,
        problem: error instanceof Error ? error.message : String(error),
      } satisfies LayoutAnswer),
  );
});
