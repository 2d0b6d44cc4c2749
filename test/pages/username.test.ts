import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig, onOwnPages } from '../support/mail-config.ts';
import { newestCode } from '../support/mailbox.ts';
import { begin, register, valueOf } from '../support/self-service.ts';

const html = 'text/html';
const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

/** The forms of a page that hold this kind of field. */
const formsWith = ({ text }: Answer, field: string): readonly string[] =>
  [...text.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) => form).filter((form) => form.includes(field));
const usernames = (form: string): readonly string[] => form.match(/<input[^>]* autocomplete="username[^>]*>/g) ?? [];

describe('a password manager finds whose password it is', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    const config = onOwnPages(mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }));
    server = await startEmbedded({ config, files: MAIL_FILES });
    http = createHttpClient();
    await register(http, server.publicUrl, person, 'browser');
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const open = (path: string): Promise<Answer> =>
    http.get(`${server.publicUrl}${path}`, { accept: html, follow: true });

  test('in the form of a new password: a field that is not seen and not sent', async () => {
    const [form = ''] = formsWith(await open('/self-service/settings/browser'), 'type="password"');
    const [field = '', ...more] = usernames(form);
    expect(more).toEqual([]);
    expect(field).toContain(`value="${person.email}"`);
    expect(field).toMatch(/ hidden[ />]/);
    expect(field).not.toContain(' name=');
  });

  test('in the form of a proof that is asked for again, which says who is asked', async () => {
    const page = await open('/self-service/login/browser?refresh=true');
    expect(page.text).toMatch(new RegExp(`Signed in as\\s*<strong>${person.email}</strong>`));
    const [form = ''] = formsWith(page, 'type="password"');
    expect(usernames(form)).toHaveLength(1);
    expect(usernames(form)[0]).toContain(`value="${person.email}"`);
  });

  test('and nobody types an identifier again, whichever way the proof is given', async () => {
    const flow = await begin(http, server.publicUrl, 'login', 'browser', '?refresh=true');
    expect(valueOf(flow.json, 'identifier')).toBe(person.email);
    const asked = { method: 'code', identifier: valueOf(flow.json, 'identifier'), csrf_token: flow.csrf };
    await http.post(flow.action, { form: asked, accept: html });
    const code = await newestCode(server, person.email);
    const proof = { method: 'code', code, identifier: person.email, csrf_token: flow.csrf };
    expect((await http.post(flow.action, { json: proof })).status).toBe(200);
  });

  test('in the sign-in form there is one field for a name, which is seen', async () => {
    const stranger = createHttpClient();
    const at = `${server.publicUrl}/self-service/login/browser`;
    const page = await stranger.get(at, { accept: html, follow: true });
    const fields = formsWith(page, 'type="password"').flatMap(usernames);
    expect(fields).toHaveLength(1);
    expect(fields[0]).toContain('name="identifier"');
    stranger.close();
  });

  test('of an account that has no password yet, by its address', async () => {
    const json = { schema_id: 'person', traits: { email: 'ben@sallyport.test' } };
    const made = await http.post(`${server.adminUrl}/admin/identities`, { json });
    expect(made.status).toBe(201);
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const identifier = 'ben@sallyport.test';
    await browser.post(flow.action, { json: { method: 'code', identifier, csrf_token: flow.csrf } });
    const code = await newestCode(server, identifier);
    await browser.post(flow.action, { json: { method: 'code', identifier, code, csrf_token: flow.csrf } });
    const at = `${server.publicUrl}/self-service/settings/browser`;
    const [form = ''] = formsWith(await browser.get(at, { accept: html, follow: true }), 'type="password"');
    expect(usernames(form)[0]).toContain(`value="${identifier}"`);
    browser.close();
  });
});
