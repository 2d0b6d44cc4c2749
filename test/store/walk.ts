import type Koa from 'koa';
import type { Sallyport } from '../../src/app/build-app.ts';
import { createHttpClient, read, type HttpClient } from '../support/http-client.ts';
import { pressLink } from '../support/mailed-link.ts';
import { newestCode } from '../support/mailbox.ts';
import { begin, register, signIn } from '../support/self-service.ts';

export interface Walked {
  /** Routes that no request of the walk reached, or that broke. */
  readonly missed: readonly string[];
}

interface Route {
  readonly methods: readonly string[];
  readonly path: string;
}

const PASSWORD = 'clouds over the harbour';
const CHANGED = 'another harbour, other clouds';

/** Goes through every flow, and then asks every route of both listeners at least once. */
export async function walkRoutes(app: Sallyport): Promise<Walked> {
  const at = app.publicUrl;
  const admin = `${app.adminUrl}/admin`;
  const browser = createHttpClient();
  const native = createHttpClient({ cookies: false });
  const person = { email: 'walker@sallyport.test', password: PASSWORD };

  const registered = await register(browser, at, person, 'browser');
  await register(native, at, person);
  await signIn(native, at, { ...person, password: 'not the password at all' });
  await signIn(native, at, { email: 'nobody@sallyport.test', password: PASSWORD });
  const token = String(read((await signIn(native, at, person)).json, 'session_token'));
  await signIn(createHttpClient(), at, person, 'browser');
  await begin(browser, at, 'login', 'browser', '?refresh=true');
  const settings = await begin(browser, at, 'settings', 'browser');
  const change = {
    json: { method: 'profile', traits: { email: person.email, name: 'Walker' }, csrf_token: settings.csrf },
  };
  await browser.post(settings.action, change);
  const again = await begin(browser, at, 'settings', 'browser');
  await browser.post(again.action, { json: { method: 'password', password: CHANGED, csrf_token: again.csrf } });

  await walkMails(app, native);

  const identity = String(read(registered.json, 'identity.id'));
  const session = String(read((await browser.get(`${at}/sessions/whoami`)).json, 'id'));
  const message = String(read((await native.get(`${admin}/courier/messages`)).json, '0.id'));
  for (const query of [
    '?page=0',
    '?page_size=10',
    '?credentials_identifier=walker@sallyport.test',
    `?ids=${identity}`,
  ]) {
    await native.get(`${admin}/identities${query}&include_credential=password`);
  }
  await native.get(`${admin}/identities?preview_credentials_identifier_similar=walk`);
  for (const query of ['?active=true', '?active=false', '?expand=identity'])
    await native.get(`${admin}/sessions${query}`);
  for (const query of ['?status=queued', '?status=sent', '?recipient=walker@sallyport.test']) {
    await native.get(`${admin}/courier/messages${query}`);
  }
  const patch = [{ op: 'replace', path: '/metadata_public', value: { walked: true } }];
  await native.request('PATCH', `${admin}/identities/${identity}`, { json: patch });
  const other = { schema_id: 'person', traits: { email: 'other@sallyport.test' } };
  const made = String(read((await native.post(`${admin}/identities`, { json: other })).json, 'id'));
  await native.request('PUT', `${admin}/identities/${made}`, { json: { ...other, state: 'inactive' } });
  await native.request('DELETE', `${admin}/identities/${made}`);

  const names = { identity, session, message, token };
  const missed = [
    ...(await askAll(app.public, at, names, browser.cookies.header())),
    ...(await askAll(app.admin, app.adminUrl, names, '')),
  ];
  browser.close();
  native.close();
  return { missed };
}

/** What is mailed: asked for, given back wrong and right, handed over by an administrator. */
async function walkMails(app: Sallyport, native: HttpClient): Promise<void> {
  const at = app.publicUrl;
  const traits = { email: 'mailed@sallyport.test' };
  const give = async (action: string, json: object): Promise<void> => {
    await native.post(action, { json: { method: 'code', code: '000000', ...json } });
    await native.post(action, { json: { method: 'code', code: await newestCode(app, traits.email), ...json } });
  };
  const registration = await begin(native, at, 'registration', 'api');
  await native.post(registration.action, { json: { method: 'code', traits } });
  await give(registration.action, { traits });
  for (const kind of ['login', 'recovery', 'verification'] as const) {
    const name = kind === 'login' ? 'identifier' : 'email';
    const typed = kind === 'login' ? { identifier: traits.email } : {};
    const unknown = await begin(native, at, kind, 'api');
    await native.post(unknown.action, { json: { method: 'code', [name]: 'nobody@sallyport.test' } });
    const flow = await begin(native, at, kind, 'api');
    await native.post(flow.action, { json: { method: 'code', [name]: traits.email } });
    await give(flow.action, typed);
  }
  const opened = await begin(native, at, 'verification', 'api');
  await native.get(`${at}/self-service/verification?flow=${opened.id}&code=123456`);
  const found = await native.get(`${app.adminUrl}/admin/identities?credentials_identifier=${traits.email}`);
  const json = { identity_id: read(found.json, '0.id') };
  await native.post(`${app.adminUrl}/admin/recovery/code`, { json });
  const made = await native.post(`${app.adminUrl}/admin/recovery/link`, { json });
  await pressLink(createHttpClient(), String(read(made.json, 'recovery_link')));
}

/** Every route, with names of things that are there, those that remove something last. */
async function askAll(
  koa: Koa,
  base: string,
  names: Readonly<Record<'identity' | 'session' | 'message' | 'token', string>>,
  cookie: string,
): Promise<readonly string[]> {
  const missed: string[] = [];
  const requests = routesOf(koa).flatMap(({ methods, path }) => methods.map((method) => ({ method, path })));
  for (const { method, path } of requests.toSorted((a, b) => rank(a.method) - rank(b.method))) {
    const url = `${base}${fill(path, names)}`;
    const body =
      method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify({ session_token: names.token }) };
    for (const who of [{ 'x-session-token': names.token }, { cookie }]) {
      const headers = { accept: 'application/json', 'content-type': 'application/json', ...who };
      const answer = await fetch(url, { method, headers, redirect: 'manual', ...body }).catch((error: unknown) => {
        throw new Error(`${method} ${path}`, { cause: error });
      });
      // Some never end: what they say first is enough.
      const text = answer.status === 404 ? await answer.text() : '';
      await answer.body?.cancel().catch(() => undefined);
      if (answer.status >= 500 || answer.status === 405 || text === '404 page not found\n')
        missed.push(`${method} ${path}: ${answer.status}`);
    }
  }
  return missed;
}

/** Those that remove something come last. */
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
const rank = (method: string): number => METHODS.indexOf(method);

function fill(path: string, names: Readonly<Record<'identity' | 'session' | 'message' | 'token', string>>): string {
  const kind = /\/sessions\/:/.test(path) ? names.session : /\/messages\/:/.test(path) ? names.message : names.identity;
  return path.replace(/\{[^}]*\}/g, '').replace(/:\w+/g, (name) => (name === ':type' ? 'password' : kind));
}

/** What is mounted, as the router lists it. */
function routesOf(koa: Koa): readonly Route[] {
  return koa.middleware.flatMap((each) => {
    const router: unknown = Reflect.get(each, 'router');
    const stack: unknown = typeof router === 'object' && router !== null ? Reflect.get(router, 'stack') : undefined;
    if (!Array.isArray(stack)) return [];
    return stack.flatMap((layer: { readonly methods: readonly string[]; readonly path: string | RegExp }) => {
      const methods = layer.methods.filter((method) => METHODS.includes(method));
      return methods.length > 0 && typeof layer.path === 'string' ? [{ methods, path: layer.path }] : [];
    });
  });
}
