import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

export interface ClientIpSettings {
  /** Number of trusted proxies in front; 0: none, and the header is ignored. */
  readonly count: number;
  /** The header that the proxies write. */
  readonly header: string;
}

/** What tells where a request comes from. */
export interface ClientRequest extends Pick<IncomingMessage, 'headers'> {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * The client's address (security BF-4). Behind trusted proxies the header is counted from the right: entries further
 * left were written by the client. Koa's own `ctx.ip` takes the leftmost entry.
 */
export function createClientIp({ count, header }: ClientIpSettings): (request: ClientRequest) => string {
  const name = header.toLowerCase();
  return ({ headers, socket }) => {
    // A Unix socket has no address: its client is on this machine.
    const peer = canonical(socket.remoteAddress ?? '') ?? '127.0.0.1';
    const value = count > 0 ? headers[name] : undefined;
    if (value === undefined) return peer;
    const hops = (Array.isArray(value) ? value.join(',') : value).split(',').map((hop) => hop.trim());
    return canonical(hops[Math.max(0, hops.length - count)] ?? '') ?? peer;
  };
}

const FORWARDING = ['x-forwarded-for', 'forwarded'];
const PRIVATE: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);

/**
 * True for a request that came through a proxy which nobody declared: no proxy is trusted, the peer's address is a private
 * one, and it writes whom it forwards. Nobody is told by such an address from anybody else (security BF-4).
 */
export function comesThroughUndeclaredProxy({ count }: ClientIpSettings, { headers, socket }: ClientRequest): boolean {
  if (count > 0 || !FORWARDING.some((name) => headers[name] !== undefined)) return false;
  const peer = canonical(socket.remoteAddress ?? '');
  return peer !== undefined && PRIVATE.has(ipaddr.parse(peer).range());
}

/** The canonical spelling of an address; IPv4 mapped into IPv6 becomes IPv4, and a port is dropped. */
function canonical(text: string): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? text;
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
    ? ipaddr.process(address).toString()
    : undefined;
}
