import { describe, expect, test } from 'vitest';
import { durable } from '../store/engines.ts';
import { countStored, createPerson } from '../support/admin.ts';
import { startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type Answer } from '../support/http-client.ts';
import { linkForm } from '../support/mailed-link.ts';
import { newestCode, newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { NO_SEND_LIMITS } from '../support/no-send-limits.ts';
import { begin } from '../support/self-service.ts';

const ROUNDS = 100;
const AT_ONCE = Array.from({ length: 16 }, (_, n) => n);
const LIMITS = `limits:${NO_SEND_LIMITS}`;

describe.each(durable)('sixteen uses of one secret at once, on $name', ({ place }) => {
  test(`a code signs in exactly once, in each of ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const { dsn, remove } = await place();
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true, more: LIMITS }).replace(
      'passwordless_enabled: true',
      'passwordless_enabled: true, config: { max_submissions: 255 }',
    );
    const server = await startEmbedded({ config, files: MAIL_FILES, dsn });
    const http = createHttpClient({ cookies: false });
    const email = 'race@sallyport.test';
    await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
    const won: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { action } = await begin(http, server.publicUrl, 'login', 'api');
      await http.post(action, { json: { method: 'code', identifier: email } });
      const json = { method: 'code', identifier: email, code: await newestCode(server, email) };
      const answers = await Promise.all(AT_ONCE.map(() => http.post(action, { json })));
      won.push(answers.filter(({ status }) => status === 200).length);
      expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);
    }
    expect(won).toEqual(won.map(() => 1));
    expect((await countStored(server.adminUrl)).sessions).toBe(ROUNDS);
    http.close();
    await server.stop();
    await remove();
  });

  test(`a link recovers exactly once, in each of ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const { dsn, remove } = await place();
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { use: 'link', more: LIMITS });
    const server = await startEmbedded({ config, files: MAIL_FILES, dsn });
    const http = createHttpClient({ cookies: false });
    const email = 'race@sallyport.test';
    await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
    const settings = ({ location }: Answer): boolean => location?.includes('/settings?flow=') === true;
    const won: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { action } = await begin(http, server.publicUrl, 'recovery', 'api');
      await http.post(action, { json: { method: 'link', email } });
      const link = await newestLink(server, email);
      const browsers = AT_ONCE.map(() => createHttpClient());
      const forms = await Promise.all(browsers.map(async (browser) => linkForm(await browser.get(link))));
      const answers = await Promise.all(
        forms.map(async ({ action, hidden }, n) =>
          browsers[n]?.post(action, { form: { ...hidden, method: 'link' }, accept: 'text/html' }),
        ),
      ).then((all) => all.filter((each) => each !== undefined));
      for (const browser of browsers) browser.close();
      won.push(answers.filter(settings).length);
      expect(answers.filter(({ status }) => status !== 303)).toEqual([]);
    }
    expect(won).toEqual(won.map(() => 1));
    expect((await countStored(server.adminUrl)).sessions).toBe(ROUNDS);
    http.close();
    await server.stop();
    await remove();
  });
});
