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

/** The network as part of a counter's subject: requests without an address share one. */
export const networkName = (ip: string): string => networkOf(ip) ?? 'unknown';

/** The network a request is counted for; undefined for loopback while no proxy is trusted, as `networkKey` says. */
export function countedNetwork(ip: string, trustedProxies: number): string | undefined {
  return networkKey('flows', ip, trustedProxies)?.subject;
}

/**
 * The counter of a network. Undefined for loopback while no proxy is trusted: all visitors of a proxy that is missing
 * in the configuration would share one budget.
 */
export function networkKey(budget: LimitKey['budget'], ip: string, trustedProxies: number): LimitKey | undefined {
  if (trustedProxies === 0 && isLoopback(ip)) return undefined;
  return { budget, subject: `network ${networkName(ip)}` };
}

function isLoopback(ip: string): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip).toString();
  return address === '127.0.0.1' || address === '::1';
}
