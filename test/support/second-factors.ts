import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_CONFIG } from './basic-config.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from './http-client.ts';
import { begin, type Begun, type Person, register, signIn } from './self-service.ts';

/* What people do with second factors, in the words of any client. */

const ON = '  methods:\n    totp: { enabled: true }\n    lookup_secret: { enabled: true }\n';

/** Passwords, authenticator apps and backup codes. */
export const FACTOR_CONFIG = BASIC_CONFIG.replace('  methods:\n', ON);

/** Half a minute: for so long an app shows a code. */
export const STEP = 30_000;

/** Somebody who uses one client: a browser of a single-page app, or a native app. */
export interface Someone {
  readonly person: Person;
  readonly http: HttpClient;
  readonly type: 'browser' | 'api';
  /** Opens a flow of theirs. */
  open(kind: 'login' | 'settings', query?: string): Promise<Begun>;
  /** Sends a form of theirs. */
  send(flow: Pick<Begun, 'action' | 'csrf'>, json: Readonly<Record<string, unknown>>): Promise<Answer>;
  whoami(): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

export interface Scene {
  /** The server's time. */
  now(): number;
  pass(milliseconds: number): void;
  /** Signs somebody up, and with that in. */
  arrive(name: string, type?: 'browser' | 'api'): Promise<Someone>;
  /** Somebody known signs in with another client, by password alone. */
  signInAgain(of: Pick<Someone, 'person'>, type?: 'browser' | 'api'): Promise<Someone & { readonly answer: Answer }>;
  close(): void;
}

/** `server.pass`: of one that says itself what time it is. */
interface SceneServer {
  readonly publicUrl: string;
  pass?(milliseconds: number): void;
}

export function createScene(server: SceneServer): Scene {
  const clients: HttpClient[] = [];
  let ahead = 0;
  const open = (type: 'browser' | 'api'): HttpClient => {
    const client = createHttpClient({ cookies: type === 'browser' });
    clients.push(client);
    return client;
  };
  const someone = (person: Person, http: HttpClient, type: 'browser' | 'api', token: string): Someone => {
    const headers = token === '' ? {} : { 'x-session-token': token };
    return {
      person,
      http,
      type,
      open: (kind, query = '') =>
        begin({ ...http, get: (url) => http.get(url, { headers }) }, server.publicUrl, kind, type, query),
      send: ({ action, csrf }, json) =>
        http.post(action, { headers, json: { ...json, ...(type === 'browser' && { csrf_token: csrf }) } }),
      whoami: () => http.get(`${server.publicUrl}/sessions/whoami`, { headers }),
      get: (path) => http.get(`${server.publicUrl}${path}`, { headers }),
    };
  };
  const tokenOf = ({ json }: Answer, type: 'browser' | 'api'): string =>
    type === 'api' ? readText(json, 'session_token') : '';
  return {
    now: () => Date.now() + ahead,
    pass(milliseconds) {
      if (server.pass === undefined) throw new Error('This server goes by the clock of the machine.');
      ahead += milliseconds;
      server.pass(milliseconds);
    },
    async arrive(name, type = 'browser') {
      const person = { email: `${name}@sallyport.test`, password: 'clouds over the harbour' };
      const http = open(type);
      const answer = await register(http, server.publicUrl, person, type);
      if (answer.status !== 200) throw new Error(`not registered: ${answer.status} ${answer.text}`);
      return someone(person, http, type, tokenOf(answer, type));
    },
    async signInAgain({ person }, type = 'browser') {
      const http = open(type);
      const answer = await signIn(http, server.publicUrl, person, type);
      return { ...someone(person, http, type, type === 'api' ? tokenOf(answer, type) : ''), answer };
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

/** A node by its name or id. */
export const nodeOf = (flow: unknown, name: string): unknown =>
  readList(flow, 'ui.nodes').find(
    (node) => read(node, 'attributes.name') === name || read(node, 'attributes.id') === name,
  );

/** The nodes of a group, by name or id. */
export const namesIn = (flow: unknown, group: string): readonly unknown[] =>
  readList(flow, 'ui.nodes')
    .filter((node) => read(node, 'group') === group)
    .map((node) => read(node, 'attributes.name') ?? read(node, 'attributes.id'));

/** The secret that a form of the settings shows. */
export const secretOf = (flow: unknown): string =>
  readText(nodeOf(flow, 'totp_secret_key'), 'attributes.text.context.secret');

/** Sets an app up; answers its secret. The code of the present step is used up by it. */
export async function setUpApp({ now }: Pick<Scene, 'now'>, who: Someone): Promise<string> {
  const flow = await who.open('settings');
  const secret = secretOf(flow.json);
  const answer = await who.send(flow, { method: 'totp', totp_code: oneTimeCode(secret, now()) });
  if (answer.status !== 200) throw new Error(`not set up: ${answer.status} ${answer.text}`);
  return secret;
}

/** Gives a second factor to a new flow for it. */
export async function stepUp(who: Someone, json: Readonly<Record<string, unknown>>, query = ''): Promise<Answer> {
  return who.send(await who.open('login', `?aal=aal2${query}`), json);
}

/** The methods of the session, in their order. */
export const methodsOf = (session: unknown): readonly unknown[] =>
  readList(session, 'authentication_methods').map((each) => `${readText(each, 'method')} ${readText(each, 'aal')}`);

/** The backup codes that a form of the settings shows; a used one is its message. */
export const codesOf = (flow: unknown): readonly string[] =>
  readList(nodeOf(flow, 'lookup_secret_codes'), 'attributes.text.context.secrets').map((each) => {
    const secret = read(each, 'context.secret');
    return typeof secret === 'string' ? secret : `${String(read(each, 'id'))} ${readText(each, 'context.used_at')}`;
  });

/** Makes backup codes and stores them. */
export async function setUpCodes(who: Someone): Promise<readonly string[]> {
  const flow = await who.open('settings');
  const made = await who.send(flow, { lookup_secret_regenerate: true });
  const stored = await who.send(flow, { lookup_secret_confirm: true });
  if (made.status !== 200 || stored.status !== 200) throw new Error(`not set up: ${made.text} ${stored.text}`);
  return codesOf(made.json);
}
