import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored, createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, readText } from '../support/http-client.ts';
import { mailsOf } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, register, valueOf } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const NOT_AN_ADDRESS = 4000040;

/** Addresses that two parsers once judged differently: 308 octets, and characters that normalisation changes. */
const addresses: readonly (readonly [string, string])[] = [
  ['308 octets', `${'n'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(4)}tst`],
  ['a superscript', 'x²@sallyport.test'],
  ['a ligature', 'oﬃce@sallyport.test'],
  ['full-width letters', 'ａda@sallyport.test'],
];

describe.each([
  ['off', 'false'],
  ['on', 'true'],
])('with verification %s, an address that no mail server takes', (_name, enabled) => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true });
    server = await startEmbedded({
      config: config.replace('/verification, enabled: true', `/verification, enabled: ${enabled}`),
      files: MAIL_FILES,
    });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  describe.each(addresses)('for %s', (_what, email) => {
    test('is told at its field to a native app, and nothing is stored', async () => {
      const before = await countStored(server.adminUrl);
      const answer = await register(http, server.publicUrl, { email, password });
      expect([answer.status, messagesOf(answer.json, 'traits.email')], answer.text).toEqual([400, [NOT_AN_ADDRESS]]);
      expect(await countStored(server.adminUrl)).toEqual(before);
    });

    test('is told at its field to a single-page app and on the page of a browser', async () => {
      const browser = createHttpClient();
      const answer = await register(browser, server.publicUrl, { email, password }, 'browser');
      expect([answer.status, messagesOf(answer.json, 'traits.email')]).toEqual([400, [NOT_AN_ADDRESS]]);
      const flow = await begin(browser, server.publicUrl, 'registration', 'browser');
      const form = { method: 'password', csrf_token: flow.csrf, 'traits.email': email, password };
      const sentBack = await browser.post(flow.action, { form, accept: 'text/html' });
      expect(sentBack.location).toContain(flow.id);
      const shown = await browser.get(`${server.publicUrl}/self-service/registration/flows?id=${flow.id}`);
      expect(messagesOf(shown.json, 'traits.email')).toEqual([NOT_AN_ADDRESS]);
      expect(valueOf(shown.json, 'traits.email')).toBe(email);
      browser.close();
    });

    test('is told at its field where somebody registers with a code', async () => {
      const { action } = await begin(http, server.publicUrl, 'registration', 'api');
      const answer = await http.post(action, { json: { method: 'code', traits: { email } } });
      expect([answer.status, messagesOf(answer.json, 'traits.email')]).toEqual([400, [NOT_AN_ADDRESS]]);
    });

    test('is told at its field in settings', async () => {
      const browser = createHttpClient();
      await register(browser, server.publicUrl, { email: nextPerson(), password }, 'browser');
      const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
      const json = { method: 'profile', csrf_token: flow.csrf, traits: { email } };
      const answer = await browser.post(flow.action, { json });
      expect([answer.status, messagesOf(answer.json, 'traits.email')]).toEqual([400, [NOT_AN_ADDRESS]]);
      browser.close();
    });

    test('is refused with its field in each way an operator has to write it', async () => {
      const identity = { schema_id: 'person', traits: { email } };
      const id = await createPerson(server.adminUrl, { email: nextPerson(), password });
      const at = `${server.adminUrl}/admin/identities`;
      const answers = [
        await http.post(at, { json: identity }),
        await http.post(at, { json: { ...identity, credentials: { password: { config: { password } } } } }),
        await http.request('PUT', `${at}/${id}`, { json: { ...identity, state: 'active' } }),
        await http.request('PATCH', `${at}/${id}`, { json: [{ op: 'replace', path: '/traits/email', value: email }] }),
      ];
      for (const answer of answers) {
        expect(answer.status, answer.text).toBe(400);
        expect(readText(answer.json, 'error.reason')).toContain('traits.email');
      }
      const batch = await http.request('PATCH', at, { json: { identities: [{ create: identity }] } });
      expect(batch.text).toContain('traits.email');
    });

    test('is told at the field of a recovery', async () => {
      const { action } = await begin(http, server.publicUrl, 'recovery', 'api');
      const answer = await http.post(action, { json: { method: 'code', email } });
      expect([answer.status, messagesOf(answer.json, 'email')]).toEqual([400, [NOT_AN_ADDRESS]]);
      expect(await mailsOf(server, email)).toEqual([]);
    });
  });

  test('an internationalised address is none of them', async () => {
    const answer = await register(http, server.publicUrl, { email: 'grüße@müller.example', password });
    expect(answer.status, answer.text).toBe(200);
  });

  let count = 0;
  const nextPerson = (): string => `typed${(count += 1)}@sallyport.test`;
});
