import { createHttpClient, read, type Answer, type HttpClient } from '../support/http-client.ts';
import { messagesOf } from '../support/self-service.ts';
import type { Seeded } from '../support/seeded.ts';
import type { KnownPerson, Ledger, Sent } from './ledger.ts';

const PASSWORD = 'clouds over the harbour';
/** Refused by the policy, so that a refused registration is part of the load. */
const WEAK = 'short';

/** One client: registers people, signs them in and out, renames them, until the server is gone. */
export async function visit(
  publicUrl: string,
  ledger: Ledger,
  { random, name, answered }: { readonly random: Seeded; readonly name: string; readonly answered: () => void },
): Promise<void> {
  const http = createHttpClient({ cookies: false });
  const own: KnownPerson[] = [];
  for (let n = 0; ; n += 1) {
    const person = own[random.below(Math.max(own.length, 1))];
    const dice = random.next();
    try {
      if (person === undefined || dice < 0.4)
        await register(`${name}.${n}@sallyport.test`, dice < 0.05 ? WEAK : PASSWORD);
      else if (dice < 0.45) await registerAgain(person);
      else if (dice < 0.75) await signIn(person);
      else if (dice < 0.9) await rename(person, `${name} ${n}`);
      else await signOut(person);
    } catch (error) {
      http.close();
      if (isGone(error)) return;
      throw error;
    }
  }

  async function register(email: string, password: string): Promise<void> {
    const json = { method: 'password', traits: { email }, password };
    const sent = await begin(`${publicUrl}/self-service/registration/api`, json);
    if (sent === undefined) return;
    // Heard of or not: nothing of it may stay.
    if (password === WEAK) sent.outcome = 'refused';
    const person: KnownPerson = {
      email,
      password,
      registration: sent,
      logins: [],
      sessions: [],
      names: [undefined],
      id: '',
    };
    ledger.people.push(person);
    const answer = await post(http, sent);
    if (answer === undefined) return;
    if (answer.status === 200) {
      sent.outcome = 'told';
      person.id = String(read(answer.json, 'identity.id'));
      noteSession(person, answer);
      own.push(person);
      ledger.totals.registered += 1;
    } else refused(answer, password === WEAK);
  }

  async function registerAgain({ email, password }: KnownPerson): Promise<void> {
    const json = { method: 'password', traits: { email }, password };
    const sent = await begin(`${publicUrl}/self-service/registration/api`, json);
    const answer = sent && (await post(http, sent));
    if (answer !== undefined) refused(answer, messagesOf(answer.json).includes(4000007));
  }

  async function signIn(person: KnownPerson): Promise<void> {
    const json = { method: 'password', identifier: person.email, password: person.password };
    const sent = await begin(`${publicUrl}/self-service/login/api`, json);
    if (sent === undefined) return;
    person.logins.push(sent);
    const answer = await post(http, sent);
    if (answer === undefined) return;
    if (answer.status !== 200) return void ledger.wrong.push(describe(answer));
    sent.outcome = 'told';
    noteSession(person, answer);
    ledger.totals.signedIn += 1;
  }

  async function rename(person: KnownPerson, newName: string): Promise<void> {
    const session = person.sessions.find(({ state }) => state === 'live');
    if (session === undefined) return;
    const headers = { 'x-session-token': session.token };
    const json = { method: 'profile', traits: { email: person.email, name: newName } };
    const sent = await begin(`${publicUrl}/self-service/settings/api`, json, headers);
    if (sent === undefined) return;
    const before = person.names;
    person.names = [...before, newName];
    const answer = await post(http, sent, headers);
    if (answer === undefined) return;
    if (answer.status !== 200) return void ledger.wrong.push(describe(answer));
    person.names = [newName];
    ledger.totals.changed += 1;
  }

  async function signOut(person: KnownPerson): Promise<void> {
    const session = person.sessions.find(({ state }) => state === 'live');
    if (session === undefined) return;
    session.state = 'unheard';
    const json = { session_token: session.token };
    const answer = await http.request('DELETE', `${publicUrl}/self-service/logout/api`, { json });
    answered();
    if (isLater(answer)) ledger.totals.later += 1;
    else if (answer.status !== 204) ledger.wrong.push(describe(answer));
    else session.state = 'over';
    if (session.state === 'over') ledger.totals.signedOut += 1;
  }

  async function begin(url: string, json: unknown, headers = {}): Promise<Sent | undefined> {
    const begun = await http.get(url, { headers });
    answered();
    if (begun.status === 200) return { action: String(read(begun.json, 'ui.action')), json, outcome: 'unheard' };
    if (isLater(begun)) ledger.totals.later += 1;
    else ledger.wrong.push(describe(begun));
    return undefined;
  }

  /** The answer, or undefined where the server said: later. */
  async function post(client: HttpClient, sent: Sent, headers = {}): Promise<Answer | undefined> {
    const answer = await client.post(sent.action, { json: sent.json, headers });
    answered();
    if (isLater(answer)) ledger.totals.later += 1;
    else if (answer.status !== 200) sent.outcome = 'refused';
    return isLater(answer) ? undefined : answer;
  }

  function refused(answer: Answer, expected: boolean): void {
    if (answer.status === 400 && expected) ledger.totals.refused += 1;
    else ledger.wrong.push(describe(answer));
  }
}

export function noteSession(person: KnownPerson, { json }: Answer): void {
  const [id, token] = [String(read(json, 'session.id')), String(read(json, 'session_token'))];
  person.sessions.push({ id, token, state: 'live' });
}

export const isLater = ({ status, headers }: Answer): boolean => status === 503 && Number(headers['retry-after']) > 0;

export const describe = ({ method, url, status, text }: Answer): string =>
  `${method} ${new URL(url).pathname}: ${status} ${text.slice(0, 300)}`;

const GONE: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE']);
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && GONE.has(error.code);
