import ipaddr from 'ipaddr.js';

import type { LimitKey } from './limit.ts';

/**
 * The network whose tries are counted together: an IPv4 address, or the /64 that a household gets (security BF-3).
 * Undefined for a text that is no address.
 */
export function networkOf(ip: string): string | undefined {
  if (!ipaddr.isValid(ip)) return undefined;
  const address = ipaddr.process(ip); // an IPv4 address mapped into IPv6 is that IPv4 address
  if (address.kind() === 'ipv4') return `${address.toString()}/32`;
  const half = address.toByteArray().slice(0, 8);
  return `${ipaddr.fromByteArray([...half, 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}

/** Where a request came from, as far as budgets go by it. */
export interface ClientNetwork {
  /** Part of a counter's subject beside an account or an address. Requests without an address share one name. */
  readonly name: string;
  /** Whether budgets of a whole network hold for it. */
  readonly counted: boolean;
}

/** Everybody comes through a proxy that nobody declared: they would be one network, and are none (security BF-4). */
export const UNKNOWN_NETWORK: ClientNetwork = { name: 'unknown', counted: false };

/**
 * The network of an address. Loopback is not counted while no proxy is trusted: all visitors of a proxy that is missing in
 * the configuration would share one budget.
 */
export function clientNetwork(ip: string, trustedProxies: number): ClientNetwork {
  return { name: networkOf(ip) ?? UNKNOWN_NETWORK.name, counted: trustedProxies > 0 || !isLoopback(ip) };
}

/** The counter of a network; undefined for one that is not counted. */
export function networkKey(budget: LimitKey['budget'], { name, counted }: ClientNetwork): LimitKey | undefined {
  return counted ? { budget, subject: `network ${name}` } : undefined;
}

function isLoopback(ip: string): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip).toString();
  return address === '127.0.0.1' || address === '::1';
}
