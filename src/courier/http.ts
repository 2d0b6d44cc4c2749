import { describeFailure } from '../kernel/failure.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import type { OutboxMessage } from './message.ts';
import type { Send, Sent } from './delivery.ts';

/** An endpoint that takes messages: `courier.http` of the configuration, or a channel. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the body from `ctx`. */
  readonly body: ((ctx: JsonObject) => Json) | undefined;
  readonly auth:
    | { readonly type: 'basic_auth'; readonly user: string; readonly password: string }
    | { readonly type: 'api_key'; readonly name: string; readonly value: string; readonly in: 'header' | 'cookie' }
    | undefined;
}

export interface HttpDeps {
  /** A fetch that enforces the rules for outgoing requests (private networks, redirects). */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly html: (message: OutboxMessage) => string | undefined;
}

const TIMEOUT = 10_000;

/** Messages to an endpoint of the configuration. The row's id is the idempotency key: the same however often it is tried. */
export function createPost({ fetch, html }: HttpDeps): (request: HttpRequest) => Send {
  return (request) => {
    const encoding = encodingOf(request.headers);
    if (encoding === undefined) throw new Error('A channel sends its body as JSON or as a form.');
    return async (message, signal) => {
      let body: string;
      try {
        const made = request.body === undefined ? defaultBody(message) : request.body(context(message, html));
        body = encoding === 'json' ? JSON.stringify(made) : formOf(made);
      } catch (error) {
        // The reason names the line only: the text of the error may quote template data, and with it a code.
        const at = error instanceof Error && 'line' in error ? ` in line ${String(error.line)}` : '';
        return { kind: 'permanent', reason: `The body template of the channel failed${at}.` };
      }
      const headers = new Headers({ 'Content-Type': 'application/json' });
      for (const [name, value] of Object.entries({ ...request.headers, ...authHeaders(request.auth) }))
        headers.set(name, value);
      const carries = request.method !== 'GET' && request.method !== 'HEAD';
      return attempt(
        fetch,
        message,
        request.url,
        { method: request.method, headers, ...(carries && { body }) },
        signal,
      );
    };
  };
}

/** How a body is encoded, by its `Content-Type`; undefined for a type that this server does not write. */
export function encodingOf(headers: HttpRequest['headers']): 'json' | 'form' | undefined {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const [media = ''] = (type ?? 'application/json').split(';');
  if (/^application\/(?:[\w.-]+\+)?json$/i.test(media.trim())) return 'json';
  return media.trim().toLowerCase() === 'application/x-www-form-urlencoded' ? 'form' : undefined;
}

function formOf(made: Json): string {
  if (!isObject(made)) throw new Error('A form is made from an object.');
  const pairs = Object.entries(made).map(([name, value]) => {
    if (typeof value === 'object' && value !== null) throw new Error('A form has no values inside of values.');
    return [name, value === null || value === undefined ? '' : String(value)] as const;
  });
  return new URLSearchParams(Object.fromEntries(pairs)).toString();
}

/**
 * Sends web hooks that wait for no answer. The row's recipient is the URL, its data holds the `method` and `headers` of the
 * request, and its body is the body of the request.
 */
export function createWebHookSend({ fetch }: Pick<HttpDeps, 'fetch'>): Send {
  return (message, signal) => {
    const { method, headers } = message.data;
    const sent = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
    const verb = typeof method === 'string' ? method : 'POST';
    const carries = verb !== 'GET' && verb !== 'HEAD' && message.body !== '';
    return attempt(
      fetch,
      message,
      message.recipient,
      { method: verb, headers: sent, ...(carries && { body: message.body }) },
      signal,
    );
  };
}

async function attempt(
  fetch: HttpDeps['fetch'],
  message: OutboxMessage,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    const headers = new Headers(init.headers);
    headers.set('Idempotency-Key', message.id);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
    const response = await fetch(url, { ...init, headers, signal: limit, redirect: 'manual' });
    await response.body?.cancel();
    return judge(response.status);
  } catch (error) {
    // Not the text, which may hold the URL, and with it a key.
    return { kind: 'away', reason: `No answer over HTTP: ${describeFailure(error)}.` };
  }
}

function judge(status: number): Sent {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const reason = `The endpoint answered ${status}.`;
  // It does not let us in: the configuration is at fault, and no message.
  if (status === 401 || status === 403 || status === 407) return { kind: 'away', reason };
  if (status === 408 || status === 425 || status === 429) return { kind: 'temporary', reason };
  return { kind: status >= 500 ? 'temporary' : 'permanent', reason };
}

function authHeaders(auth: HttpRequest['auth']): Record<string, string> {
  if (auth === undefined) return {};
  if (auth.type === 'basic_auth')
    return { Authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` };
  return auth.in === 'header' ? { [auth.name]: auth.value } : { Cookie: `${auth.name}=${auth.value}` };
}

/** The body for an endpoint without a template of its own; missing members are null. */
function defaultBody({ recipient, template, subject, body, data }: OutboxMessage): JsonObject {
  const names = [
    'to',
    'recovery_code',
    'recovery_url',
    'verification_url',
    'verification_code',
    'login_code',
    'registration_code',
  ];
  const told = Object.fromEntries(names.map((name) => [name, data[name] ?? null]));
  return { recipient, template_type: template, ...told, to: data['to'] ?? recipient, subject, body };
}

/** The `ctx` that a body template sees. The headers of the request that caused the message are beside the data, not in it. */
function context(message: OutboxMessage, html: HttpDeps['html']): JsonObject {
  const alternative = html(message);
  const { request_headers: headers, ...data } = message.data;
  return {
    recipient: message.recipient,
    subject: message.subject,
    body: message.body,
    ...(alternative !== undefined && { html_body: alternative }),
    template_type: message.template,
    template_data: data,
    message_type: message.type,
    request_headers: headers ?? {},
  };
}
