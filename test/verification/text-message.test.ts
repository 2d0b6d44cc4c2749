import { expect, test } from 'vitest';
import { startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { isVerified, mailsOf, newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { changeSettings, noticesTo } from '../support/owner-notices.ts';
import { begin, register, signIn, valueOf } from '../support/self-service.ts';

const PHONE = '+4930123456';
const SCHEMA = (MAIL_FILES['person.schema.json'] ?? '')
  .replace('"verification":{"via":"email"}', '"verification":{"via":"sms"}')
  .replace('"recovery":{"via":"email"}', '"recovery":{"via":"sms"}')
  .replace('"via":"email"}', '"via":"sms"}')
  .replace('"format":"email"', '"format":"tel"');
/** "body" in base64 is Jsonnet: the whole of what the template gets. */
const CHANNEL = `  channels:
    - id: sms
      type: http
      request_config: { url: 'http://127.0.0.1:1/', method: POST, body: 'base64://ZnVuY3Rpb24oY3R4KSBjdHg=' }
`;

test('a phone number is proved by a code in a text message, which can be sent again', async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }).replace(
    /courier: (\{.*\})\n/,
    `courier:\n  smtp: { connection_uri: 'smtp://127.0.0.1:1/' }\n${CHANNEL}`,
  );
  const server = await startEmbedded({ config, files: { 'person.schema.json': SCHEMA } });
  const http = createHttpClient({ cookies: false });
  const { action } = await begin(http, server.publicUrl, 'registration', 'api');
  const json = { method: 'password', password: 'clouds over the harbour', traits: { email: '+49 30 123456' } };
  const registered = await http.post(action, { json });
  expect(registered.status, registered.text).toBe(200);
  expect((await mailsOf(server, PHONE)).map(({ template }) => template)).toEqual(['verification_code_valid']);

  const query = { status: undefined, recipient: PHONE, after: undefined, size: 1 };
  const [message] = await server.store.outbox.list(query);
  const flow = `${server.publicUrl}/self-service/verification`;
  const shown = await http.get(`${flow}/flows?id=${message?.flowId}`);
  expect(valueOf(shown.json, 'sms')).toBe(PHONE);
  const first = await newestCode(server, PHONE);
  server.pass(31_000);
  const again = await http.post(`${flow}?flow=${message?.flowId}`, { json: { method: 'code', sms: PHONE } });
  expect([again.status, readText(again.json, 'state')]).toEqual([200, 'sent_email']);
  expect(await mailsOf(server, PHONE)).toHaveLength(2);
  // The number is the flow's own, whatever is sent.
  server.pass(31_000);
  await http.post(`${flow}?flow=${message?.flowId}`, { json: { method: 'code', sms: '+4940999999' } });
  expect(await mailsOf(server, '+4940999999')).toEqual([]);
  const code = await newestCode(server, PHONE);
  const passed = await http.post(`${flow}?flow=${message?.flowId}`, { json: { method: 'code', code } });
  expect(readText(passed.json, 'state')).toBe('passed_challenge');
  expect(await isVerified(server, PHONE)).toBe(true);
  expect(first).toMatch(/^\d{6}$/);
  expect(read(shown.json, 'active')).toBe('code');
  http.close();
  await server.stop();
});

test('an account that has only a phone number is told of changes by text message', async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }).replace(
    /courier: (\{.*\})\n/,
    `courier:\n  notify: { new_device: false }\n${CHANNEL}`,
  );
  const server = await startEmbedded({ config, files: { 'person.schema.json': SCHEMA } });
  const http = createHttpClient({ cookies: false });
  const person = { email: PHONE, password: 'clouds over the harbour' };
  await register(http, server.publicUrl, person);
  const token = readText((await signIn(http, server.publicUrl, person)).json, 'session_token');
  expect(await changeSettings(http, server, token, { method: 'password', password: 'bells of the old town' })).toBe(
    200,
  );
  const [notice] = await noticesTo(server, PHONE);
  expect([notice?.template, notice?.subject, notice?.body]).toEqual([
    'notify_password_changed',
    '',
    expect.stringMatching(/^Your password was changed at .* recover your account at once\.$/),
  ]);
  http.close();
  await server.stop();
});
