import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { answers } from './server.ts';

export interface Balancer {
  readonly url: string;
  /** A server (its URL) that takes part from the first 200 of its `/health/ready` on. */
  add(server: string): void;
  /** How many servers take requests as it sees it. */
  ready(): number;
  close(): Promise<void>;
}

/** Milliseconds between two looks at a server, as short as balancers have it. */
const EVERY = 250;

/**
 * Spreads requests over servers, in turn, as a load balancer does. It keeps its connections and sends nothing twice: a
 * request that gets no answer is answered 502.
 */
export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const watches: Promise<void>[] = [];
  const ready = new Set<string>();
  let ended = false;
  let turn = 0;

  async function watch(server: string): Promise<void> {
    while (!ended) {
      if (await answers(`${server}/health/ready`)) ready.add(server);
      else ready.delete(server);
      await delay(EVERY);
    }
  }

  function pass(incoming: IncomingMessage, response: ServerResponse): void {
    const server = [...ready][(turn += 1) % ready.size];
    if (server === undefined) return void response.writeHead(502).end('no server is ready');
    const { method, headers, url = '/' } = incoming;
    const onward = request(new URL(url, server), { method, headers, agent }, (answer) => {
      const { connection: _hop, 'keep-alive': _hint, 'transfer-encoding': _coding, ...kept } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(response);
    });
    onward.on('error', (error) => response.writeHead(502).end(`${server}: ${error.message}`));
    incoming.pipe(onward);
  }

  // It ends no connection that somebody may be about to send on.
  const front = createServer({ keepAliveTimeout: 0 }, pass).listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => front.once('listening', resolve));
  const { port } = front.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    add: (server) => void watches.push(watch(server)),
    ready: () => ready.size,
    async close() {
      ended = true;
      await Promise.all(watches);
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      front.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}
