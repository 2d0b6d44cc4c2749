import { createHttpClient, read, readText, type Answer } from '../test/support/http-client.ts';
import type { Visit } from './load.ts';
import { emailOf, PASSWORD } from './people.ts';

/** People who sign in or register over and over, each with a connection of their own that stays open. */
export interface Visitors {
  /** From the beginning, as an app does: a flow, then the password. A refused submit is sent again next time. */
  login(person: number, identity?: number): Promise<Visit>;
  register(person: number, email: string): Promise<Visit>;
  /** Where a login has two pages: a flow, then the name, which leads to the second page. */
  identify(person: number): Promise<Visit>;
  /** Both pages, to the session; the flow's id. Throws when it comes to none. */
  loginByPages(person: number): Promise<string>;
  /** Asks for an address that answers 200 when all went well. */
  get(person: number, url: string): Promise<Visit>;
  close(): Promise<void>;
}

/** Where an app begins a flow. */
const appPath = (kind: string): string => `/self-service/${kind}/api`;

export function createVisitors(count: number, publicUrl: string, pathOf = appPath): Visitors {
  const clients = Array.from({ length: count }, () => createHttpClient({ cookies: false }));
  const open = new Map<number, string>();

  async function pass(person: number, kind: string, json: object): Promise<Visit> {
    const http = clientOf(person);
    const action = open.get(person) ?? (await begin(person, kind));
    if (typeof action !== 'string') return action;
    const answer = await http.post(action, { json });
    const visit = read(answer.json, 'session.active') === true ? 'done' : unlike(answer);
    if (typeof visit === 'object' && 'refused' in visit) open.set(person, action);
    else open.delete(person);
    return visit;
  }

  async function begin(person: number, kind: string): Promise<string | Exclude<Visit, 'done'>> {
    const flow = await clientOf(person).get(`${publicUrl}${pathOf(kind)}`);
    if (flow.status !== 200) return unlike(flow);
    // The action names the public URL, which is not where this server listens.
    const { pathname, search } = new URL(readText(flow.json, 'ui.action'));
    return `${publicUrl}${pathname}${search}`;
  }

  async function identify(person: number): Promise<Exclude<Visit, 'done'> | { readonly action: string }> {
    const action = await begin(person, 'login');
    if (typeof action !== 'string') return action;
    const json = { method: 'identifier_first', identifier: emailOf(person) };
    const answer = await clientOf(person).post(action, { json });
    // The second page asks for the password.
    return answer.status === 400 && answer.text.includes('"name":"password"') ? { action } : unlike(answer);
  }

  function clientOf(person: number): (typeof clients)[number] {
    const client = clients[person];
    if (client === undefined) throw new Error(`There is no visitor ${person}.`);
    return client;
  }

  return {
    login: (person, identity = person) =>
      pass(person, 'login', { method: 'password', identifier: emailOf(identity), password: PASSWORD }),
    register: (person, email) =>
      pass(person, 'registration', { method: 'password', traits: { email }, password: PASSWORD }),
    identify: async (person) => {
      const visit = await identify(person);
      return 'action' in visit ? 'done' : visit;
    },
    async loginByPages(person) {
      const visit = await identify(person);
      if (!('action' in visit)) throw new Error(`The first page came to ${JSON.stringify(visit)}.`);
      const json = { method: 'password', identifier: emailOf(person), password: PASSWORD };
      const answer = await clientOf(person).post(visit.action, { json });
      if (read(answer.json, 'session.active') !== true) throw new Error(`No session: ${answer.status} ${answer.text}`);
      return new URL(visit.action).searchParams.get('flow') ?? '';
    },
    async get(person, url) {
      const answer = await clientOf(person).get(url);
      return answer.status === 200 ? 'done' : unlike(answer);
    },
    close: async () => {
      for (const each of clients) each.close();
    },
  };
}

/** Only a 503 with `Retry-After` is a deliberate refusal. */
function unlike({ status, headers }: Answer): Exclude<Visit, 'done'> {
  const after = Number(headers['retry-after']);
  return status === 503 && after > 0 ? { refused: after } : { wrong: String(status) };
}
