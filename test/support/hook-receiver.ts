import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Decoded JSON, else the text. */
  readonly body: unknown;
}

export interface HookAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HookReceiver {
  readonly url: string;
  /** Everything that came, in order. */
  readonly received: Received[];
  /** The first request to a path since the last `forget`, when it has come; of those whose body holds a text. */
  first(path: string, about?: string): Promise<Received>;
  forget(): void;
  /** What the next requests are answered, until it is said again; `hang`: nothing. */
  answer(how: HookAnswer | 'hang' | ((request: Received) => HookAnswer | 'hang')): void;
  stop(): Promise<void>;
}

/** Another system that web hooks call. */
export async function startHookReceiver(): Promise<HookReceiver> {
  const received: Received[] = [];
  const waiting: { readonly is: (request: Received) => boolean; readonly tell: (request: Received) => void }[] = [];
  let how: Parameters<HookReceiver['answer']>[0] = { status: 204 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: decoded(Buffer.concat(chunks).toString('utf8')) };
      received.push(one);
      for (const { tell } of waiting.filter(({ is }) => is(one))) tell(one);
      const answer = typeof how === 'function' ? how(one) : how;
      if (answer === 'hang') return;
      const { status, body, headers: more } = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...more });
      response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    first(path, about = '') {
      const is = (each: Received): boolean => each.path === path && JSON.stringify(each.body ?? null).includes(about);
      const found = received.find(is);
      return found ? Promise.resolve(found) : new Promise((tell) => waiting.push({ is, tell }));
    },
    forget() {
      received.length = 0;
    },
    answer(next) {
      how = next;
    },
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
