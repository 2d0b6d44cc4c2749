import { expect, test } from 'vitest';
import type { FlowId } from '../kernel/id.ts';
import type { JournalOutcome, JournalRow, JournalStep } from '../flow/flow.ts';
import { ownSteps } from './replay.ts';

const FIRST = 'first' as FlowId;
const SECOND = 'second' as FlowId;

const step = (state: string, event: string): JournalStep => ({ state, event, ms: 1 });
const parting = step('away.checking', 'strategy.other');
const later = step('complete.checking', 'accept.oidc');

function record(flowId: FlowId, kind: JournalOutcome['kind'], steps: readonly JournalStep[]): JournalRow {
  const outcome: JournalOutcome = { kind, code: 'somewhere', reason: undefined };
  const otherFlowId = flowId === FIRST ? SECOND : FIRST;
  const nobody = { method: 'oidc', identityId: undefined, sessionId: undefined };
  return { id: 'r', flowId, otherFlowId, kind: 'login', outcome, ...nobody, steps, at: 0, keepUntil: 1 };
}

test.each([
  ['both took steps', record(SECOND, 'passed', [parting, later]), [parting], [later]],
  ['the second one waits for the person', record(SECOND, 'waits', [parting]), [parting], []],
  ['follow hooks of the second are still to run', record(FIRST, 'elsewhere', [parting]), [parting], []],
])('two flows share a record: %s', (_name, shared, first, second) => {
  expect(ownSteps(shared, FIRST)).toEqual(first);
  expect(ownSteps(shared, SECOND)).toEqual(second);
});
