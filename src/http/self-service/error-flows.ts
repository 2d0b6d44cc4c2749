import type { FlowId } from '../../kernel/id.ts';
import { keepNewest } from '../../kernel/keep-newest.ts';

/** Under `dev`: the flow of each stored error. Kept in the memory of this process, never stored with the error. */
export interface ErrorFlows {
  remember(error: string, flow: FlowId): void;
  find(error: string): FlowId | undefined;
}

/** Entries kept at most; the oldest is dropped first. */
const MOST = 1_000;

export function createErrorFlows(): ErrorFlows {
  const flows = new Map<string, FlowId>();
  return {
    remember: (error, flow) => keepNewest(flows, error, flow, MOST),
    find: (error) => flows.get(error),
  };
}
