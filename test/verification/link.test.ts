import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, VERIFIED_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, type HttpClient } from '../support/http-client.ts';
import { linksIn, startMailSink, type MailSink } from '../support/mail-sink.ts';
import { pressLink } from '../support/mailed-link.ts';
import { register } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const password = 'clouds over the harbour';

describe('the link of a verification mail', () => {
  let server: TestServer;
  let mail: MailSink;
  let http: HttpClient;
  beforeAll(async () => {
    mail = await startMailSink();
    const config = BASIC_CONFIG.replace('[{ hook: session }]', '[{ hook: session }, { hook: verify }]')
      .replace('  flows:\n', '  flows:\n    verification: { use: link }\n')
      .replace('  methods:\n', '  methods:\n    link: { enabled: true }\n')
      .concat(`courier: { smtp: { connection_uri: 'smtp://127.0.0.1:${mail.port}/?disable_starttls=true' } }\n`);
    server = await startServer({ config, files: VERIFIED_FILES });
    http = createHttpClient();
  });
  afterAll(async () => {
    http.close();
    await server.stop();
    await mail.stop();
  });

  const linkOf = async (email: string): Promise<string> => {
    const [link] = linksIn(await mail.waitFor(email), `${server.publicUrl}/self-service/verification`);
    if (link === undefined) throw new Error('The mail has no link.');
    return link;
  };
  const verified = async (email: string): Promise<unknown> => {
    const found = await http.get(
      `${server.adminUrl}/admin/identities?credentials_identifier=${encodeURIComponent(email)}`,
    );
    return read(found.json, '0.verifiable_addresses.0.verified');
  };

  test('verifies the address, in any browser, once', async () => {
    const email = 'vera@sallyport.test';
    const registered = await register(http, server.publicUrl, { email, password }, 'browser');
    expect(registered.status, registered.text).toBe(200);
    expect(await verified(email)).toBe(false);
    const link = await linkOf(email);
    const other = createHttpClient({ accept: 'text/html' });
    const opened = await pressLink(other, link, { method: 'link', password });
    expect(opened.status, opened.text).toBe(303);
    expect(await verified(email)).toBe(true);
    const again = await other.get(link);
    expect(again.status).toBe(303);
    other.close();
  });

  test('that was altered verifies nothing', async () => {
    const email = 'wren@sallyport.test';
    await register(createHttpClient(), server.publicUrl, { email, password }, 'browser');
    const link = await linkOf(email);
    const forged = link.replace(/token=(.)/, (_all, sign: string) => `token=${sign === 'a' ? 'b' : 'a'}`);
    expect((await http.get(forged)).status).toBeLessThan(500);
    expect(await verified(email)).toBe(false);
    expect((await pressLink(http, link, { method: 'link', password })).status).toBeLessThan(400);
    expect(await verified(email)).toBe(true);
  });
});
