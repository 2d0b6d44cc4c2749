import { expect, test } from 'vitest';
import type { FlowId } from '../../kernel/id.ts';
import { createErrorFlows } from './error-flows.ts';

test('A thousand errors are remembered; with the next one the oldest is forgotten.', () => {
  const flows = createErrorFlows();
  for (let i = 0; i < 1_000; i += 1) flows.remember(`error ${i}`, `flow ${i}` as FlowId); // any text does
  expect(flows.find('error 0')).toBe('flow 0');
  flows.remember('one more', 'flow x' as FlowId); // any text does
  expect(flows.find('error 0')).toBeUndefined();
  expect([flows.find('error 1'), flows.find('one more'), flows.find('never')]).toEqual(['flow 1', 'flow x', undefined]);
});
