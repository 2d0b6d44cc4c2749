import { createHash } from 'node:crypto';
import type { Dsn } from '../../src/config/config.ts';
import { createPerson } from './admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from './basic-config.ts';
import { startEmbedded } from './embedded.ts';
import { type Answer, createHttpClient, type HttpClient, readText } from './http-client.ts';
import { type Kind, valueOf } from './self-service.ts';
import { createWorkCounter, type Database, type StoreWork } from './store-work.ts';

const PROXY = 'serve: { public: { trusted_proxies: { count: 1 } } }\n';
const NETWORK = '203.0.113.7';
const password = 'clouds over the harbour';
const SESSION_COOKIE = 'ory_kratos_session';

/** The counters of a network's flows are read when it comes, and written once a second, however many there are. */
const FLOWS_OF_NETWORK = [`network ${NETWORK}/32`, `network ${NETWORK}/32 devices`].map((name) =>
  createHash('sha256').update(`flows\0${name}\0`).digest('hex'),
);

export interface WorkPlace {
  readonly database: Database;
  readonly dsn: Dsn;
  /** Requests come through a proxy that the server trusts: their network is known, and has budgets. */
  readonly proxied: boolean;
}

/** What each kind of request makes the database do, on a server of its own where nobody else is. */
export async function workOfRequests({
  database,
  dsn,
  proxied,
}: WorkPlace): Promise<Readonly<Record<string, StoreWork>>> {
  const counter = createWorkCounter(database, ({ values }) =>
    values.some((value) => FLOWS_OF_NETWORK.includes(String(value))),
  );
  const config = `${proxied ? PROXY : ''}${BASIC_CONFIG}`;
  const server = await startEmbedded({ config, files: BASIC_FILES, dsn, watch: counter.watch });
  const [app, browser, stranger] = [createHttpClient({ cookies: false }), createHttpClient(), createHttpClient()];
  const work: Record<string, StoreWork> = {};
  try {
    const visitor = createVisitor(server.publicUrl, proxied);
    const measure = async (name: string, ask: () => Promise<Answer>): Promise<Answer> => {
      counter.take();
      const answer = await ask();
      work[name] = counter.take();
      return answer;
    };
    const ada = 'ada@sallyport.test';
    await createPerson(server.adminUrl, { email: ada, password });
    // Networks and browsers are known from their second sign-in on.
    await visitor.signIn(app, 'api', ada);
    await visitor.signIn(browser, 'browser', ada);
    browser.cookies.delete(SESSION_COOKIE);

    await measure('flow init', () => visitor.get(app, '/self-service/login/api'));
    const signedIn = await measure('login, an app', () => visitor.signIn(app, 'api', ada));
    await measure('login, a known browser', () => visitor.signIn(browser, 'browser', ada));
    await measure('login, another browser', () => visitor.signIn(stranger, 'browser', ada));
    await measure('login, a wrong password', () => visitor.signIn(app, 'api', ada, 'not the right one', 400));
    await measure('registration', () => visitor.register(app, 'eve@sallyport.test'));
    const token = readText(signedIn.json, 'session_token');
    await measure('whoami', () => visitor.get(app, '/sessions/whoami', token));
    const profile = { method: 'profile', traits: { email: ada, name: 'Ada' } };
    await measure('settings, the profile', () => visitor.change(app, token, profile));
    const other = { method: 'password', password: 'bells of the old town' };
    await measure('settings, a password', () => visitor.change(app, token, other));
    await measure('logout', () => visitor.signOut(app, token));
    return work;
  } finally {
    for (const client of [app, browser, stranger]) client.close();
    await server.stop();
  }
}

/** Whole journeys of one network; each throws when it does not come to its end. */
function createVisitor(publicUrl: string, proxied: boolean) {
  const from = proxied ? { 'x-forwarded-for': NETWORK } : {};
  const headersOf = (token?: string): Readonly<Record<string, string>> =>
    token === undefined ? from : { ...from, 'x-session-token': token };

  const get = async (http: HttpClient, path: string, token?: string): Promise<Answer> =>
    ended(await http.get(`${publicUrl}${path}`, { headers: headersOf(token) }), 200);

  async function pass(
    http: HttpClient,
    kind: Kind,
    {
      type = 'api',
      token,
      json,
    }: { readonly type?: 'api' | 'browser'; readonly token?: string; readonly json: object },
  ): Promise<Answer> {
    const { json: flow } = await get(http, `/self-service/${kind}/${type}`, token);
    const csrf = type === 'browser' ? { csrf_token: valueOf(flow, 'csrf_token') } : {};
    return http.post(readText(flow, 'ui.action'), { headers: headersOf(token), json: { ...json, ...csrf } });
  }

  return {
    get,
    signIn: async (http: HttpClient, type: 'api' | 'browser', identifier: string, typed = password, status = 200) =>
      ended(await pass(http, 'login', { type, json: { method: 'password', identifier, password: typed } }), status),
    register: async (http: HttpClient, email: string) =>
      ended(await pass(http, 'registration', { json: { method: 'password', traits: { email }, password } }), 200),
    change: async (http: HttpClient, token: string, json: object) =>
      ended(await pass(http, 'settings', { token, json }), 200),
    signOut: async (http: HttpClient, session_token: string) => {
      const options = { headers: headersOf(), json: { session_token } };
      return ended(await http.request('DELETE', `${publicUrl}/self-service/logout/api`, options), 204);
    },
  };
}

function ended(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.method} ${answer.url}: ${answer.status} ${answer.text}`);
  return answer;
}
