import type { FlowId } from '../../kernel/id.ts';

/** Under `dev`: which flow a stored error belongs to. Kept in this process alone, beside the errors and never in one. */
export interface ErrorFlows {
  remember(error: string, flow: FlowId): void;
  find(error: string): FlowId | undefined;
}

/** More than anybody looks at; the oldest goes first. */
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
