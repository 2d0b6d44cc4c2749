import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { newestCode, newestLink } from '../support/mailbox.ts';
import { begin, type Begun, type Kind, messagesOf } from '../support/self-service.ts';

const html = 'text/html';
const password = 'clouds over the harbour';

interface Proof {
  readonly what: string;
  readonly kind: Kind;
  /** What is sent first, while the account is active. */
  readonly ask?: (email: string) => Readonly<Record<string, string>>;
  /** The right proof, sent once it is not. */
  readonly prove: (server: EmbeddedServer, email: string) => Promise<Readonly<Record<string, string>>>;
}

const codeOf = async (server: EmbeddedServer, email: string) => ({
  method: 'code',
  code: await newestCode(server, email),
});
const PROOFS: readonly Proof[] = [
  {
    what: 'a password',
    kind: 'login',
    prove: async (_server, email) => ({ method: 'password', identifier: email, password }),
  },
  {
    what: 'a sign-in code',
    kind: 'login',
    ask: (email) => ({ method: 'code', identifier: email }),
    prove: async (server, email) => ({ ...(await codeOf(server, email)), identifier: email }),
  },
  { what: 'a recovery code', kind: 'recovery', ask: (email) => ({ method: 'code', email }), prove: codeOf },
  { what: 'a verification code', kind: 'verification', ask: (email) => ({ method: 'code', email }), prove: codeOf },
];

let count = 0;

/** Somebody who may come in, until they are switched off. */
async function person(server: EmbeddedServer) {
  count += 1;
  const email = `off${count}@sallyport.test`;
  const id = await createPerson(server.adminUrl, { email, password });
  return {
    email,
    async switchOff(http: HttpClient): Promise<void> {
      const json = [{ op: 'replace', path: '/state', value: 'inactive' }];
      await http.request('PATCH', `${server.adminUrl}/admin/identities/${id}`, { json });
    },
  };
}

const shownAt = (
  http: HttpClient,
  server: EmbeddedServer,
  kind: Kind,
  location: string | undefined,
): Promise<Answer> => {
  const id = new URL(location ?? 'about:blank').searchParams.get('flow') ?? '';
  return http.get(`${server.publicUrl}/self-service/${kind}/flows?id=${id}`);
};

describe('whoever is switched off and gives the right proof', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }),
      files: MAIL_FILES,
    });
  });
  afterAll(() => server.stop());

  async function arrive({ kind, ask }: Proof, type: 'browser' | 'api') {
    const http = createHttpClient();
    const { email, switchOff } = await person(server);
    const flow: Begun = await begin(http, server.publicUrl, kind, type);
    const csrf = type === 'browser' ? { csrf_token: flow.csrf } : {};
    if (ask !== undefined) await http.post(flow.action, { json: { ...ask(email), ...csrf } });
    await switchOff(http);
    return { http, email, flow, csrf };
  }

  test.each(PROOFS)('$what is told so on the page where it was typed', async (proof) => {
    const { http, email, flow, csrf } = await arrive(proof, 'browser');
    const form = { ...(await proof.prove(server, email)), ...csrf };
    const answer = await http.post(flow.action, { form, accept: html });
    expect(answer.location).toContain(`/${proof.kind}?flow=${flow.id}`);
    expect(messagesOf((await shownAt(http, server, proof.kind, answer.location)).json)).toEqual([4010011]);
    expect((await http.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
    http.close();
  });

  test.each(PROOFS)('$what is told so by the form as JSON', async (proof) => {
    for (const type of ['browser', 'api'] as const) {
      const { http, email, flow, csrf } = await arrive(proof, type);
      const native = createHttpClient({ cookies: false });
      const json = { ...(await proof.prove(server, email)), ...csrf };
      const answer = await (type === 'api' ? native : http).post(flow.action, { json });
      expect([answer.status, messagesOf(answer.json)], answer.text).toEqual([400, [4010011]]);
      expect(answer.text).not.toContain('ory_st_');
      http.close();
      native.close();
    }
  });

  test('a wrong password is refused as for anybody', async () => {
    const http = createHttpClient({ cookies: false });
    const { email, switchOff } = await person(server);
    await switchOff(http);
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const answer = await http.post(flow.action, { json: { method: 'password', identifier: email, password: 'other' } });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000006]]);
    http.close();
  });
});

describe('whoever is switched off and opens a mailed link', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { use: 'link' }),
      files: MAIL_FILES,
    });
  });
  afterAll(() => server.stop());

  test.each(['recovery', 'verification'] as const)('is told so on a new form: %s', async (kind) => {
    const http = createHttpClient();
    const { email, switchOff } = await person(server);
    const flow = await begin(http, server.publicUrl, kind, 'browser');
    await http.post(flow.action, { json: { method: 'link', email, csrf_token: flow.csrf } });
    const link = await newestLink(server, email);
    await switchOff(http);
    const answer = await http.get(link, { accept: html });
    expect(answer.location).toContain(`/${kind}?flow=`);
    expect(messagesOf((await shownAt(http, server, kind, answer.location)).json)).toEqual([4010011]);
    expect((await http.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
    http.close();
  });
});
