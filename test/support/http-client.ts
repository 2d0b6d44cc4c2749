import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';

/** What a server answered, nothing tidied up. */
export interface Answer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly location: string | undefined;
  readonly setCookies: readonly SetCookie[];
  readonly text: string;
  /** The decoded body; `undefined` where it is not JSON. */
  readonly json: unknown;
}

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Lower-case names; `''` for those without a value. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** Sent as they are. */
  readonly body?: string | Buffer;
  readonly json?: unknown;
  readonly form?: Fields;
  /** Go where a redirect points to, with GET, as browsers do. */
  readonly follow?: boolean;
}

/** A list sends its key several times. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

export interface HttpClient {
  readonly cookies: CookieJar;
  request(method: string, url: string, options?: RequestOptions): Promise<Answer>;
  get(url: string, options?: RequestOptions): Promise<Answer>;
  post(url: string, options?: RequestOptions): Promise<Answer>;
  close(): void;
}

/** The cookies of one origin, by name. */
export interface CookieJar {
  take(cookies: readonly SetCookie[]): void;
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  delete(name: string): void;
  names(): readonly string[];
  /** For the `Cookie` header; empty when there are none. */
  header(): string;
}

/** A client with its own cookies and connections. It follows no redirect unless asked to. */
export function createHttpClient(options: { readonly accept?: string; readonly cookies?: boolean } = {}): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const cookies = createCookieJar();
  const keep = options.cookies ?? true;

  async function request(method: string, url: string, asked: RequestOptions = {}): Promise<Answer> {
    const body = bodyOf(asked);
    const headers: Record<string, string> = {
      accept: asked.accept ?? options.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body.content)) }),
      ...(body?.type === undefined ? {} : { 'content-type': body.type }),
      ...(keep && cookies.header() !== '' ? { cookie: cookies.header() } : {}),
      ...asked.headers,
    };
    const answer = await exchange(agent, method, url, headers, body?.content);
    if (keep) cookies.take(answer.setCookies);
    if (asked.follow !== true || answer.status < 300 || answer.status > 399 || answer.location === undefined) {
      return answer;
    }
    const { accept, follow } = asked;
    return request('GET', new URL(answer.location, url).href, accept === undefined ? { follow } : { accept, follow });
  }

  return {
    cookies,
    request,
    get: (url, asked) => request('GET', url, asked),
    post: (url, asked) => request('POST', url, asked),
    close: () => agent.destroy(),
  };
}

export function createCookieJar(): CookieJar {
  const kept = new Map<string, string>();
  return {
    take(cookies) {
      for (const cookie of cookies) {
        if (expired(cookie)) kept.delete(cookie.name);
        else kept.set(cookie.name, cookie.value);
      }
    },
    get: (name) => kept.get(name),
    set: (name, value) => void kept.set(name, value),
    delete: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
    header: () => [...kept].map(([name, value]) => `${name}=${value}`).join('; '),
  };
}

export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = halves(pair);
  const attributes = rest.map((part): [string, string] => {
    const [key, text] = halves(part);
    return [key.toLowerCase(), text];
  });
  return { name, value, attributes: new Map(attributes) };
}

export function formEncode(fields: Fields): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  }
  return form.toString();
}

/** The member at a path such as `session.identity.id` or `ui.nodes.0.attributes.value`. */
export function read(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, key) => {
    if (typeof inside !== 'object' || inside === null) return undefined;
    return Object.entries(inside).find(([name]) => name === key)?.[1];
  }, value);
}

/** The same for a text that must be there. */
export function readText(value: unknown, path: string): string {
  const found = read(value, path);
  if (typeof found === 'string') return found;
  throw new Error(`no text at ${path} in ${JSON.stringify(value)?.slice(0, 600)}`);
}

/** The list at a path; an empty one when there is none. */
export function readList(value: unknown, path: string): readonly unknown[] {
  const found = read(value, path);
  return Array.isArray(found) ? found : [];
}

function bodyOf({ body, json, form }: RequestOptions): { content: string | Buffer; type?: string } | undefined {
  if (body !== undefined) return { content: body };
  if (json !== undefined) return { content: JSON.stringify(json), type: 'application/json' };
  if (form !== undefined) return { content: formEncode(form), type: 'application/x-www-form-urlencoded' };
  return undefined;
}

function exchange(
  agent: Agent,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer | undefined,
): Promise<Answer> {
  const target = new URL(url);
  // The path is cut out of the text, so that nothing in it is tidied up on the way.
  const path = url.slice(target.origin.length) || '/';
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: target.hostname, port: target.port, method, path, headers, agent });
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error(`no answer to ${method} ${url}`)));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(answerOf(method, url, incoming, Buffer.concat(chunks).toString('utf8'))));
    });
    outgoing.end(body);
  });
}

function answerOf(method: string, url: string, incoming: IncomingMessage, text: string): Answer {
  return {
    method,
    url,
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    location: incoming.headers.location,
    setCookies: (incoming.headers['set-cookie'] ?? []).map(parseSetCookie),
    text,
    json: parseJson(text),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function expired({ attributes }: SetCookie): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = attributes.get('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

function halves(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
