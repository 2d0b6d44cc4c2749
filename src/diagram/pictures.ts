import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs';
import type { Chart } from '../flow/chart.ts';
import { elkGraph, readLayout, type Layout } from './layout.ts';
import type { LayoutAnswer, LayoutOrder } from './layout-worker.ts';
import { planOf, type Plan } from './plan.ts';
import { keepNewest } from '../kernel/keep-newest.ts';

/** Plans with their layouts, for pages. */
export interface Pictures {
  laidOut(chart: Chart, closed: ReadonlySet<string>): Promise<{ readonly plan: Plan; readonly layout: Layout }>;
  close(): Promise<void>;
}

/** Layouts kept; each combination of closed boxes is one. */
const KEPT = 40;
/** The kernel takes much memory and is rarely wanted: its thread ends after half a minute without work. */
const IDLE = 30_000;
const WORKER = new URL(`./layout-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

export function createPictures(): Pictures {
  const kept = new Map<string, Promise<Layout>>();
  const waiting = new Map<number, { resolve(graph: ElkNode): void; reject(error: Error): void }>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let count = 0;

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    worker = undefined; // it is gone, or about to be
  };
  const startWorker = (): Worker => {
    const started = new Worker(WORKER, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    started.unref();
    started.on('message', (answer: LayoutAnswer) => {
      const waiter = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('graph' in answer) waiter?.resolve(answer.graph);
      else waiter?.reject(new Error(`The diagram could not be laid out: ${answer.problem}`));
      if (waiting.size > 0) return;
      clearTimeout(idle);
      idle = setTimeout(() => void stop(), IDLE).unref();
    });
    started.on('error', failAll);
    return started;
  };
  const ask = (graph: ElkNode): Promise<ElkNode> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      count += 1;
      waiting.set(count, { resolve, reject });
      worker ??= startWorker();
      worker.postMessage({ id: count, graph } satisfies LayoutOrder);
    });

  return {
    async laidOut(chart, closed) {
      const plan = planOf(chart, closed);
      const key = `${chart.kind} ${chart.shape} ${[...closed].toSorted().join(' ')}`;
      const layout = kept.get(key) ?? ask(elkGraph(plan, true)).then(readLayout);
      keepNewest(kept, key, layout, KEPT);
      layout.catch(() => kept.delete(key));
      return { plan, layout: await layout };
    },
    async close() {
      const ending = stop();
      failAll(new Error('The server stops.'));
      await ending;
    },
  };
}
