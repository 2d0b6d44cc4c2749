import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { pressLink } from '../support/mailed-link.ts';
import { newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf } from '../support/self-service.ts';

const password = 'clouds over the harbour';

describe('recovery by a link', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { use: 'link' }),
      files: MAIL_FILES,
    });
  });
  afterAll(() => server.stop());

  const linkFor = async (email: string): Promise<string> => {
    await createPerson(server.adminUrl, { email, password });
    const http = createHttpClient();
    const flow = await begin(http, server.publicUrl, 'recovery', 'browser');
    const asked = await http.post(flow.action, { json: { method: 'link', email, csrf_token: flow.csrf } });
    expect([asked.status, messagesOf(asked.json)]).toEqual([200, [1060002]]);
    http.close();
    return newestLink(server, email);
  };
  const who = async (http: ReturnType<typeof createHttpClient>): Promise<unknown> =>
    read(
      (await http.get(`${server.publicUrl}/sessions/whoami`, { accept: 'application/json' })).json,
      'identity.traits.email',
    );

  test('works in another browser, once, and leaves no token in an address', async () => {
    const link = await linkFor('rita@sallyport.test');
    const other = createHttpClient({ accept: 'text/html' });
    const opened = await pressLink(other, link);
    expect([opened.status, opened.location]).toEqual([303, expect.stringMatching(/\/settings\?flow=[0-9a-f-]+$/)]);
    expect(opened.headers['referrer-policy']).toBe('same-origin');
    expect(opened.headers['cache-control']).toContain('no-store');
    expect(await who(other)).toBe('rita@sallyport.test');
    const third = createHttpClient({ accept: 'text/html' });
    const again = await third.get(link);
    expect([again.status, again.location]).toEqual([303, expect.stringContaining('/recovery?flow=')]);
    const id = new URL(again.location ?? '').searchParams.get('flow') ?? '';
    const { json } = await third.get(`${server.publicUrl}/self-service/recovery/flows?id=${id}`, {
      accept: 'application/json',
    });
    expect(messagesOf(json)).toEqual([4060004]);
    expect(await who(third)).toBeUndefined();
    other.close();
    third.close();
  });

  test('is not opened by what looks ahead for the person', async () => {
    const link = await linkFor('sara@sallyport.test');
    const scanner = createHttpClient({ accept: 'text/html' });
    expect((await scanner.request('HEAD', link)).status).toBeLessThan(500);
    await scanner.get(link, { headers: { 'sec-purpose': 'prefetch' } });
    expect(await who(scanner)).toBeUndefined();
    expect((await pressLink(scanner, link)).location).toContain('/settings?flow=');
    scanner.close();
  });

  test('changes who is signed in, and ends the session that was there', async () => {
    const link = await linkFor('tina@sallyport.test');
    const shared = createHttpClient();
    await createPerson(server.adminUrl, { email: 'ursula@sallyport.test', password });
    const login = await begin(shared, server.publicUrl, 'login', 'browser');
    await shared.post(login.action, {
      json: { method: 'password', identifier: 'ursula@sallyport.test', password, csrf_token: login.csrf },
    });
    expect(await who(shared)).toBe('ursula@sallyport.test');
    expect((await pressLink(shared, link)).status).toBe(303);
    expect(await who(shared)).toBe('tina@sallyport.test');
    shared.close();
  });

  test('that is too old says so, and one that was altered says nothing more', async () => {
    const link = await linkFor('vida@sallyport.test');
    const http = createHttpClient({ accept: 'text/html' });
    const shown = async (location: string | undefined): Promise<readonly number[]> => {
      const id = new URL(location ?? '').searchParams.get('flow') ?? '';
      const { json } = await http.get(`${server.publicUrl}/self-service/recovery/flows?id=${id}`, {
        accept: 'application/json',
      });
      return messagesOf(json);
    };
    const forged = link.replace(/token=(.)/, (_all, sign: string) => `token=${sign === 'a' ? 'b' : 'a'}`);
    expect(await shown((await http.get(forged)).location)).toEqual([4060004]);
    server.pass(3_601_000);
    expect(await shown((await http.get(link)).location)).toEqual([4060005]);
    expect(await who(http)).toBeUndefined();
    http.close();
  });

  test('handed over by an administrator works once and ends with its time', async () => {
    const http = createHttpClient({ accept: 'text/html' });
    const id = await createPerson(server.adminUrl, { email: 'wilma@sallyport.test', password });
    const made = await http.post(`${server.adminUrl}/admin/recovery/link`, {
      json: { identity_id: id, expires_in: '30m' },
    });
    const link = readText(made.json, 'recovery_link');
    expect((await pressLink(http, link)).location).toContain('/settings?flow=');
    expect(await who(http)).toBe('wilma@sallyport.test');
    const late = await http.post(`${server.adminUrl}/admin/recovery/link`, {
      json: { identity_id: id, expires_in: '30m' },
    });
    server.pass(1_801_000);
    expect((await http.get(readText(late.json, 'recovery_link'))).location).toContain('/recovery?flow=');
    http.close();
  });
});
