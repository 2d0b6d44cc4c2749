import { expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { startEmbedded } from '../support/embedded.ts';
import { createHttpClient } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf } from '../support/self-service.ts';

test('a try at a code stays counted when the transaction that used the code up was undone', async () => {
  let breaks = false;
  const server = await startEmbedded({
    config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }),
    files: MAIL_FILES,
    watch: ({ statement }) => {
      if (breaks && /update\W+one_time_secrets/i.test(statement?.text ?? '')) throw new Error('The disk is on fire.');
    },
  });
  const http = createHttpClient({ cookies: false });
  const email = 'guess@sallyport.test';
  await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
  const { action } = await begin(http, server.publicUrl, 'login', 'api');
  await http.post(action, { json: { method: 'code', identifier: email } });
  const json = { method: 'code', identifier: email, code: await newestCode(server, email) };
  breaks = true;
  for (let n = 0; n < 5; n += 1) {
    const failed = await http.post(action, { json });
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.text).not.toContain('ory_st_');
  }
  breaks = false;
  const dead = await http.post(action, { json });
  expect([dead.status, messagesOf(dead.json)]).toEqual([400, [4000001]]);
  http.close();
  await server.stop();
});
