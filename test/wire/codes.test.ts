import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, type Begun, type Kind } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const KINDS = ['login', 'registration', 'verification', 'recovery'] as const;
/** Message of the new flow. */
const EXPIRED: Readonly<Record<string, number>> = { login: 4010001, registration: 4040001, verification: 4070005 };

let server: EmbeddedServer;
let http: HttpClient;
let count = 0;
beforeAll(async () => {
  server = await startEmbedded({
    config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }).replace(
      'code: { enabled: true,',
      'code: { enabled: true, config: { lifespan: 5m },',
    ),
    files: MAIL_FILES,
  });
});
beforeEach(() => {
  http = createHttpClient();
  return () => http.close();
});
afterAll(() => server.stop());

interface Sent extends Begun {
  readonly email: string;
  readonly code: string;
  give(code: string, how?: 'page'): Promise<Answer>;
}

/** A flow whose code has been sent. */
async function sent(kind: (typeof KINDS)[number], type: 'api' | 'browser'): Promise<Sent> {
  const email = `person${(count += 1)}@sallyport.test`;
  if (kind !== 'registration') await createPerson(server.adminUrl, { email, password });
  const client = type === 'api' ? createHttpClient({ cookies: false }) : http;
  const flow = await begin(client, server.publicUrl, kind, type);
  const who =
    kind === 'login' ? { identifier: email } : kind === 'registration' ? { 'traits.email': email } : { email };
  const own = { method: 'code', ...(type === 'browser' && { csrf_token: flow.csrf }) };
  await client.post(flow.action, { json: { ...own, ...who } });
  const again = kind === 'login' || kind === 'registration' ? who : {};
  return {
    ...flow,
    email,
    code: await newestCode(server, email),
    give: (code, how) =>
      how === 'page'
        ? client.post(flow.action, { form: { ...own, ...again, code }, accept: 'text/html' })
        : client.post(flow.action, { json: { ...own, ...again, code } }),
  };
}

const fetched = async (kind: Kind, id: string): Promise<Answer> =>
  http.get(`${server.publicUrl}/self-service/${kind}/flows?id=${id}`);
const newFlow = (answer: Answer): string => new URL(answer.location ?? '').searchParams.get('flow') ?? '';

describe('the right code after its end, in a flow that is open', () => {
  const kinds = ['login', 'registration', 'verification'] as const;

  test.each(kinds.flatMap((kind) => (['api', 'browser'] as const).map((type) => [kind, type] as const)))(
    '%s, %s: 410 with a new flow',
    async (kind, type) => {
      const { id, code, give } = await sent(kind, type);
      server.pass(301_000);
      const late = await give(code);
      const [error, next] = [read(late.json, 'error.id'), read(late.json, 'use_flow_id')];
      expect([late.status, error], late.text).toEqual([410, 'self_service_flow_expired']);
      expect(next).not.toBe(id);
      expect(Number(read(late.json, 'since'))).toBeGreaterThanOrEqual(0);
      const { json } = await fetched(kind, String(next));
      expect(messagesOf(json)).toEqual([EXPIRED[kind]]);
    },
  );

  test.each(kinds)('%s, a page: led to a new flow', async (kind) => {
    const { id, code, give } = await sent(kind, 'browser');
    server.pass(301_000);
    const late = await give(code, 'page');
    expect([late.status, late.location]).toEqual([303, expect.stringContaining(`/${kind}?flow=`)]);
    expect(newFlow(late)).not.toBe(id);
    expect(messagesOf((await fetched(kind, newFlow(late))).json)).toEqual([EXPIRED[kind]]);
  });

  test('a wrong code stays wrong, and that of another address too', async () => {
    const { action, code, email, give } = await sent('login', 'api');
    const other = `other.${email}`;
    await createPerson(server.adminUrl, { email: other, password });
    server.pass(301_000);
    expect(messagesOf((await give(wrong(code))).json)).toEqual([4010008]);
    const foreign = { method: 'code', identifier: other, code };
    const app = createHttpClient({ cookies: false });
    expect(messagesOf((await app.post(action, { json: foreign })).json)).toEqual([4010008]);
    app.close();
  });

  test('a recovery does not tell it from a wrong one', async () => {
    const { id, code, give } = await sent('recovery', 'api');
    server.pass(301_000);
    const late = await give(code);
    expect([late.status, read(late.json, 'id'), messagesOf(late.json)]).toEqual([200, id, [4060006]]);
  });
});

describe('one try too many at a code', () => {
  const worn = async (kind: (typeof KINDS)[number], type: 'api' | 'browser', how?: 'page') => {
    const made = await sent(kind, type);
    for (let i = 1; i <= 5; i += 1) await made.give(wrong(made.code, i), how);
    return { ...made, last: await made.give(made.code, how) };
  };

  test.each(['api', 'browser'] as const)('verification, %s: 410 with a new flow', async (type) => {
    const { id, last } = await worn('verification', type);
    expect([last.status, read(last.json, 'error.id')]).toEqual([410, 'self_service_flow_replaced']);
    const next = readText(last.json, 'use_flow_id');
    expect(next).not.toBe(id);
    expect(messagesOf((await fetched('verification', next)).json)).toEqual([4000001]);
  });

  test('verification, a page: led to a new flow', async () => {
    const { id, last } = await worn('verification', 'browser', 'page');
    expect(last.status).toBe(303);
    expect(newFlow(last)).not.toBe(id);
    expect(messagesOf((await fetched('verification', newFlow(last))).json)).toEqual([4000001]);
  });

  test.each(['login', 'registration'] as const)('%s: in the same flow', async (kind) => {
    const { id, last } = await worn(kind, 'api');
    expect([last.status, read(last.json, 'id'), messagesOf(last.json)]).toEqual([400, id, [4000001]]);
  });

  test('recovery: a new flow', async () => {
    const { last } = await worn('recovery', 'api');
    expect([last.status, last.location]).toEqual([303, expect.stringContaining('/self-service/recovery/flows?id=')]);
  });
});
