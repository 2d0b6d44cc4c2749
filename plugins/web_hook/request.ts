import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonnetFault, UpstreamError } from 'sallyport/plugin';
import type { Facts, Json, JsonObject, Outside } from 'sallyport/plugin';
import { carries, contentTypeOf, type WebHook } from './config.ts';
import { drop, follow } from './follow.ts';

export interface Prepared {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The request as it will be sent; undefined: the body said `error "cancel"`. */
export function prepare(config: WebHook, ctx: JsonObject, facts: Facts): Prepared | undefined {
  const { method, program, headers = {}, auth } = config;
  let made: Json = null;
  try {
    if (program !== undefined) made = program.evaluate({ args: { ctx } });
  } catch (error) {
    if (error instanceof JsonnetFault && error.kind === 'raised' && error.reason === 'cancel') return undefined;
    throw error;
  }
  const written = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const body = carries(config) && program !== undefined ? encode(made, contentTypeOf(headers)) : undefined;
  return {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      // The same value for every try of one call.
      'idempotency-key': facts.attempt,
      ...(config.emit_analytics_event !== false && { 'ory-webhook-trigger-id': randomUUID() }),
      ...written,
      ...authHeaders(auth),
    },
    body,
  };
}

function encode(made: Json, type: string): string {
  if (type === 'application/json') return JSON.stringify(made);
  const entries = typeof made === 'object' && made !== null && !Array.isArray(made) ? Object.entries(made) : [];
  if (entries.some(([, value]) => typeof value !== 'string'))
    throw new Error('The body of a form is a flat object of texts.');
  return new URLSearchParams(entries as [string, string][]).toString(); // as was just checked
}

function authHeaders(auth: WebHook['auth']): Record<string, string> {
  if (auth === undefined) return {};
  if (auth.type === 'basic_auth') {
    const { user, password } = auth.config;
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
  const { name, value, in: place } = auth.config;
  return place === 'header' ? { [name.toLowerCase()]: value } : { cookie: `${name}=${value}` };
}

const TRIES = 3;
const LONGEST_WAIT_MS = 30_000;

/** Waits so many milliseconds, or until the hook's time limit. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>;
const wait: Wait = (ms, signal) => sleep(ms, undefined, { signal });

/**
 * Sends a request, and again after a connection error, 429 and 5xx except 501. Throws `UpstreamError` when there was no
 * response; the caller reads the last response.
 */
export async function send(
  config: WebHook,
  { method, headers, body }: Prepared,
  { fetch }: Pick<Outside, 'fetch'>,
  signal: AbortSignal,
  { tries = TRIES, pause = wait }: { readonly tries?: number; readonly pause?: Wait } = {},
): Promise<Response> {
  for (let tried = 1; ; tried++) {
    let response: Response | undefined;
    let trouble: unknown;
    try {
      const id = config.emit_analytics_event === false ? {} : { 'ory-webhook-request-id': randomUUID() };
      const asked = { method, headers: { ...headers, ...id }, ...(body !== undefined && { body }) };
      response = await follow(config.url, asked, fetch);
    } catch (error) {
      trouble = error;
    }
    const again = response === undefined ? !isRefused(trouble) : isTemporary(response.status);
    if (tried < tries && again) {
      if (response !== undefined) await drop(response);
      await pause(delay(tried, response?.headers.get('retry-after')), signal);
      continue;
    }
    if (response !== undefined) return response;
    if (trouble instanceof UpstreamError) throw trouble;
    const late = trouble instanceof Error && trouble.name === 'TimeoutError';
    throw new UpstreamError(
      trouble instanceof Error ? trouble.message : 'It cannot be reached.',
      late ? 'late' : 'failed',
    );
  }
}

const isTemporary = (status: number): boolean => status === 429 || (status >= 500 && status !== 501);

/** The outbound rules refused the request, or a redirect cannot be followed: the same would happen again. */
const isRefused = (trouble: unknown): boolean =>
  trouble instanceof UpstreamError ||
  (trouble instanceof TypeError && trouble.message.startsWith('The request is refused'));

/** 1 s, 2 s, …, or what the answer asks for in seconds. */
function delay(tried: number, retryAfter: string | null | undefined): number {
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : 0;
  return Math.min(Math.max(asked, 1_000 * 2 ** (tried - 1)), LONGEST_WAIT_MS);
}
