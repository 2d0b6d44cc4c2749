import { createHttpClient, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { type Kind, type Person, valueOf } from '../support/self-service.ts';

export const DEVICE = 'ory_kratos_session_device';
const SESSION = 'ory_kratos_session';

interface Addresses {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

interface OpenForm {
  readonly action: string;
  readonly csrf: string;
}

/** A browser with cookies of its own; everybody comes through a trusted proxy, which names their network. */
export interface BrowserFrom {
  readonly http: HttpClient;
  get(path: string): Promise<Answer>;
  begin(kind: Kind, query?: string): Promise<OpenForm>;
  send(form: OpenForm, json: Readonly<Record<string, unknown>>): Promise<Answer>;
  signIn(person: Person): Promise<Answer>;
  register(person: Person): Promise<Answer>;
  /** Asks for a code, and gives it; so do the next two. */
  recover(email: string): Promise<Answer>;
  confirm(email: string): Promise<Answer>;
  signInByCode(email: string): Promise<Answer>;
  changePassword(password: string): Promise<Answer>;
  signOut(): Promise<void>;
  /** Ends the session and nothing else, as the browser's own end does. */
  forgetSession(): void;
  close(): void;
}

/** The code that the address was sent for the flow. */
export type CodeFor = (email: string, flow: string) => Promise<string>;

export function browserFrom(
  server: Addresses,
  network: string,
  codeFor: CodeFor = (email) => newestCode(server, email),
): BrowserFrom {
  const http = createHttpClient();
  const headers = { 'x-forwarded-for': network };
  const get: BrowserFrom['get'] = (path) => http.get(`${server.publicUrl}${path}`, { headers });
  const formOf = ({ json, status, text }: Answer): OpenForm => {
    if (status !== 200) throw new Error(`no form: ${status} ${text}`);
    return { action: readText(json, 'ui.action'), csrf: valueOf(json, 'csrf_token') };
  };
  const begin: BrowserFrom['begin'] = async (kind, query = '') =>
    formOf(await get(`/self-service/${kind}/browser${query}`));
  const send: BrowserFrom['send'] = ({ action, csrf }, json) =>
    http.post(action, { headers, json: { ...json, csrf_token: csrf } });
  const codeOf = ({ action }: OpenForm, email: string): Promise<string> =>
    codeFor(email, new URL(action).searchParams.get('flow') ?? '');
  return {
    http,
    get,
    begin,
    send,
    signIn: async ({ email, password }) =>
      send(await begin('login'), { method: 'password', identifier: email, password }),
    register: async ({ email, password }) =>
      send(await begin('registration'), { method: 'password', traits: { email }, password }),
    async recover(email) {
      const form = await begin('recovery');
      await send(form, { method: 'code', email });
      return send(form, { method: 'code', code: await codeOf(form, email) });
    },
    async confirm(email) {
      const form = await begin('verification');
      await send(form, { method: 'code', email });
      return send(form, { method: 'code', code: await codeOf(form, email) });
    },
    async signInByCode(email) {
      const form = await begin('login');
      await send(form, { method: 'code', identifier: email });
      return send(form, { method: 'code', identifier: email, code: await codeOf(form, email) });
    },
    changePassword: async (password) => send(await begin('settings'), { method: 'password', password }),
    async signOut() {
      const { json } = await get('/self-service/logout/browser');
      const { pathname, search } = new URL(readText(json, 'logout_url'));
      const { status, text } = await get(`${pathname}${search}`);
      if (status !== 204) throw new Error(`not signed out: ${status} ${text}`);
    },
    forgetSession: () => http.cookies.delete(SESSION),
    close: () => http.close(),
  };
}
