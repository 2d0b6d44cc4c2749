import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as send, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildApp } from '../app/build-app.ts';
import { describeFailure } from '../kernel/failure.ts';
import { isObject, type Json } from '../kernel/json.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { readOrRefuse } from './load-configuration.ts';
import { CommandError } from './output.ts';
import type { Command } from 'commander';

/** Where an admin API is: of a configuration, or of a server that runs. */
export interface AdminOptions {
  readonly config: readonly string[];
  readonly dev?: boolean;
  readonly endpoint?: string;
}

export const adminOptions = (command: Command): Command =>
  command
    .addOption(configurationFiles())
    .option('--dev', 'judge the configuration as `serve --dev` does')
    .option('-e, --endpoint <url>', 'ask the admin API of a running server, such as http://127.0.0.1:4434, instead');

export interface AdminAnswer {
  readonly status: number;
  readonly json: Json;
  /** The path of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** Asks the admin API. */
export interface AdminClient {
  /** `path` begins behind `/admin`. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Json): Promise<AdminAnswer>;
}

/**
 * Runs work with the admin API: of a running server, or of one that is made for the command alone and answers at a socket that only
 * this user reaches. So each rule of the API holds for the command line, its security events included.
 */
export async function withAdmin(
  context: CommandContext,
  { config: files, dev = false, endpoint }: AdminOptions,
  work: (admin: AdminClient) => Promise<void>,
): Promise<void> {
  if (endpoint !== undefined) return await work(clientOf({ base: baseOf(endpoint) }));
  if (files.length === 0)
    throw new CommandError('Whose people? Give a configuration with -c, or a running server with --endpoint.');
  // What is doubtful in a configuration is said by those who start servers.
  const output = { ...context.output, note: () => undefined, warn: () => undefined };
  const { configuration } = await readOrRefuse({ ...context, output }, { files, command: 'serve', dev });
  const { config } = configuration;
  if (config.dsn.kind === 'memory')
    throw new CommandError('dsn is memory, which another process cannot see: ask the server with --endpoint.');
  const app = await buildApp({ ...configuration, config: { ...config, log: { ...config.log, level: 'warn' } } });
  const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-'));
  const server = createServer(app.answer.admin);
  try {
    const socketPath = path.join(folder, 'admin');
    await listening(server, socketPath);
    await work(clientOf({ base: new URL('http://localhost'), socketPath }));
  } finally {
    server.close();
    server.closeAllConnections();
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The JSON of an answer; else ends the command with what the server says. */
export function expectAnswer({ status, json }: AdminAnswer, about: string): Json {
  if (status < 400) return json;
  throw new CommandError(`${about}: ${reasonOf(json) ?? `the server answered ${status}`}`);
}

/** Why a request was refused, as the answer says it. */
export function reasonOf(json: Json): string | undefined {
  const error = isObject(json) && isObject(json['error']) ? json['error'] : {};
  return typeof error['reason'] === 'string' ? error['reason'] : undefined;
}

function baseOf(endpoint: string): URL {
  const base = URL.parse(endpoint);
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return base;
  throw new CommandError('--endpoint is the address of an admin API, such as http://127.0.0.1:4434.');
}

const listening = (server: Server, socketPath: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });

interface Place {
  readonly base: URL;
  readonly socketPath?: string;
}

const clientOf = (place: Place): AdminClient => ({
  async ask(method, asked, body) {
    const url = new URL(`${place.base.href.replace(/\/(?:admin\/?)?$/, '')}/admin${asked}`);
    const { status, text, link } = await (place.socketPath === undefined
      ? byNetwork(url, method, body)
      : bySocket(place.socketPath, url, method, body));
    const next = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1];
    return { status, json: jsonOf(text), next: next === undefined ? undefined : behindAdmin(next) };
  },
});

/** The part of an address that `ask` takes. */
function behindAdmin(address: string): string {
  const { pathname, search } = new URL(address, 'http://localhost');
  return `${pathname.slice(pathname.lastIndexOf('/admin/') + '/admin'.length)}${search}`;
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json; // JSON.parse makes nothing else
  } catch {
    return null; // an answer without a body, or of something that is no admin API
  }
}

interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly link: string;
}

async function byNetwork(url: URL, method: string, body: Json | undefined): Promise<RawAnswer> {
  try {
    const answer = await fetch(url, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, text: await answer.text(), link: answer.headers.get('link') ?? '' };
  } catch (error) {
    throw new CommandError(`${url.origin} does not answer: ${describeFailure(error)}.`);
  }
}

const bySocket = (socketPath: string, url: URL, method: string, body: Json | undefined): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = send({
      socketPath,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
    });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          text: Buffer.concat(parts).toString('utf8'),
          link: [answer.headers['link'] ?? []].flat().join(', '),
        }),
      );
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
