import type { FlowId } from '../../kernel/id.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { CompiledFlow } from '../machine/compiled-flow.ts';
import { FOLLOW_GRACE } from '../machine/compile.ts';
import { followPhase } from './phases.ts';
import type { Requester } from '../contract.ts';
import { UNKNOWN_NETWORK } from '../../limit/network.ts';
import type { Runner } from '../parts.ts';
import { thaw } from '../machine/snapshot.ts';
import { flowRequest, nothingPrepared, nothingWritten, standing, type FlowRun } from '../values.ts';

/** Every replica begins a pass this often, in milliseconds. */
const EVERY = 30_000;
/** Overdue flows asked for at once. */
const BATCH = 100;
/** Nobody asks: headers, address and payload of the submit are gone. */
const NOBODY: Requester = {
  session: undefined,
  byCookie: false,
  headers: {},
  ip: '',
  network: UNKNOWN_NETWORK,
  userAgent: undefined,
  nextCsrf: '',
  bindings: [],
  devices: [],
};

/** Runs the follow phases that a server left behind and removes expired rows; these do not wait for each other. */
export async function backgroundPass(runner: Runner, signal: AbortSignal): Promise<void> {
  const now = runner.clock.now();
  await Promise.all(
    [
      async () => await runner.backlog.flush(),
      async () => await resumeOverdue(runner, now, signal),
      async () => void (await runner.store.sweep({ now, signal })),
    ].map(async (part) => await part().catch((error: unknown) => runner.report(error, { flow: '', state: 'sweep' }))),
  );
}

/** What a server does beside its requests. */
export interface Background {
  start(): void;
  stop(): Promise<void>;
}

/** Calls `pass` on a timer that keeps no process alive, never while the pass before it runs. */
export function createBackground(pass: (signal: AbortSignal) => Promise<void>): Background {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  return {
    start() {
      timer = setInterval(() => {
        running ??= pass(stopping.signal).finally(() => (running = undefined));
      }, EVERY).unref();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** Resumes every flow that is overdue at `now`. A flow that fails is reported and does not keep the others waiting. */
async function resumeOverdue(runner: Runner, now: number, signal: AbortSignal): Promise<void> {
  const tried = new Set<FlowId>();
  for (;;) {
    // Whichever server takes a flow up claims it first, so it is not due any more when the store is asked again.
    const due = (await runner.store.flows.overdue(now, BATCH)).filter((id) => !tried.has(id));
    if (due.length === 0) return;
    for (const id of due) {
      if (signal.aborted) return;
      tried.add(id);
      await resume(runner, id, now).catch((error: unknown) => runner.report(error, { flow: id, state: 'resume' }));
    }
  }
}

/** Takes up a follow leg whose server went away, if no other replica does. */
async function resume(runner: Runner, id: FlowId, now: number): Promise<void> {
  const row = await runner.store.flows.find(id);
  // Finished, or claimed by another server since the store was asked.
  if (row?.followDue === undefined || row.followDue > now) return;
  const flow = runner.machineOf(row);
  const { followDue } = row;
  const due = runner.clock.now() + FOLLOW_GRACE * 6;
  if (!(await runner.store.transaction((unit) => unit.flows.claim(id, followDue, due)))) return;
  const identity = row.identityId && (await runner.store.identities.find(row.identityId));
  // As the submit that committed saw it: hooks get the same `attempt` again.
  const request = flowRequest({ ...row, revision: row.revision - 1 }, NOBODY, { identity });
  const run: FlowRun = { flow, request, hookFailures: 'fatal' };
  try {
    const at = thaw(flow, row);
    const prepared = standing(at, nothingPrepared(request));
    const written = standing(at, nothingWritten(prepared.values));
    await followPhase(runner, run, { request, prepared, written }, { ...row, followDue: due });
  } catch (error) {
    // A follow state that is gone counts as done; the hooks that did not run are reported.
    runner.report(error, { flow: id, state: 'resume' });
    const { state, finished } = endOf(flow);
    await runner.store.transaction((unit) =>
      unit.flows.save({ ...row, revision: row.revision + 1, finished, state, followDue: undefined }),
    );
  }
}

/** Where the follow phases of a machine lead: a final state, or the page on which one flow takes several submits. */
function endOf({ config: { states } }: CompiledFlow): Pick<FlowRow, 'state' | 'finished'> {
  const final = ['done', 'passed'].find((name) => states[name]?.type === 'final');
  return final === undefined ? { state: { success: 'waiting' }, finished: false } : { state: final, finished: true };
}
