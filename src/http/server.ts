import type { RequestListener, Server, ServerResponse } from 'node:http';
import { unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { SallyportError } from '../kernel/error.ts';
import { codeOf, describeFailure } from '../kernel/failure.ts';
import { createServer } from '../kernel/node-http.ts';
import { MAX_HEADERS } from './middleware/request-limits.ts';
import { answerUnread, type Unread } from './unread-request.ts';

export interface ServerAddress {
  /** A name or address, or `unix:/path/of/the.sock`. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Milliseconds (security IN-8). */
export interface ServerLimits {
  readonly headers: number;
  readonly request: number;
  readonly keepAlive: number;
  /** Bytes of the request line and all headers. */
  readonly head: number;
}

export const PUBLIC_LIMITS: ServerLimits = {
  headers: 5_000,
  request: 15_000,
  keepAlive: 120_000,
  head: 16 * 1_024,
};
/** A list may be asked for 500 ids. */
export const ADMIN_LIMITS: ServerLimits = { headers: 5_000, request: 30_000, keepAlive: 120_000, head: 40 * 1_024 };

export interface Listening {
  /** The port in use; 0 for a Unix socket. */
  readonly port: number;
  /**
   * From now on every answer ends its connection, so that clients move to another replica; new connections are still
   * accepted. Idle connections stay until `close`: a request may be on its way.
   */
  drain(): void;
  /** Accepts nothing more, waits for requests under way, and cuts those that take longer than `within` milliseconds. */
  close(within: number): Promise<void>;
}

const MAX_REQUESTS_PER_SOCKET = 1_000;

/** Opens one listener with its limits. A port in use is an error with its reason. */
export async function listen(
  handler: RequestListener,
  address: ServerAddress,
  limits: ServerLimits,
): Promise<Listening> {
  const state = { draining: false, closing: false };
  /** The newest answer of each connection. Of pipelined ones only the last may end the connection. */
  const latest = new Map<Socket, ServerResponse>();
  const server = createServer(
    {
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      maxHeaderSize: limits.head,
      // Node checks every 30 s by default, which would make a timeout of 5 s one of 35 s.
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      latest.set(request.socket, response);
      if (state.draining) response.setHeader('Connection', 'close');
      if (state.closing) endAfter(response);
      handler(request, response);
    },
  );
  // A listener for each connection, not for each answer: those cost a tenth of the smallest request.
  server.on('connection', (socket) => {
    socket.once('close', () => latest.delete(socket));
  });
  server.on('clientError', (error: Unread, socket) => {
    const answer = latest.get(socket as Socket); // no other connection is accepted
    answerUnread(error, socket, answer !== undefined && answer.headersSent && !answer.writableFinished);
  });
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  // Node drops header fields above this count silently; a few more are kept, so that too many can be refused.
  server.maxHeadersCount = MAX_HEADERS + 10;
  /** The connection of an answer that was half sent when closing began is idle behind it: close it. */
  const endAfter = (response: ServerResponse): void => {
    response.once('close', () => server.closeIdleConnections());
  };
  const drain = (): void => {
    state.draining = true;
    for (const response of latest.values()) if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  await occupy(server, address);
  return {
    port: portOf(server),
    drain,
    close(within) {
      drain();
      state.closing = true;
      for (const response of latest.values()) if (!response.writableFinished) endAfter(response);
      return close(server, within); // ends idle connections, too
    },
  };
}

const UNIX = /^unix:(?:\/\/)?(\/.+)$/;

async function occupy(server: Server, { host, port }: ServerAddress): Promise<void> {
  const path = UNIX.exec(host)?.[1];
  try {
    await bind(server, path === undefined ? { host, port } : { path });
  } catch (error) {
    if (path === undefined || codeOf(error) !== 'EADDRINUSE' || (await answers(path)))
      throw sentence(error, host, port);
    // The socket file of a killed process: no process answers on it.
    await unlink(path);
    await bind(server, { path });
  }
}

function bind(
  server: Server,
  options: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function close(server: Server, within: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), within);
    // An error means that the server was closed before.
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}

const WHY: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) =>
    `${where(host, port)} is in use by another process. Stop that one, or configure another port.`,
  EACCES: (host, port) => `${where(host, port)} may not be opened by this user. Ports below 1024 usually need rights.`,
  EADDRNOTAVAIL: (host, port) => `${where(host, port)} is not an address of this machine.`,
  ENOTFOUND: (host) => `The host ${host} is not known; configure an address of this machine (ENOTFOUND).`,
};

function sentence(error: unknown, host: string, port: number): SallyportError {
  const why = WHY[codeOf(error) ?? ''];
  const reason = why ? why(host, port) : `${where(host, port)} cannot be opened: ${describeFailure(error)}.`;
  return new SallyportError('unavailable', reason, { cause: error });
}

const where = (host: string, port: number): string =>
  UNIX.test(host) ? `The socket ${host}` : `Port ${port} on ${host}`;

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
