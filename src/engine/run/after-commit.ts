import type { CompiledFlow } from '../machine/compile.ts';
import { followStep } from './follow-step.ts';
import { journal, rowAfter } from '../journal/journal.ts';
import type { Outcome } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { outcome, type Submission } from './submission.ts';
import { walk, type Leg } from './walk.ts';

/** After the commit that saved `revision`: what follows, and what became of the request. */
export async function settle(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  written: Leg,
  revision: number,
): Promise<Outcome> {
  await runner.unwritten.flush();
  if (request.mailed) runner.nudge();
  const saved = rowAfter(runner, flow, request, written.at, revision);
  if (written.at.phase !== 'follow') return outcome('ran', saved, written.at, request);

  const followed = await walk(flow, request, written.at, 'follow', (at) => followStep(runner, flow, request, at));
  const last = rowAfter(runner, flow, request, followed.at, revision + 1);
  await runner.store
    .transaction(async (unit) => {
      await unit.flows.save(last);
      await unit.flows.record(journal(runner, request, followed.at));
    })
    .catch((error: unknown) => runner.report(error, { flow: request.row.id, state: followed.at.path }));
  return outcome('ran', last, followed.at, request);
}
