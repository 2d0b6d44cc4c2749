import { setTimeout as delay } from 'node:timers/promises';
import { createHttpClient, read, type Answer, type HttpClient } from '../support/http-client.ts';
import { messagesOf } from '../support/self-service.ts';

/** What a crowd was told, for comparing it with what is there. */
export interface Told {
  /** Addresses as stored, once for each registration that said it made somebody. */
  readonly registered: string[];
  /** Ids of sessions that an answer said were issued. */
  readonly sessions: string[];
  /** Answers that said: later. */
  later: number;
  /** Answers that a crowd must not get. */
  readonly wrong: string[];
}

export interface CrowdOptions {
  readonly publicUrl: string;
  readonly people: number;
  readonly milliseconds: number;
}

const PASSWORD = 'clouds over the harbour';
/** So many go for one address. */
const RIVALS = 3;

/** People who register and sign in over and over, several of them under one address, spelled in different ways. */
export async function runCrowd({ publicUrl, people, milliseconds }: CrowdOptions): Promise<Told> {
  const told: Told = { registered: [], sessions: [], later: 0, wrong: [] };
  const end = performance.now() + milliseconds;
  let visits = 0;
  const one = async (): Promise<void> => {
    const http = createHttpClient({ cookies: false });
    while (performance.now() < end) await visit(http, publicUrl, Math.floor(visits++ / RIVALS), visits, told);
    http.close();
  };
  await Promise.all(Array.from({ length: people }, one));
  return told;
}

async function visit(http: HttpClient, publicUrl: string, n: number, spelling: number, told: Told): Promise<void> {
  const stored = `person${n}@sallyport.test`;
  const email = spelling % 2 === 0 ? stored : `Person${n}@SALLYPORT.test`;
  const json = { method: 'password', traits: { email }, password: PASSWORD };
  const answer = await submit(http, `${publicUrl}/self-service/registration/api`, json, told);
  if (answer === undefined) return;
  const taken = answer.status === 400 && messagesOf(answer.json).includes(4000007);
  if (answer.status === 200) told.registered.push(stored);
  else if (!taken) told.wrong.push(describe(answer));
  if (answer.status === 200) noteSession(answer, told);

  const proof = { method: 'password', identifier: email, password: PASSWORD };
  const signedIn = await submit(http, `${publicUrl}/self-service/login/api`, proof, told);
  if (signedIn === undefined) return;
  if (signedIn.status !== 200) return void told.wrong.push(describe(signedIn));
  noteSession(signedIn, told);
  const headers = { 'x-session-token': String(read(signedIn.json, 'session_token')) };
  const whoami = await http.get(`${publicUrl}/sessions/whoami`, { headers });
  if (isLater(whoami)) await comeLater(whoami, told);
  else if (whoami.status !== 200) told.wrong.push(describe(whoami));
}

/** Begins a flow and submits it; undefined where the server said: later. */
async function submit(http: HttpClient, url: string, json: unknown, told: Told): Promise<Answer | undefined> {
  const begun = await http.get(url);
  if (begun.status !== 200 && !isLater(begun)) told.wrong.push(describe(begun));
  const answer = begun.status === 200 ? await http.post(String(read(begun.json, 'ui.action')), { json }) : begun;
  if (isLater(answer)) await comeLater(answer, told);
  return begun.status === 200 && !isLater(answer) ? answer : undefined;
}

function noteSession({ json }: Answer, told: Told): void {
  told.sessions.push(String(read(json, 'session.id')));
}

/** The one refusal that a busy server may give. */
const isLater = ({ status, headers }: Answer): boolean => status === 503 && Number(headers['retry-after']) > 0;

/** Comes back when it was told to, as clients do. */
async function comeLater(answer: Answer, told: Told): Promise<void> {
  told.later += 1;
  await delay(Number(answer.headers['retry-after']) * 1_000);
}

const describe = ({ method, url, status, text }: Answer): string =>
  `${method} ${new URL(url).pathname}: ${status} ${text.slice(0, 300)}`;
