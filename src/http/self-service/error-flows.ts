import type { FlowId } from '../../kernel/id.ts';

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
    remember(error, flow) {
      flows.set(error, flow);
      const [oldest] = flows.keys();
      if (flows.size > MOST && oldest !== undefined) flows.delete(oldest);
    },
    find: (error) => flows.get(error),
  };
}
