import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

export interface ClientIpSettings {
  /** How many proxies in front are trusted; 0: none, and no header is looked at. */
  readonly count: number;
  /** The header they write. */
  readonly header: string;
}

/**
 * Who sent a request (BF-4). Behind trusted proxies the header is counted from the right: what stands further left was
 * written by whoever asked. Koa's own `ctx.ip` takes the leftmost.
 */
export function createClientIp({
  count,
  header,
}: ClientIpSettings): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string {
  const name = header.toLowerCase();
  return ({ headers, socket }) => {
    // Over a Unix socket there is no address: whoever can open it is on this machine.
    const peer = canonical(socket.remoteAddress ?? '') ?? '127.0.0.1';
    const value = count > 0 ? headers[name] : undefined;
    if (value === undefined) return peer;
    const hops = (Array.isArray(value) ? value.join(',') : value).split(',').map((hop) => hop.trim());
    return canonical(hops[Math.max(0, hops.length - count)] ?? '') ?? peer;
  };
}

/** An address in its one spelling, IPv4 also where it was mapped into IPv6; a port behind it is dropped. */
function canonical(text: string): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? text;
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)
    ? ipaddr.process(address).toString()
    : undefined;
}
