import { keepNewest } from '../kernel/keep-newest.ts';

/** Who may take the one password try that is left for an account: networks wait in the order in which they came. */
export interface WaitingNetworks {
  /** Puts the network in line, where it is not; true when it is the first. */
  isFirst(account: string, network: string): boolean;
  /** The first one has had its try: it goes to the end when it comes again. */
  leave(account: string, network: string): void;
}

const MOST_ACCOUNTS = 1_000;
const MOST_NETWORKS = 1_000;

/** `patience`: milliseconds after which a network that did not ask again is no longer waited for. */
export function createWaitingNetworks(clock: { now(): number }, patience: number): WaitingNetworks {
  /** Accounts and, for each, networks in the order they came, with the time of their last try. */
  const lines = new Map<string, Map<string, number>>();
  return {
    isFirst(account, network) {
      const now = clock.now();
      const line = lines.get(account) ?? new Map<string, number>();
      for (const [each, asked] of line) if (now - asked > patience) line.delete(each);
      if (line.has(network) || line.size < MOST_NETWORKS) line.set(network, now); // a known one keeps its place
      keepNewest(lines, account, line, MOST_ACCOUNTS);
      return line.keys().next().value === network;
    },
    leave(account, network) {
      lines.get(account)?.delete(network);
    },
  };
}
