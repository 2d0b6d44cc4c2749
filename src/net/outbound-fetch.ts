import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { describeFailure, failureOf } from '../kernel/failure.ts';
import { httpRequest, httpsRequest } from '../kernel/node-http.ts';
import { isReachable, type AddressRules } from './address-rules.ts';

export interface FetchRules extends AddressRules {
  /** `clients.http.private_ip_exception_urls`: URLs, compared without query, `*` within a label or segment, `**` across. */
  readonly exceptions: readonly string[];
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Milliseconds for the whole request, name resolution included. */
  readonly timeoutMs?: number;
  /** The caller does not read the body: the request ends with the status, and the connection is closed. */
  readonly statusOnly?: true;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_048_576;
const NO_BODY = new Set([101, 204, 205, 304]);
const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

const resolveAll = promisify(systemLookup);

/**
 * A `fetch` that cannot be turned against the network it runs in (security AD-5): http and https only, the name resolved
 * once, every address checked, the connection made to what was checked, no redirect followed, no proxy, at most 1 MiB.
 * Errors name no address.
 */
export function createGuardedFetch(rules: FetchRules): typeof fetch {
  const lookup = rules.lookup ?? ((host: string) => resolveAll(host, { all: true }));
  return async (input, init) => {
    const asked = new Request(input, { ...init, redirect: 'manual' });
    const url = new URL(asked.url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('it is neither http nor https');
    if (url.username !== '' || url.password !== '') throw refused('it has a user name or password in its URL');
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(rules.timeoutMs ?? TIMEOUT_MS)]);
    signal.throwIfAborted();
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    const addresses = await checkedAddresses(url, rules, lookup, signal);
    return await send({
      url,
      method: asked.method,
      headers: headersOf(asked),
      body,
      addresses,
      signal,
      statusOnly: rules.statusOnly ?? false,
    });
  };
}

function refused(why: string): TypeError {
  return Object.assign(new TypeError(`The request is refused: ${why}.`), { code: 'REQUEST_REFUSED' });
}

async function checkedAddresses(
  url: URL,
  rules: FetchRules,
  lookup: (host: string) => Promise<readonly LookupAddress[]>,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  let addresses: readonly LookupAddress[];
  try {
    addresses = family > 0 ? [{ address: host, family }] : await unlessAborted(lookup(host), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed(error);
  }
  const isExempt = rules.exceptions.some((pattern) => matches(url, pattern));
  const allowed = (address: string): boolean =>
    isReachable(address, isExempt ? { loopback: true, disallowPrivate: false } : rules);
  // One private address among public ones is DNS rebinding: refuse the name.
  if (addresses.length === 0 || !addresses.every(({ address }) => allowed(address))) {
    throw refused('its host is not on the public network');
  }
  return addresses;
}

/** As the reference compares: without query and fragment, `.` and `/` separate what `*` may stand for. */
function matches(url: URL, pattern: string): boolean {
  const plain = `${url.protocol}//${url.host}${url.pathname}`;
  if (!pattern.includes('*')) {
    const exact = URL.parse(pattern);
    return exact !== null && `${exact.protocol}//${exact.host}${exact.pathname}` === plain;
  }
  const source = pattern
    .split('**')
    .map((part) => part.split('*').map(escapeText).join('[^./]*'))
    .join('.*');
  return new RegExp(`^${source}$`).test(plain);
}

const escapeText = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted.'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function headersOf(asked: Request): Record<string, string> {
  const headers = Object.fromEntries(asked.headers);
  // These describe the connection and the framing, which this client makes itself.
  for (const name of ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade']) delete headers[name];
  return { 'accept-encoding': 'gzip, deflate, br', ...headers };
}

interface Sending {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
  readonly addresses: readonly LookupAddress[];
  readonly signal: AbortSignal;
  readonly statusOnly: boolean;
}

async function send({ url, method, headers, body, addresses, signal, statusOnly }: Sending): Promise<Response> {
  const options: RequestOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-length': String(body.length) },
    agent: false,
    signal,
    lookup: (_host, { all }, answer) => {
      const [first] = addresses;
      if (all === true) answer(null, [...addresses]);
      else answer(null, first?.address ?? '', first?.family);
    },
  };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
      request.on('error', reject);
      request.end(body);
    });
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 599) throw new TypeError('The answer has no usable status.');
    if (statusOnly) {
      response.destroy();
      return new Response(null, { status, headers: headersIn(response) });
    }
    const content = await decode(await readBody(response), response.headers['content-encoding']);
    return new Response(NO_BODY.has(status) ? null : new Uint8Array(content), { status, headers: headersIn(response) });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError) throw error;
    throw failed(error);
  }
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('The answer is not bytes.');
    size += chunk.length;
    if (size > MAX_BYTES) throw new TypeError(`The answer is larger than ${MAX_BYTES} bytes.`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

async function decode(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || body.length === 0) return body;
  const decoder = DECODERS[name];
  if (decoder === undefined) throw new TypeError('The answer is encoded in a way that is not understood.');
  return await decoder(body, { maxOutputLength: MAX_BYTES }).catch(() => {
    throw new TypeError(`The answer cannot be decoded, or is larger than ${MAX_BYTES} bytes.`);
  });
}

function headersIn(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    // These two describe the encoded body; the body is handed on decoded.
    if (name === 'content-encoding' || name === 'content-length') continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** The error without its text, which names addresses, and with its code. */
function failed(error: unknown): TypeError {
  const code = failureOf(error)?.code;
  return Object.assign(new TypeError(`The request failed: ${describeFailure(error)}.`), code !== undefined && { code });
}
