import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { freePort } from './ports.ts';

export interface PrefixProxy {
  readonly port: number;
  /** Requests outside of the prefix: of another application on the same host. */
  readonly strays: readonly string[];
  /** From now on requests go to this server. */
  lead(to: string): void;
  close(): Promise<void>;
}

export interface PrefixProxyOptions {
  /** `/auth`: taken off on the way. */
  readonly prefix: string;
  /** Speaks TLS, with a certificate that nobody trusts. */
  readonly tls?: boolean;
}

/** A proxy in front of a server whose public URL has a path. It listens at once, so that the URL can be configured. */
export async function startPrefixProxy({ prefix, tls = false }: PrefixProxyOptions): Promise<PrefixProxy> {
  const strays: string[] = [];
  let target = '';
  const handle = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const path = incoming.url ?? '';
    if (!path.startsWith(`${prefix}/`)) {
      strays.push(path);
      answer.writeHead(404, { 'content-type': 'text/plain' });
      answer.end('another application');
      return;
    }
    const { method, headers } = incoming;
    const on = send(`${target}${path.slice(prefix.length)}`, { method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    answer.on('close', () => on.destroy());
    incoming.pipe(on);
  };
  const server = tls ? createTlsServer(certificate(), handle) : createServer(handle);
  const port = await freePort();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    strays,
    lead(to) {
      target = to;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function certificate(): { readonly cert: Buffer; readonly key: Buffer } {
  const read = (name: string): Buffer => readFileSync(new URL(`./certificates/${name}`, import.meta.url));
  return { cert: read('server.pem'), key: read('server.key.pem') };
}
