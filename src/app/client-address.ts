import type { IncomingMessage } from 'node:http';
import { comesThroughUndeclaredProxy, createClientIp, type ClientIpSettings } from '../http/middleware/client-ip.ts';
import { clientNetwork, UNKNOWN_NETWORK, type ClientNetwork } from '../limit/network.ts';
import type { Log } from '../telemetry/log.ts';

/** Where requests come from. */
export interface ClientAddress {
  clientIp(request: IncomingMessage): string;
  network(ctx: { readonly req: IncomingMessage }): ClientNetwork;
}

const UNDECLARED =
  'requests come through a proxy that the configuration does not name, so nobody knows their networks and no limit of a ' +
  'network counts: write serve.public.trusted_proxies.count, the number of proxies that add to the header';

/** The address and the network of a request; the first one through a proxy that nobody declared is told to the operator. */
export function createClientAddress(proxies: ClientIpSettings, log: Pick<Log, 'warn'>): ClientAddress {
  const clientIp = createClientIp(proxies);
  let told = false;
  return {
    clientIp,
    network({ req }) {
      if (!comesThroughUndeclaredProxy(proxies, req)) return clientNetwork(clientIp(req), proxies.count);
      if (!told) log.warn(UNDECLARED, { peer: clientIp(req) });
      told = true;
      return UNKNOWN_NETWORK;
    },
  };
}
