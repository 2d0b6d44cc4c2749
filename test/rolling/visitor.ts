import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { linkForm } from '../support/mailed-link.ts';
import { type Kind, messagesOf, valueOf } from '../support/self-service.ts';

/**
 * The public address in both configurations. Rows, cookies and mails name it; nobody listens there: requests go to the
 * listener instead.
 */
export const BASE = 'http://sallyport.test:4433';
const UI = 'http://127.0.0.1:4455';

export interface Addresses {
  readonly publicUrl: string;
  readonly adminUrl: string;
}

/** What somebody has in hand in the middle of a flow; plain JSON. */
export interface Left {
  readonly kind: Kind;
  readonly flow: string;
  readonly cookies: Readonly<Record<string, string>>;
  /** What the flow is shown as. */
  readonly shown: Shown;
  /** The page of a provider where the browser stands. */
  readonly provider?: string;
}

export interface Shown {
  readonly status: number;
  readonly state: unknown;
  readonly messages: readonly number[];
  readonly nodes: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A browser on its way through one flow at a time, as a single-page app goes. */
export interface Visitor {
  begin(kind: Kind, query?: string): Promise<void>;
  send(fields: Fields): Promise<Answer>;
  get(url: string, accept?: string): Promise<Answer>;
  /** Opens a mailed link, and presses the button of its page. */
  follow(link: string): Promise<Answer>;
  /** Stays in the flow that an answer leads to. */
  enter(answer: Answer): void;
  /** Presses the button of a provider and stays there. */
  goToProvider(fields: Fields): Promise<void>;
  /** Comes back from the provider at this address. */
  comeBack(issuer: string): Promise<Answer>;
  shown(): Promise<Shown>;
  leave(): Promise<Left>;
  close(): void;
}

export function createVisitor({ publicUrl }: Addresses, from?: Left): Visitor {
  const http: HttpClient = createHttpClient();
  for (const [name, value] of Object.entries(from?.cookies ?? {})) http.cookies.set(name, value);
  let kind: Kind = from?.kind ?? 'login';
  let flow = from?.flow ?? '';
  let provider = from?.provider;

  const get: Visitor['get'] = async (url, accept = 'application/json') =>
    await http.get(url.replace(BASE, publicUrl), { accept });
  const look = async (): Promise<Answer> => await get(`${BASE}/self-service/${kind}/flows?id=${flow}`);
  const shown = async (): Promise<Shown> => shownBy(await look());
  const send: Visitor['send'] = async (fields) => {
    const csrf = valueOf((await look()).json, 'csrf_token');
    const url = `${publicUrl}/self-service/${kind}?flow=${flow}`;
    return await http.post(url, { json: { csrf_token: csrf, ...fields } });
  };

  return {
    get,
    async follow(link) {
      const opened = await get(link, 'text/html');
      // The release before uses a link as it is opened.
      if (opened.status !== 200) return opened;
      const { hidden } = linkForm(await get(link));
      const action = `${publicUrl}${new URL(link).pathname}`;
      return await http.post(action, { form: { ...hidden, method: 'link' }, accept: 'text/html' });
    },
    send,
    shown,
    async begin(wanted, query = '') {
      const answer = await get(`${BASE}/self-service/${wanted}/browser${query}`);
      if (answer.status !== 200) throw new Error(`no ${wanted} flow: ${answer.status} ${answer.text}`);
      [kind, flow] = [wanted, readText(answer.json, 'id')];
    },
    enter({ location, text }) {
      const place = /^http:\/\/127\.0\.0\.1:4455\/(\w+)\?flow=([0-9a-f-]+)$/.exec(location ?? '');
      if (place === null) throw new Error(`no way into another flow: ${location} ${text}`);
      [kind, flow] = [place[1] as Kind, place[2] ?? '']; // pages are named after flows in the configurations
    },
    async goToProvider(fields) {
      const { status, json, text } = await send({ method: 'oidc', provider: 'acme', ...fields });
      if (status !== 422) throw new Error(`nothing leads to the provider: ${status} ${text}`);
      provider = readText(json, 'redirect_browser_to');
    },
    async comeBack(issuer) {
      const page = new URL(provider ?? '');
      const there = await fetch(`${issuer}${page.pathname}${page.search}`, { redirect: 'manual' });
      return await get(there.headers.get('location') ?? '', 'text/html');
    },
    async leave() {
      const cookies = Object.fromEntries(http.cookies.names().map((name) => [name, http.cookies.get(name) ?? '']));
      return { kind, flow, cookies, shown: await shown(), ...(provider !== undefined && { provider }) };
    },
    close: () => http.close(),
  };
}

function shownBy({ status, json }: Answer): Shown {
  const nodes = readList(json, 'ui.nodes').map((node) => String(read(node, 'attributes.name')));
  return { status, state: read(json, 'state'), messages: messagesOf(json), nodes };
}

export { UI };
