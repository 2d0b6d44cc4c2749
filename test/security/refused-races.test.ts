import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { durable } from '../store/engines.ts';
import { countStored, createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { NO_SEND_LIMITS } from '../support/no-send-limits.ts';
import { begin, messagesOf } from '../support/self-service.ts';

/** A code has its five tries, and messages are not what is tried here. */
const LIMITS = `limits:${NO_SEND_LIMITS}`;
const email = 'race@sallyport.test';
const NO_SESSION = 0;

describe.each(durable)('refused tries beside a right one, on $name', ({ place }) => {
  let server: EmbeddedServer;
  let http: HttpClient;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const placed = await place();
    ({ remove } = placed);
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true, more: LIMITS });
    server = await startEmbedded({ config, files: MAIL_FILES, dsn: placed.dsn });
    http = createHttpClient({ cookies: false });
    await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
    await remove();
  });

  const flows = {
    recovery: {
      ask: { method: 'code', email },
      accepted: 422,
      give: (code: string) => ({ method: 'code', code }),
    },
    login: {
      ask: { method: 'code', identifier: email },
      accepted: 200,
      give: (code: string) => ({ method: 'code', identifier: email, code }),
    },
  } as const;

  /** A flow whose code is in the mail. */
  async function ask(kind: keyof typeof flows) {
    const { action, id } = await begin(http, server.publicUrl, kind, 'api');
    await http.post(action, { json: flows[kind].ask });
    const code = await newestCode(server, email);
    const give = (typed: string) => http.post(action, { json: flows[kind].give(typed) });
    return { action, id, code, give };
  }
  const sessions = async (): Promise<number> => (await countStored(server.adminUrl)).sessions;

  /** How many of these codes, sent at once, were accepted, and how many sessions they gave. */
  async function atOnce(kind: keyof typeof flows, typed: (code: string) => readonly string[]) {
    const { code, give } = await ask(kind);
    const before = await sessions();
    const answers = await Promise.all(typed(code).map(give));
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const accepted = answers.filter(({ status }) => status === flows[kind].accepted).length;
    return [accepted, (await sessions()) - before];
  }

  const ROUNDS = [6, 8, 16].flatMap((many) => [many, many, many]);
  test.each(['recovery', 'login'] as const)(
    'more right codes at once than a %s has tries: exactly one is accepted',
    { timeout: 120_000 },
    async (kind) => {
      for (const many of ROUNDS)
        expect([many, ...(await atOnce(kind, (code) => Array.from({ length: many }, () => code)))]).toEqual([
          many,
          1,
          1,
        ]);
    },
  );

  test.each(['recovery', 'login'] as const)(
    'four wrong codes at once with the right one do not turn it away: %s',
    { timeout: 120_000 },
    async (kind) => {
      for (let round = 0; round < 5; round += 1) {
        const typed = (code: string) => [1, 2, 3, 4].map((by) => wrong(code, by)).toSpliced(round, 0, code);
        expect([round, ...(await atOnce(kind, typed))]).toEqual([round, 1, 1]);
      }
    },
  );

  test.each(['recovery', 'login'] as const)(
    'sixteen wrong ones at once leave the right one no try: %s',
    async (kind) => {
      const { code, give } = await ask(kind);
      const before = await sessions();
      const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => give(wrong(code, (n % 9) + 1))));
      expect(answers.filter(({ status }) => status === flows[kind].accepted || status >= 500)).toEqual([]);
      expect((await give(code)).status).not.toBe(flows[kind].accepted);
      expect((await sessions()) - before).toBe(NO_SESSION);
    },
  );

  test('whoever goes on trying writes nothing more', async () => {
    const { id, code, give } = await ask('login');
    for (let n = 0; n < 6; n += 1) await give(wrong(code));
    const flowId = id as Parameters<typeof server.store.flows.find>[0];
    const stored = async () => [await server.store.flows.find(flowId), await server.store.flows.journal(flowId)];
    const before = await stored();
    for (let n = 0; n < 10; n += 1) expect(messagesOf((await give(code)).json)).toEqual([4000001]);
    expect(await stored()).toEqual(before);
  });

  test('a wrong password at once with the right one does not turn it away', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { action } = await begin(http, server.publicUrl, 'login', 'api');
      const passwords = ['clouds over the harbour', 'bells of the old town'];
      const answers = await Promise.all(
        (round % 2 === 0 ? passwords : passwords.toReversed()).map((password) =>
          http.post(action, { json: { method: 'password', identifier: email, password } }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    }
  });
});

/** Must not run twice at once: whoever submits holds the flow for as long as it may take. */
const CLAIMS = `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'claims_it',
  at: { 'login.after': 'prepare' },
  timeoutMs: 20000,
  claims: true,
  run: { prepare: () => ({ kind: 'continue' }) },
});
`;

test('a refused try lets go of a flow that it held, also where it writes nothing else', async () => {
  const login = 'after: { hooks: [{ hook: claims_it }] }';
  const server = await startEmbedded({
    config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true, login }),
    files: { ...MAIL_FILES, 'plugins/claims_it.ts': CLAIMS },
  });
  const http = createHttpClient({ cookies: false });
  await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
  const { action, id } = await begin(http, server.publicUrl, 'login', 'api');
  await http.post(action, { json: { method: 'code', identifier: email } });
  const json = { method: 'code', identifier: email, code: wrong(await newestCode(server, email)) };
  for (let n = 0; n < 8; n += 1) {
    expect((await http.post(action, { json })).status).toBe(400);
    const row = await server.store.flows.find(id as Parameters<typeof server.store.flows.find>[0]);
    expect([n, row?.busyUntil]).toEqual([n, undefined]);
  }
  http.close();
  await server.stop();
});
