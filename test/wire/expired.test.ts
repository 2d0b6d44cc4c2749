import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, type Answer, type HttpClient } from '../support/http-client.ts';
import { newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, signIn, type Kind } from '../support/self-service.ts';

const person = { email: 'rosalind@sallyport.test', password: 'clouds over the harbour' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HTML = { accept: 'text/html' };
const BACK = '?return_to=http%3A%2F%2F127.0.0.1%3A4455%2Fhome%2Fx';

/** Message of the flow that replaces an expired one. */
const KINDS: Readonly<Record<Kind, number>> = {
  login: 4010001,
  registration: 4040001,
  settings: 4050001,
  recovery: 4060005,
  verification: 4070005,
};
const kinds = Object.keys(KINDS) as readonly Kind[];

let server: EmbeddedServer;
let http: HttpClient;
let ahead = 0;
beforeAll(async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { more: 'session: { lifespan: 9000h }\n' });
  server = await startEmbedded({
    config: config.replace('selfservice:', "selfservice:\n  allowed_return_urls: ['http://127.0.0.1:4455/home']"),
    files: MAIL_FILES,
  });
  await createPerson(server.adminUrl, person);
});
beforeEach(() => {
  http = createHttpClient();
  return () => http.close();
});
afterAll(() => server.stop());

/** Time passes, and the server cleans up. */
async function pass(milliseconds: number): Promise<void> {
  ahead += milliseconds;
  server.pass(milliseconds);
  await server.store.sweep({ now: Date.now() + ahead });
}

/** A flow of somebody who does not come back in time. */
async function left(kind: Kind, type: 'api' | 'browser', later = HOUR + 15 * MINUTE) {
  const headers: Record<string, string> = {};
  const client = type === 'api' ? createHttpClient({ cookies: false }) : http;
  if (kind === 'settings') {
    const { json } = await signIn(client, server.publicUrl, person, type);
    if (type === 'api') headers['x-session-token'] = String(read(json, 'session_token'));
  }
  const opened = await client.get(`${server.publicUrl}/self-service/${kind}/${type}${BACK}`, { headers });
  const id = String(read(opened.json, 'id'));
  await pass(later);
  return {
    id,
    fetch: () => client.get(`${server.publicUrl}/self-service/${kind}/flows?id=${id}`, { headers }),
    submit: (page = false): Promise<Answer> =>
      client.post(
        `${server.publicUrl}/self-service/${kind}?flow=${id}`,
        page ? { ...HTML, form: { method: 'password' } } : { headers, json: { method: 'password' } },
      ),
    show: (flow: string) => client.get(`${server.publicUrl}/self-service/${kind}/flows?id=${flow}`, { headers }),
  };
}

describe('a flow that expired before the server cleaned up', () => {
  test.each(kinds)('%s: a fetch says where a new one begins', async (kind) => {
    const answer = await (await left(kind, 'browser')).fetch();
    const known = kind === 'login' || kind === 'registration';
    expect([answer.status, read(answer.json, 'error.id')], answer.text).toEqual([
      410,
      known ? 'self_service_flow_expired' : undefined,
    ]);
    expect(read(answer.json, 'error.details.redirect_to')).toBe(
      `${server.publicUrl}/self-service/${kind}/browser${BACK}`,
    );
  });

  test.each(['login', 'registration', 'settings'] as const)('%s: an app that submits gets a new one', async (kind) => {
    const { id, submit, show } = await left(kind, 'api');
    const answer = await submit();
    expect([answer.status, read(answer.json, 'error.id')], answer.text).toEqual([410, 'self_service_flow_expired']);
    const next = String(read(answer.json, 'use_flow_id'));
    expect(next).not.toBe(id);
    expect(Math.round(Number(read(answer.json, 'since')) / 1e9 / 60)).toBe(15);
    expect(messagesOf((await show(next)).json)).toEqual([KINDS[kind]]);
  });

  test.each(['recovery', 'verification'] as const)('%s: an app that submits is led to a new one', async (kind) => {
    const { submit } = await left(kind, 'api');
    const answer = await submit();
    expect(answer.status).toBe(303);
    expect(messagesOf((await http.get(answer.location ?? '')).json)).toEqual([KINDS[kind]]);
  });

  test.each(kinds)('%s: a browser is led to a new one, which goes back where the old one did', async (kind) => {
    const { id, submit, show } = await left(kind, 'browser', 23 * HOUR);
    const answer = await submit(true);
    expect([answer.status, answer.location]).toEqual([303, expect.stringContaining(`/${kind}?flow=`)]);
    const next = new URL(answer.location ?? '').searchParams.get('flow') ?? '';
    expect(next).not.toBe(id);
    const { json } = await show(next);
    expect([messagesOf(json), read(json, 'return_to')]).toEqual([[KINDS[kind]], 'http://127.0.0.1:4455/home/x']);
  });

  test.each(kinds)('%s: a day later it is unknown', async (kind) => {
    const { fetch, submit } = await left(kind, 'api', 26 * HOUR);
    expect([(await fetch()).status, (await submit()).status]).toEqual([404, 404]);
  });

  test('a stranger is not told what it began with', async () => {
    const { id } = await left('login', 'browser');
    const stranger = createHttpClient();
    const answer = await stranger.get(`${server.publicUrl}/self-service/login/flows?id=${id}`);
    expect([answer.status, answer.text.includes('home')]).toEqual([403, false]);
    stranger.close();
  });
});

test('a mailed link leads to a new flow that says its time is over', async () => {
  const { action, csrf } = await begin(http, server.publicUrl, 'verification', 'browser');
  await http.post(action, { json: { method: 'code', email: person.email, csrf_token: csrf } });
  const link = await newestLink(server, person.email);
  await pass(5 * HOUR);
  const answer = await http.get(link, HTML);
  expect([answer.status, answer.location]).toEqual([303, expect.stringContaining('/verification?flow=')]);
  const next = new URL(answer.location ?? '').searchParams.get('flow') ?? '';
  const { json } = await http.get(`${server.publicUrl}/self-service/verification/flows?id=${next}`);
  expect(messagesOf(json)).toEqual([4070005]);
});

test('a change that waits for a sign-in leads to its page, which says that its time is over', async () => {
  const { id } = await left('settings', 'browser');
  const back = await http.get(`${server.publicUrl}/self-service/settings?flow=${id}`, HTML);
  expect([back.status, back.location]).toEqual([303, expect.stringContaining(`/settings?flow=${id}`)]);
});
