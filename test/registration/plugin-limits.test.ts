import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { mailsOf } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin } from '../support/self-service.ts';
import type { Log } from '../../src/telemetry/log.ts';

/** Writes as often as the transient payload says; both hooks of a list belong to one submit. */
const writer = (name: string) => `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: '${name}',
  at: { 'registration.after': 'write' },
  timeoutMs: 1000,
  run: {
    async write({ flow }, _config, { outbox, notes, sessions }) {
      const { mails = 0, requests = 0, set = 0, bytes = 1, issues = 0 } = flow.transientPayload.${name} ?? {};
      for (let n = 0; n < mails; n += 1) await outbox.put({ subject: 'S', text: 'x'.repeat(bytes) });
      for (let n = 0; n < requests; n += 1) await outbox.request({ url: 'https://example.org/', method: 'POST', body: 'b' });
      for (let n = 0; n < set; n += 1) await notes.set('note' + n, 'x');
      for (let n = 0; n < issues; n += 1) await sessions.issue();
      return { kind: 'continue' };
    },
  },
});
`;

/** Leads to where the transient payload says, by its own word. */
const LEADER = `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'leader',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 1000,
  run: {
    prepare({ flow }, _config, reach) {
      const { next } = flow.transientPayload;
      return next === undefined ? { kind: 'continue' } : { kind: 'redirect', to: reach.returnUrl(next) };
    },
  },
});
`;

const errors: string[] = [];
const nothing = (): void => undefined;
const note = (message: string): void => void errors.push(message);
const log: Log = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: note,
  error: note,
  fatal: note,
  with: () => log,
};

let server: EmbeddedServer;
let http: HttpClient;
let count = 0;
beforeAll(async () => {
  const registrationHooks = '[{ hook: leader }, { hook: first }, { hook: second }]';
  server = await startEmbedded({
    config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { registrationHooks }).replace(
      'selfservice:\n',
      'selfservice:\n  allowed_return_urls: [https://app.example.test/area]\n',
    ),
    files: {
      ...MAIL_FILES,
      'plugins/leader.ts': LEADER,
      'plugins/first.ts': writer('first'),
      'plugins/second.ts': writer('second'),
    },
    log,
  });
  http = createHttpClient({ cookies: false });
});
afterAll(async () => {
  http.close();
  await server.stop();
});

async function submit(payload: object) {
  const email = `person${(count += 1)}@sallyport.test`;
  const flow = await begin(http, server.publicUrl, 'registration', 'api');
  const fields = { method: 'password', traits: { email }, password: 'clouds over the harbour' };
  const answer = await http.post(flow.action, { json: { ...fields, transient_payload: payload } });
  const journal = await server.store.flows.journal(flow.id as Parameters<typeof server.store.flows.journal>[0]);
  return { email, answer, journal };
}

describe('what all hooks of one submit write', () => {
  test.each<readonly [string, object]>([
    ['ten messages', { first: { mails: 4, requests: 3 }, second: { mails: 3 } }],
    ['twenty notes', { first: { set: 12 }, second: { set: 8 } }],
    ['one session', { first: { issues: 1 }, second: { issues: 1 } }],
    ['up to 64 KiB', { first: { mails: 1, bytes: 60_000 }, second: { set: 1 } }],
  ])('%s is stored', async (_what, payload) => {
    expect((await submit(payload)).answer.status).toBe(200);
  });

  test.each<readonly [string, string, string, object]>([
    ['an eleventh message', 'second', '10 messages', { first: { mails: 10 }, second: { mails: 1 } }],
    ['an eleventh message, by request', 'first', '10 messages', { first: { mails: 5, requests: 6 } }],
    ['a twenty-first note', 'second', '20 notes', { first: { set: 12 }, second: { set: 9 } }],
    [
      'more than 64 KiB',
      'second',
      '64 KiB',
      { first: { mails: 1, bytes: 40_000 }, second: { mails: 1, bytes: 40_000 } },
    ],
    ['a second session', 'first', 'a submit issues one', { first: { issues: 2 } }],
  ])('%s undoes the submit, names the hook and is journalled', async (_what, hook, said, payload) => {
    const before = await countStored(server.adminUrl);
    const { email, answer, journal } = await submit(payload);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain(said);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(await mailsOf(server, email)).toEqual([]);
    expect(
      errors.some((line) => line.includes(`Hook ${hook} at registration.after (write)`) && line.includes(said)),
    ).toBe(true);
    expect(journal.map(({ outcome }) => [outcome.kind, outcome.code])).toEqual([['failed', 'hook_failed']]);
    expect(journal[0]?.steps.at(-1)?.state).toContain(`.${hook}`);
  });
});

describe('an address that a hook takes from a request', () => {
  test('is refused by reach.returnUrl as the allow list refuses it; nothing is stored', async () => {
    const before = await countStored(server.adminUrl);
    const { answer, journal } = await submit({ next: 'https://evil.example/' });
    expect([answer.status, answer.text.includes('evil.example')]).toEqual([500, false]);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(journal.map(({ outcome }) => outcome.code)).toEqual(['hook_failed']);
  });

  test('leads on where the allow list has it', async () => {
    const { answer } = await submit({ next: 'https://app.example.test/area/in' });
    expect([answer.status, answer.text.includes('https://app.example.test/area/in')]).toEqual([422, true]);
  });
});
