import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { isVerified, newestCode, newestLink } from '../support/mailbox.ts';
import { linkForm, pressLink } from '../support/mailed-link.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, signIn, valueOf } from '../support/self-service.ts';

/* What opens a mailed link is not always the person: it shows a page, and nothing is spent (docs/decisions/0043). */

const password = 'clouds over the harbour';
const nowhere = { uri: 'smtp://127.0.0.1:1/' };
const PAGE = { accept: 'text/html' };
const KINDS = ['verification', 'recovery'] as const;
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** A person whom an administrator made, and the link that they asked for. */
async function linkOf(server: EmbeddedServer, kind: (typeof KINDS)[number], email: string): Promise<string> {
  await createPerson(server.adminUrl, { email, password });
  const http = createHttpClient();
  const flow = await begin(http, server.publicUrl, kind, 'browser');
  const json = { method: 'link', email, csrf_token: flow.csrf };
  await http.post(flow.action, { json, headers: { 'user-agent': AGENT } });
  http.close();
  return newestLink(server, email);
}

const isSignedIn = async (http: HttpClient, { publicUrl }: EmbeddedServer): Promise<boolean> =>
  (await http.get(`${publicUrl}/sessions/whoami`, { accept: 'application/json' })).status === 200;

describe('the page of a mailed link', () => {
  let server: EmbeddedServer;
  let writes: string[] = [];
  let people = 0;
  const someone = (): string => `link-${(people += 1)}@sallyport.test`;
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig(nowhere, { use: 'link' }),
      files: MAIL_FILES,
      watch: ({ what, statement }) => {
        if (what === 'statement' && statement && /^\s*(?:insert|update|delete)/i.test(statement.text))
          writes.push(statement.text);
      },
    });
  });
  afterAll(() => server.stop());

  test.each(KINDS)('writes nothing, however often whatever opens it: %s', async (kind) => {
    const email = someone();
    const link = await linkOf(server, kind, email);
    writes = [];
    const scanner = createHttpClient(PAGE);
    for (let n = 0; n < 3; n += 1) {
      const shown = await scanner.get(link);
      expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('l…@sallyport.test')]);
      expect((await scanner.request('HEAD', link)).status).toBeLessThan(400);
      await scanner.get(link, { headers: { 'sec-purpose': 'prefetch' } });
      // Links of the page are followed, as by a browser without a person.
      for (const [, href = ''] of shown.text.matchAll(/<(?:a|link|script)[^>]* (?:href|src)="(\/[^"]*)"/g))
        await scanner.get(`${server.publicUrl}${href}`);
    }
    expect(writes).toEqual([]);
    expect([await isVerified(server, email), await isSignedIn(scanner, server)]).toEqual([false, false]);
    const used = await pressLink(scanner, link);
    expect(writes.length).toBeGreaterThan(0);
    expect([used.status, used.location]).toEqual([
      303,
      expect.stringContaining(kind === 'recovery' ? '/settings?flow=' : '/verification?flow='),
    ]);
    expect([await isVerified(server, email), await isSignedIn(scanner, server)]).toEqual([true, kind === 'recovery']);
    scanner.close();
  });

  test.each(KINDS)('is a form for programs, with the same fields: %s', async (kind) => {
    const link = await linkOf(server, kind, someone());
    const http = createHttpClient();
    const shown = await http.get(link);
    expect(shown.status).toBe(200);
    const form = linkForm(shown);
    expect([form.action, form.names]).toEqual([
      `${server.publicUrl}/self-service/${kind}`,
      ['flow', 'token', 'csrf_token', 'method', 'not_me'],
    ]);
    expect([read(shown.json, 'flow'), form.hidden['token']]).toEqual([
      new URL(link).searchParams.get('flow'),
      new URL(link).searchParams.get('token'),
    ]);
    expect(read(shown.json, 'ui.messages.0')).toMatchObject({
      id: 1900004,
      context: {
        purpose: kind,
        address: 'l…@sallyport.test',
        device: 'Firefox on Linux',
        asked_at: expect.stringMatching(/Z$/),
        asked_at_unix: expect.any(Number),
      },
    });
    http.close();
  });

  test('is the server’s own, with its headers, and says nothing to other sites', async () => {
    const link = await linkOf(server, 'verification', someone());
    const http = createHttpClient(PAGE);
    const { headers, text } = await http.get(link);
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['cache-control']).toContain('no-store');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
    expect(text).toContain('method="post"');
    expect(text.match(/(?:src|href)="https?:\/\/(?!127\.0\.0\.1)/)).toBeNull();
    http.close();
  });

  test('open in two tabs: the second one is told that the link was used', async () => {
    const email = someone();
    const link = await linkOf(server, 'verification', email);
    const http = createHttpClient();
    const [one, two] = [linkForm(await http.get(link)), linkForm(await http.get(link))];
    const press = async ({ action, hidden }: typeof one) =>
      http.post(action, { form: { ...hidden, method: 'link' }, ...PAGE });
    expect((await press(one)).location).toContain(`/verification?flow=${String(one.hidden['flow'])}`);
    const late = await press(two);
    const id = new URL(late.location ?? '').searchParams.get('flow') ?? '';
    expect(id).not.toBe(two.hidden['flow']);
    const { json } = await http.get(`${server.publicUrl}/self-service/verification/flows?id=${id}`);
    expect(messagesOf(json)).toEqual([4070002]);
    // Opened again it says so at once.
    expect((await http.get(link, PAGE)).location).toContain('/verification?flow=');
    http.close();
  });

  test('is sent only by the browser that was shown it', async () => {
    const email = someone();
    const link = await linkOf(server, 'recovery', email);
    const http = createHttpClient();
    const { action, hidden } = linkForm(await http.get(link));
    const form = { ...hidden, method: 'link' };
    const stranger = createHttpClient();
    const answers = [
      await stranger.post(action, { form }),
      await http.post(action, { form: { ...form, csrf_token: '' } }),
      await http.post(action, { form, headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect([await isSignedIn(stranger, server), await isSignedIn(http, server)]).toEqual([false, false]);
    expect((await http.post(action, { form, ...PAGE })).location).toContain('/settings?flow=');
    for (const each of [stranger, http]) each.close();
  });

  test('takes its flow from the form or from the address, and leaves other forms to their flow', async () => {
    const email = someone();
    const link = await linkOf(server, 'verification', email);
    const http = createHttpClient();
    const { action, hidden } = linkForm(await http.get(link));
    const { flow = '', ...others } = hidden;
    const json = { ...others, method: 'link' };
    const used = await http.post(`${action}?flow=${String(flow)}`, { json });
    expect([used.status, read(used.json, 'state')]).toEqual([200, 'passed_challenge']);
    expect((await http.post(action, { json: { method: 'link', email } })).status).toBe(400);
    http.close();
  });

  test.each(KINDS)('that nobody asked for ends the link, and nothing else of a proved account: %s', async (kind) => {
    const email = someone();
    const link = await linkOf(server, kind, email);
    const http = createHttpClient();
    const over = await pressLink(http, link, { not_me: 'true' });
    expect([over.status, over.text]).toEqual([200, expect.stringContaining('data-id="1900010"')]);
    const again = await http.get(link, PAGE);
    expect([again.status, again.location]).toEqual([303, expect.stringContaining(`/${kind}?flow=`)]);
    expect([await isVerified(server, email), await isSignedIn(http, server)]).toEqual([false, false]);
    const app = createHttpClient({ cookies: false });
    expect((await signIn(app, server.publicUrl, { email, password })).status).toBe(200);
    app.close();
    http.close();
  });

  test('of an administrator is the same', async () => {
    const id = await createPerson(server.adminUrl, { email: someone(), password });
    const http = createHttpClient();
    const made = await http.post(`${server.adminUrl}/admin/recovery/link`, { json: { identity_id: id } });
    const link = readText(made.json, 'recovery_link');
    writes = [];
    expect((await http.get(link, PAGE)).status).toBe(200);
    expect(writes).toEqual([]);
    expect((await pressLink(http, link)).location).toContain('/settings?flow=');
    expect(await isSignedIn(http, server)).toBe(true);
    http.close();
  });
});

test('with `confirm: false` a link is used as it is opened, and the server warns of it', async () => {
  const config = mailConfig(nowhere, { use: 'link' }).replace(
    'link: { enabled: true }',
    'link: { enabled: true, config: { confirm: false } }',
  );
  const server = await startEmbedded({ config, files: MAIL_FILES });
  const link = await linkOf(server, 'recovery', 'wire@sallyport.test');
  const http = createHttpClient(PAGE);
  expect((await http.get(link)).location).toContain('/settings?flow=');
  expect(await isSignedIn(http, server)).toBe(true);
  expect(server.events).toContainEqual(
    expect.objectContaining({ event: 'configuration.weak', key: 'selfservice.methods.link.config.confirm' }),
  );
  http.close();
  await server.stop();
});

describe('the link beside a mailed code', () => {
  let server: EmbeddedServer;
  let people = 0;
  beforeAll(async () => {
    server = await startEmbedded({ config: mailConfig(nowhere), files: MAIL_FILES });
  });
  afterAll(() => server.stop());

  async function asked() {
    const email = `beside-${(people += 1)}@sallyport.test`;
    await createPerson(server.adminUrl, { email, password });
    const http = createHttpClient();
    const flow = await begin(http, server.publicUrl, 'verification', 'browser');
    await http.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
    return { email, http, flow, link: await newestLink(server, email), code: await newestCode(server, email) };
  }
  const look = (http: HttpClient, id: string) =>
    http.get(`${server.publicUrl}/self-service/verification/flows?id=${id}`, { accept: 'application/json' });

  test('fills the code in where it is opened; the form that asked for it goes on', async () => {
    const { email, http, flow, link, code } = await asked();
    const before = await server.store.flows.find(flow.id as Parameters<typeof server.store.flows.find>[0]);
    for (let n = 0; n < 4; n += 1) {
      const other = createHttpClient(PAGE);
      await other.get(link.replace(code, '000000'));
      expect(valueOf((await look(other, flow.id)).json, 'code')).toBe('000000');
      other.close();
    }
    expect(await server.store.flows.find(flow.id as Parameters<typeof server.store.flows.find>[0])).toEqual(before);
    expect(valueOf((await look(http, flow.id)).json, 'code')).toBe('');
    const passed = await http.post(flow.action, { json: { method: 'code', code, csrf_token: flow.csrf } });
    expect([read(passed.json, 'state'), await isVerified(server, email)]).toEqual(['passed_challenge', true]);
    http.close();
  });

  test('takes a wrong code and then the right one there, and both browsers see the end', async () => {
    const { http, flow, link, code, email } = await asked();
    const phone = createHttpClient(PAGE);
    await phone.get(link);
    const csrf = valueOf((await look(phone, flow.id)).json, 'csrf_token');
    const send = (typed: string) =>
      phone.post(flow.action, { form: { method: 'code', code: typed, csrf_token: csrf } });
    expect((await send('000000')).location).toContain(`/verification?flow=${flow.id}`);
    expect(messagesOf((await look(http, flow.id)).json)).toEqual([4070006]);
    expect((await send(code)).location).toContain(`/verification?flow=${flow.id}`);
    expect(await isVerified(server, email)).toBe(true);
    for (const each of [http, phone]) {
      expect(read((await look(each, flow.id)).json, 'state')).toBe('passed_challenge');
      each.close();
    }
  });

  test('keeps the code for ten minutes, for its own flow, in a cookie that nobody else can make', async () => {
    const [one, two] = [await asked(), await asked()];
    const phone = createHttpClient(PAGE);
    const opened = await phone.get(one.link);
    const cookie = opened.setCookies.find(({ name }) => name === 'ory_kratos_session_code');
    expect(cookie?.attributes.get('max-age')).toBe('600');
    expect(cookie?.attributes.has('httponly')).toBe(true);
    expect(cookie?.value).not.toContain(one.code);
    expect((await look(phone, two.flow.id)).status).toBe(403);
    const forged = createHttpClient();
    await begin(forged, server.publicUrl, 'verification', 'browser');
    forged.cookies.set('ory_kratos_session_code', `${cookie?.value.slice(0, -2)}AA`);
    expect((await look(forged, one.flow.id)).status).toBe(403);
    server.pass(599_000);
    expect(valueOf((await look(phone, one.flow.id)).json, 'code')).toBe(one.code);
    server.pass(2_000);
    expect((await look(phone, one.flow.id)).status).toBe(403);
    for (const each of [one.http, two.http, phone, forged]) each.close();
  });

  test('leads a browser to the form of an app’s flow, which stays the app’s', async () => {
    const email = `app-${(people += 1)}@sallyport.test`;
    await createPerson(server.adminUrl, { email, password });
    const app = createHttpClient({ cookies: false });
    const flow = await begin(app, server.publicUrl, 'verification', 'api');
    await app.post(flow.action, { json: { method: 'code', email } });
    const phone = createHttpClient(PAGE);
    await phone.get(await newestLink(server, email));
    const { json } = await look(phone, flow.id);
    const form = { method: 'code', code: valueOf(json, 'code'), csrf_token: valueOf(json, 'csrf_token') };
    expect((await phone.post(flow.action, { form: { ...form, csrf_token: 'forged' } })).status).toBe(303); // the error page
    expect(await isVerified(server, email)).toBe(false);
    expect((await phone.post(flow.action, { form })).location).toContain(`/verification?flow=${flow.id}`);
    expect(await isVerified(server, email)).toBe(true);
    const seen = await look(app, flow.id);
    expect([seen.status, read(seen.json, 'type'), read(seen.json, 'state')]).toEqual([200, 'api', 'passed_challenge']);
    app.close();
    phone.close();
  });
});
