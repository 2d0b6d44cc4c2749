import { listAll } from '../support/admin.ts';
import { createHttpClient, read, readList, type HttpClient } from '../support/http-client.ts';
import type { MailSink } from '../support/mail-sink.ts';
import { messagesOf } from '../support/self-service.ts';
import type { KnownPerson, Ledger, Sent } from './ledger.ts';
import { describe, noteSession } from './visitor.ts';

export interface Inspected {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly sink: MailSink;
}

/**
 * Asks a server that came up again for everything these people were told, repeats what they never heard an answer to, and
 * gives what contradicts the promises (reliability ).
 */
export async function inspect(
  at: Inspected,
  people: readonly KnownPerson[],
  { totals }: Ledger,
): Promise<readonly string[]> {
  const http = createHttpClient({ cookies: false });
  const wrong: string[] = [];
  for (const person of people) await inspectPerson(person);
  http.close();
  return wrong;

  async function inspectPerson(person: KnownPerson): Promise<void> {
    const { email, registration, sessions, logins } = person;
    const say = (what: string): void => void wrong.push(`${email}: ${what}`);
    const before = await identitiesOf(email);
    if (before.length > 1) say(`${before.length} identities have this identifier`);
    if (registration.outcome === 'refused') {
      if (before.length > 0) say('a refused registration left an identity');
      return;
    }
    if (registration.outcome === 'told' && read(before[0], 'id') !== person.id) say('the identity is not there');
    let unheard = 0;
    if (registration.outcome === 'unheard') {
      const done = await repeat(registration, 4010003, say, person);
      if (done !== (before.length === 1)) say('a repeated registration does not know what is stored');
      if (done) unheard += 1;
      person.id = String(read((await identitiesOf(email))[0], 'id'));
    }
    for (const login of logins.filter(({ outcome }) => outcome === 'unheard')) {
      if (await repeat(login, 4010002, say, person)) unheard += 1;
    }
    await inspectIdentity(person, say);
    const stored = await sessionsOf(person);
    if (stored.length !== sessions.length + unheard) {
      say(`${stored.length} sessions are stored, ${sessions.length} were told of, ${unheard} were not heard of`);
    }
    for (const session of sessions) await inspectSession(session, stored, say);
    await inspectMail(person, say);
    // What nobody heard of belongs to nobody; its session stays counted.
    person.sessions.push(...others(stored, sessions));
  }

  /** Sends a submit again: it runs if it has not run, and makes nothing if it has. True when it had. */
  async function repeat(
    sent: Sent,
    finished: number,
    say: (what: string) => void,
    person: KnownPerson,
  ): Promise<boolean> {
    const answer = await http.post(sent.action, { json: sent.json });
    sent.outcome = 'told';
    if (answer.status === 200) {
      totals.notDone += 1;
      noteSession(person, answer);
      return false;
    }
    totals.doneUnheard += 1;
    if (answer.status !== 400 || !messagesOf(answer.json).includes(finished)) say(`sent again: ${describe(answer)}`);
    if (read(answer.json, 'session_token') !== undefined) say('a repeated submit issued a token');
    return true;
  }

  async function inspectIdentity(person: KnownPerson, say: (what: string) => void): Promise<void> {
    const [identity] = await identitiesOf(person.email);
    const identifiers = readList(identity, 'credentials.password.identifiers');
    if (identifiers.length !== 1 || identifiers[0] !== person.email) say('the credential is not there');
    const found = read(identity, 'traits.name');
    const name = typeof found === 'string' ? found : undefined;
    if (!person.names.includes(name)) {
      say(`is called ${name}, not one of ${person.names.join(', ')}`);
    }
    person.names = [name];
  }

  async function inspectSession(
    session: KnownPerson['sessions'][number],
    stored: readonly unknown[],
    say: (what: string) => void,
  ): Promise<void> {
    const row = stored.find((each) => read(each, 'id') === session.id);
    if (row === undefined) return say(`session ${session.id} is not there`);
    if (session.token === '') return;
    const { status } = await http.get(`${at.publicUrl}/sessions/whoami`, {
      headers: { 'x-session-token': session.token },
    });
    const live = status === 200;
    if (session.state === 'live' && !live) say(`session ${session.id} is over: ${status}`);
    if (session.state === 'over' && live) say(`session ${session.id} lives again`);
    session.state = live ? 'live' : 'over';
  }

  /** Delivered, or still on its way. */
  async function inspectMail({ email }: KnownPerson, say: (what: string) => void): Promise<void> {
    const rows = await listAll(
      `${at.adminUrl}/admin/courier/messages?page_size=500&recipient=${encodeURIComponent(email)}`,
    );
    const [row] = rows;
    if (rows.length !== 1) return say(`${rows.length} mails instead of one`);
    const status = read(row, 'status');
    if (status === 'abandoned') say('the mail was given up');
    if (status === 'sent' && at.sink.to(email).length === 0) say('the mail is said to be sent, and never came');
  }

  async function identitiesOf(email: string): Promise<readonly unknown[]> {
    const query = `credentials_identifier=${encodeURIComponent(email)}&include_credential=password`;
    return await listOf(http, `${at.adminUrl}/admin/identities?${query}`);
  }

  async function sessionsOf({ id }: KnownPerson): Promise<readonly unknown[]> {
    return await listAll(`${at.adminUrl}/admin/identities/${id}/sessions?page_size=500`);
  }
}

function others(stored: readonly unknown[], known: KnownPerson['sessions']): KnownPerson['sessions'] {
  const ids = new Set(known.map(({ id }) => id));
  return stored
    .map((each) => String(read(each, 'id')))
    .filter((id) => !ids.has(id))
    .map((id) => ({ id, token: '', state: 'live' as const }));
}

async function listOf(http: HttpClient, url: string): Promise<readonly unknown[]> {
  const { json, status, text } = await http.get(url);
  if (!Array.isArray(json)) throw new Error(`${url}: ${status} ${text}`);
  return json;
}
