import { must } from '../../kernel/error.ts';
import { FOLLOW_GRACE } from '../machine/compile.ts';
import { followStep } from './follow-step.ts';
import { submission, type Asker, type Runner } from './submission.ts';
import { thaw } from '../machine/snapshot.ts';
import { journal, rowAfter } from '../journal/journal.ts';
import { walk } from './walk.ts';

/** Every replica sweeps this often. */
const EVERY = 30_000;
const BATCH = 100;
/** Nobody asks: headers, address and payload of the submit are gone. */
const NOBODY: Asker = { session: undefined, byCookie: false, headers: {}, ip: '', userAgent: undefined, nextCsrf: '' };

/** Finishes what is owed and removes what is over, on a timer that keeps no process alive. */
export function createSweep(runner: Runner): { start(): void; stop(): Promise<void>; pass(): Promise<void> } {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function pass(): Promise<void> {
    const now = runner.clock.now();
    await runner.unwritten.flush();
    for (const id of await runner.store.flows.overdue(now, BATCH)) await resume(runner, id);
    await runner.store.sweep({ now, signal: stopping.signal });
  }
  const guarded = (): void => {
    running = running.then(pass).catch((error: unknown) => runner.report(error, { flow: '', state: 'sweep' }));
  };
  return {
    pass,
    start() {
      timer = setInterval(guarded, EVERY).unref();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** Takes up a follow leg whose server went away, if no other replica does. */
async function resume(runner: Runner, id: Parameters<Runner['store']['flows']['find']>[0]): Promise<void> {
  const row = await runner.store.flows.find(id);
  if (row?.followDue === undefined) return;
  const flow = must(runner.flows.get(row.kind), `Machine of ${row.kind}`);
  const { followDue } = row;
  const due = runner.clock.now() + FOLLOW_GRACE * 6;
  if (!(await runner.store.transaction((unit) => unit.flows.claim(id, followDue, due)))) return;
  const request = submission({ ...row, followDue: due }, NOBODY, { kind: 'json', value: {} });
  request.identity = row.identityId && (await runner.store.identities.find(row.identityId));
  try {
    const at = thaw(flow, row);
    const { at: end } =
      at.phase === 'follow'
        ? await walk(flow, request, at, 'follow', (state) => followStep(runner, flow, request, state))
        : { at };
    await runner.store.transaction(async (unit) => {
      await unit.flows.save(rowAfter(runner, flow, request, end, row.revision + 1));
      await unit.flows.record(journal(runner, request, end));
    });
  } catch (error) {
    // A follow state that is gone counts as done; the hooks that did not run are reported.
    runner.report(error, { flow: id, state: 'resume' });
    await runner.store.transaction((unit) =>
      unit.flows.save({ ...row, revision: row.revision + 1, finished: true, state: 'done', followDue: undefined }),
    );
  }
}
