import autocannon from 'autocannon';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuSecondsOf } from './core.ts';
import type { Slice } from './figures.ts';

export interface Target {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The process whose processor time is counted. */
  readonly pid: number;
  readonly connections: number;
}

/** Sallyport closes a connection after 1,000 requests and announces it in a header that autocannon ignores. */
const REQUESTS_PER_CONNECTION = 1_000;

/** Sends one request over and over on some connections. Whatever is not 200 is wrong. */
export async function fire({ url, headers = {}, pid, connections }: Target, seconds: number): Promise<Slice> {
  const before = cpuSecondsOf(pid);
  const result = await autocannon({
    url,
    headers: { accept: 'application/json', ...headers },
    connections,
    duration: seconds,
    reconnectRate: REQUESTS_PER_CONNECTION,
  });
  const after = cpuSecondsOf(pid);
  const statuses = Object.entries(result.statusCodeStats ?? {}).map(
    ([status, { count = 0 }]) => [status, count] as const,
  );
  const failed = result.errors + result.timeouts;
  return {
    done: statuses.find(([status]) => status === '200')?.[1] ?? 0,
    seconds: (result.finish.getTime() - result.start.getTime()) / 1_000,
    cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
    refused: 0,
    wrong: Object.fromEntries([
      ...statuses.filter(([status]) => status !== '200'),
      ...(failed > 0 ? [['no answer', failed] as const] : []),
    ]),
  };
}

/** The result of one visit: done, a refusal with its `Retry-After` in seconds, or what was wrong. */
export type Visit = 'done' | { readonly refused: number } | { readonly wrong: string };

/** Simulated people who repeat one visit, each waiting as long as a refusal asks for. */
export async function crowd(
  people: number,
  pid: number,
  seconds: number,
  visit: (person: number) => Promise<Visit>,
): Promise<Slice> {
  const before = cpuSecondsOf(pid);
  const began = performance.now();
  const end = began + seconds * 1_000;
  const wrong: Record<string, number> = {};
  let done = 0;
  let refused = 0;
  const come = async (person: number): Promise<void> => {
    while (performance.now() < end) {
      const result = await visit(person).catch(() => ({ wrong: 'no answer' }));
      if (result === 'done') done += performance.now() <= end ? 1 : 0;
      else if ('wrong' in result) wrong[result.wrong] = (wrong[result.wrong] ?? 0) + 1;
      else {
        refused += 1;
        await delay(Math.min(result.refused * 1_000, Math.max(0, end - performance.now())));
      }
    }
  };
  const all = Promise.all(Array.from({ length: people }, (_, person) => come(person)));
  await delay(seconds * 1_000);
  const after = cpuSecondsOf(pid);
  const lasted = (performance.now() - began) / 1_000;
  const slice = {
    done,
    seconds: lasted,
    cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
  };
  await all; // those still under way are waited for, and not counted
  return { ...slice, refused, wrong };
}
