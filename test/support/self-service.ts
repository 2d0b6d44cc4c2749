import { type Answer, type HttpClient, read, readList, readText } from './http-client.ts';

/* What any client of the self-service API does, in its words. */

export type Kind = 'login' | 'registration' | 'settings' | 'recovery' | 'verification';

export interface Begun {
  readonly id: string;
  readonly action: string;
  /** Empty for a flow without a browser. */
  readonly csrf: string;
  readonly json: unknown;
}

/** Begins a flow as a single-page app (`browser`) or as a native app (`api`) does. */
export async function begin(
  http: HttpClient,
  publicUrl: string,
  kind: Kind,
  type: 'browser' | 'api',
  query = '',
): Promise<Begun> {
  const answer = await http.get(`${publicUrl}/self-service/${kind}/${type}${query}`);
  if (answer.status !== 200) throw new Error(`no ${kind} flow: ${answer.status} ${answer.text}`);
  const { json } = answer;
  return { id: readText(json, 'id'), action: readText(json, 'ui.action'), csrf: valueOf(json, 'csrf_token'), json };
}

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** Registers somebody with a password. */
export async function register(
  http: HttpClient,
  publicUrl: string,
  { email, password }: Person,
  type: 'browser' | 'api' = 'api',
): Promise<Answer> {
  const flow = await begin(http, publicUrl, 'registration', type);
  const token = type === 'browser' ? { csrf_token: flow.csrf } : {};
  return http.post(flow.action, { json: { method: 'password', traits: { email }, password, ...token } });
}

/** Signs somebody in with a password. */
export async function signIn(
  http: HttpClient,
  publicUrl: string,
  { email, password }: Person,
  type: 'browser' | 'api' = 'api',
): Promise<Answer> {
  const flow = await begin(http, publicUrl, 'login', type);
  const token = type === 'browser' ? { csrf_token: flow.csrf } : {};
  return http.post(flow.action, { json: { method: 'password', identifier: email, password, ...token } });
}

/** The value of the first node of that name; empty when it has none. */
export function valueOf(flow: unknown, name: string): string {
  const node = nodeOf(flow, name);
  const value = read(node, 'attributes.value');
  return typeof value === 'string' ? value : '';
}

/** Ids of the messages at one node, or of the whole form where no name is given. */
export function messagesOf(flow: unknown, name?: string): readonly number[] {
  const messages = name === undefined ? readList(flow, 'ui.messages') : readList(nodeOf(flow, name), 'messages');
  return messages.map((message) => Number(read(message, 'id')));
}

function nodeOf(flow: unknown, name: string): unknown {
  return readList(flow, 'ui.nodes').find((node) => read(node, 'attributes.name') === name);
}
