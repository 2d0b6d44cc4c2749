import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { type Seeded, seeded } from '../support/seeded.ts';
import { newestCode } from '../support/mailbox.ts';
import { begin, messagesOf, type Kind, type Person } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

/** What people were told while files were edited. */
export interface Seen {
  readonly requests: number;
  readonly begun: number;
  readonly ended: number;
  /** Flows that were replaced because what they stood on was switched off, and ended as their replacement. */
  readonly replaced: number;
  /** Requests for a method that was switched off since the form was seen: 404, and the flow goes on. */
  readonly off: number;
  readonly failed: readonly string[];
}

export interface Crowd {
  /** Tells people that one more edit was made: they wait for some between two steps. */
  edited(): void;
  /** Lets everybody finish what was begun. */
  end(): Promise<Seen>;
}

interface Visitor {
  readonly http: HttpClient;
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly random: Seeded;
  /** Waits until some edits have been made. */
  wait(): Promise<void>;
  readonly seen: {
    requests: number;
    begun: number;
    ended: number;
    replaced: number;
    off: number;
    readonly failed: string[];
  };
}

export function usePeople(
  { publicUrl, adminUrl }: Pick<TestServer, 'publicUrl' | 'adminUrl'>,
  people: number,
  seed: number,
): Crowd {
  let edits = 0;
  let over = false;
  const seen = { requests: 0, begun: 0, ended: 0, replaced: 0, off: 0, failed: [] as string[] };
  const all = Array.from({ length: people }, async (_, number) => {
    const http = counting(createHttpClient({ cookies: false }), () => (seen.requests += 1));
    const random = seeded(seed + number);
    const wait = async (): Promise<void> => {
      const until = edits + random.below(4);
      while (!over && edits < until) await delay(10);
    };
    const visitor = { http, publicUrl, adminUrl, random, wait, seen };
    for (let visit = 0; !over; visit += 1)
      await live(visitor, { email: `p${number}.${visit}@sallyport.test`, password: 'clouds over the harbour' }).catch(
        (error: unknown) => seen.failed.push(String(error)),
      );
    http.close();
  });
  return {
    edited: () => void (edits += 1),
    async end() {
      over = true;
      await Promise.all(all);
      return seen;
    },
  };
}

function counting(http: HttpClient, count: () => void): HttpClient {
  const request: HttpClient['request'] = (...given) => {
    count();
    return http.request(...given);
  };
  return {
    ...http,
    request,
    get: (url, asked) => request('GET', url, asked),
    post: (url, asked) => request('POST', url, asked),
  };
}

/** Somebody registers, signs in, changes a name, asks for a proof of the address, and signs out. */
async function live(visitor: Visitor, person: Person): Promise<void> {
  const { http, publicUrl } = visitor;
  const traits = { email: person.email };
  const { password } = person;
  await flow(visitor, 'registration', [
    { method: 'profile', traits },
    { method: 'password', traits, password },
  ]);
  const signedIn = await flow(visitor, 'login', [
    { method: 'identifier_first', identifier: person.email },
    { method: 'password', identifier: person.email, password },
  ]);
  const token = readText(signedIn.json, 'session_token');
  const headers = { 'x-session-token': token };
  expectStatus(await http.get(`${publicUrl}/sessions/whoami`, { headers }), 200);
  await flow(visitor, 'settings', [{ method: 'profile', traits: { ...traits, name: 'Ada' } }], headers);
  await prove(visitor, person.email);
  await signInByCode(visitor, person);
  expectStatus(
    await http.request('DELETE', `${publicUrl}/self-service/logout/api`, { json: { session_token: token } }),
    204,
  );
}

type Step = Readonly<Record<string, unknown>> & { readonly method: string };

/**
 * Takes a flow from its beginning to its success, with waits between: the first of these steps whose button the form has, and so
 * on. A flow that is replaced goes on as the one that took its place.
 */
async function flow(
  visitor: Visitor,
  kind: Kind,
  steps: readonly Step[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { http, publicUrl, seen, wait } = visitor;
  const query = { headers };
  const opened = await http.get(`${publicUrl}/self-service/${kind}/api`, query);
  expectStatus(opened, 200);
  seen.begun += 1;
  let id = readText(opened.json, 'id');
  for (let tries = 0; tries < 8; tries += 1) {
    await wait();
    const shown = await http.get(`${publicUrl}/self-service/${kind}/flows?id=${id}`, query);
    const next = replacement(shown) ?? (shown.status === 200 ? undefined : fail(shown));
    if (next !== undefined) {
      id = next;
      seen.replaced += 1;
      continue;
    }
    await wait();
    const step = stepOf(shown.json, steps);
    const sent = await http.post(`${publicUrl}/self-service/${kind}?flow=${id}`, { ...query, json: step });
    const instead = replacement(sent);
    if (instead !== undefined) {
      id = instead;
      seen.replaced += 1;
    } else if (sent.status === 200) {
      seen.ended += 1;
      return sent;
    } else if (sent.status !== 400 || step === steps.at(-1)) fail(sent);
  }
  throw new Error(`a ${kind} flow came to no end`);
}

/** By a mailed code where that is offered when the form is seen, else by password. */
async function signInByCode(visitor: Visitor, { email: identifier, password }: Person): Promise<void> {
  const { http, publicUrl, adminUrl, seen, wait } = visitor;
  const trace: string[] = [];
  let { id } = await begin(http, publicUrl, 'login', 'api');
  seen.begun += 1;
  for (let tries = 0; tries < 12; tries += 1) {
    await wait();
    const shown = await http.get(`${publicUrl}/self-service/login/flows?id=${id}`);
    const instead = replacement(shown) ?? (shown.status === 200 ? undefined : fail(shown));
    if (instead !== undefined) {
      id = instead;
      seen.replaced += 1;
      continue;
    }
    const isSent = read(shown.json, 'state') === 'sent_email';
    const step = isSent
      ? { method: 'code', identifier, code: await newestCode({ adminUrl }, identifier) }
      : stepOf(shown.json, [
          { method: 'identifier_first', identifier },
          { method: 'password', identifier, password },
          { method: 'code', identifier },
        ]);
    await wait();
    const sent = await http.post(`${publicUrl}/self-service/login?flow=${id}`, { json: step });
    trace.push(`${methodsOf(shown.json).join('+')}: ${step.method} ${sent.status} ${messagesOf(sent.json).join('+')}`);
    if (sent.status === 200) {
      seen.ended += 1;
      return;
    }
    const next = replacement(sent);
    if (next !== undefined) {
      id = next;
      seen.replaced += 1;
    } else if (sent.status === 404 && step.method === 'code') seen.off += 1;
    else if (sent.status !== 400 || isSent || step.method === 'password') fail(sent);
  }
  throw new Error(`a sign-in by code came to no end: ${trace.join(' | ')}`);
}

/** The form of a code that was sent is the end here: nobody reads mails. */
async function prove(visitor: Visitor, email: string): Promise<void> {
  const { http, publicUrl, seen, wait } = visitor;
  const { id, json } = await begin(http, publicUrl, 'verification', 'api');
  seen.begun += 1;
  await wait();
  const method = methodsOf(json).find((each) => each === 'code' || each === 'link') ?? 'code';
  const sent = await http.post(`${publicUrl}/self-service/verification?flow=${id}`, { json: { method, email } });
  expectStatus(sent, 200);
  if (read(sent.json, 'state') !== 'sent_email') fail(sent);
  await wait();
  expectStatus(await http.get(`${publicUrl}/self-service/verification/flows?id=${id}`), 200);
  seen.ended += 1;
}

const methodsOf = (json: unknown): readonly unknown[] =>
  readList(json, 'ui.nodes')
    .filter((node) => read(node, 'attributes.name') === 'method')
    .map((node) => read(node, 'attributes.value'));

/** The last step whose method stands on the form: a form that asks for all of it takes all of it. */
function stepOf(json: unknown, steps: readonly Step[]): Step {
  const methods = methodsOf(json);
  const step = steps.findLast(({ method }) => methods.includes(method));
  if (step === undefined) throw new Error(`no button for these steps: ${JSON.stringify(json)}`);
  return step;
}

function replacement({ status, json }: Answer): string | undefined {
  return status === 410 && read(json, 'error.id') === 'self_service_flow_replaced'
    ? readText(json, 'use_flow_id')
    : undefined;
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) fail(answer);
}

function fail({ method, url, status, text }: Answer): never {
  throw new Error(`${method} ${new URL(url).pathname}: ${status} ${text.slice(0, 600)}`);
}
