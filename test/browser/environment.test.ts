import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type Chromium, openChromium, shoot } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { freePort } from '../support/ports.ts';
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts';
import { begin, type Person, valueOf } from '../support/self-service.ts';

/** Names below it are those of this machine, for this browser alone. */
const DOMAIN = 'shop.example';
const person: Person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
const other: Person = { email: 'ben@sallyport.test', password: 'bells of the old town' };

interface Place {
  /** The public URL that browsers use. */
  readonly base: string;
  /** YAML of the top of the file. */
  readonly more?: string;
  /** YAML of `serve.public`, beside its address. */
  readonly listener?: string;
  /** YAML of `selfservice.flows.login`. */
  readonly login?: string;
  readonly returns?: string;
}

const configOf = ({ base, more = '', listener = '', login = '', returns = `${base}/` }: Place): string => `
log: { level: fatal }
${more}
secrets: { cookie: [one-and-the-same-cookie-secret-in-all-scenes] }
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
serve: { public: { base_url: '${base}/'${listener === '' ? '' : `, ${listener}`} } }
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  default_browser_return_url: ${returns}
  allowed_return_urls: [${returns}]
  methods: { password: { config: { haveibeenpwned_enabled: false } } }
  flows:
    login: { ${login} }
    registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } }
`;

let chromium: Chromium;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  chromium = await openChromium({ args: [`--host-resolver-rules=MAP *.${DOMAIN} 127.0.0.1`] });
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => chromium.close());

async function front(options: Parameters<typeof startPrefixProxy>[0]): Promise<PrefixProxy> {
  const proxy = await startPrefixProxy(options);
  closing.push(() => proxy.close());
  return proxy;
}

async function serve(place: Place, behind: PrefixProxy, file?: string): Promise<EmbeddedServer> {
  const dsn = file === undefined ? {} : { dsn: { kind: 'sqlite', file } as const };
  const server = await startEmbedded({ config: configOf(place), files: BASIC_FILES, ...dsn });
  closing.push(() => server.stop());
  behind.lead(server.publicUrl);
  return server;
}

const text = (page: Page): Promise<string> => page.innerText('body');
async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name="${name}"]`, value);
  await page.click('button[name="method"][value="password"]');
}
const signInAt = async (page: Page, base: string, { email, password }: Person, query = ''): Promise<void> => {
  await page.goto(`${base}/self-service/login/browser${query}`);
  await fillIn(page, { identifier: email, password });
};

/** Registers, changes the password, signs out and in again, all by the pages of the server; gives the last one's text. */
async function live(page: Page, base: string): Promise<string> {
  await page.goto(`${base}/self-service/registration/browser`);
  await fillIn(page, { 'traits.email': person.email, password: person.password });
  expect([page.url(), await text(page)]).toEqual([`${base}/`, expect.stringContaining(person.email)]);
  await page.goto(`${base}/self-service/settings/browser`);
  await page.fill('input[name="password"]', 'lanterns on the quay');
  await page.click('button[name="method"][value="password"]');
  expect(await text(page)).toContain('Your changes are saved.');
  await page.goto(`${base}/ui/sessions`);
  expect(await text(page)).toContain('this device');
  await page.goto(`${base}/`);
  await page.click('a[href*="/self-service/logout?token="]');
  expect(await text(page)).toContain('Nobody is signed in');
  await signInAt(page, base, { ...person, password: 'lanterns on the quay' });
  return text(page);
}

/** Milliseconds: many pages are opened, one after the other. */
const PATIENT = { timeout: 120_000 };

describe('the pages in the box serve a whole life', PATIENT, () => {
  test('on plain http under a name that is not of this machine', async () => {
    const proxy = await front({ prefix: '' });
    const base = `http://auth.${DOMAIN}:${proxy.port}`;
    await serve({ base }, proxy);
    const page = await chromium.visitor();
    expect(await live(page, base)).toContain(person.email);
    await page.context().close();
  });

  test('behind a proxy that speaks TLS and takes a path off; another application on the host is asked for nothing', async () => {
    const proxy = await front({ prefix: '/auth', tls: true });
    const base = `https://login.${DOMAIN}:${proxy.port}/auth`;
    await serve(
      { base, more: "cookies: { secure: true, path: /auth }\nsession: { cookie: { secure: 'true' } }" },
      proxy,
    );
    const page = await chromium.visitor({ anyCertificate: true });
    expect(await live(page, base)).toContain(person.email);
    await page.goto(`${base}/no/such/page`);
    expect(await page.title()).toContain('Nothing here');
    // The icon of a page without one is asked for by the browser itself.
    expect(proxy.strays.filter((each) => each !== '/favicon.ico')).toEqual([]);
    await page.context().close();
  });
});

/** A small application with a sign-in page of its own, which sends this policy. */
async function startApplication(server: () => EmbeddedServer, port: number, policy: () => string): Promise<Server> {
  const app = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    const flow = url.searchParams.get('flow') ?? '';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('referrer-policy', policy());
    const shown = createHttpClient({ cookies: false });
    const headers = { cookie: request.headers.cookie ?? '' };
    const ask = (path: string) => shown.get(`${server().publicUrl}${path}`, { headers });
    const answered = async (): Promise<string> => {
      if (url.pathname === '/login') {
        const { json } = await ask(`/self-service/login/flows?id=${flow}`);
        return `<!doctype html><title>Sign in</title>
          <form method="post" action="${readText(json, 'ui.action')}">
            <input type="hidden" name="csrf_token" value="${valueOf(json, 'csrf_token')}">
            <input name="identifier"><input name="password" type="password">
            <button name="method" value="password">Sign in</button></form>`;
      }
      const { json } = await ask('/sessions/whoami');
      return `<!doctype html><title>Home</title><p>${String(read(json, 'identity.traits.email'))}</p>`;
    };
    answered().then(
      (page) => response.end(page),
      (error: unknown) => response.end(String(error)),
    );
  });
  await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise<void>((resolve) => {
        app.close(() => resolve());
        app.closeAllConnections();
      }),
  );
  return app;
}

const POLICIES = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
];

describe('an application with pages of its own signs people in, whatever referrer policy it sends', PATIENT, () => {
  test.each([
    ['on another port of the host', 'one', 'one', ''],
    ['on a sibling host', 'app', 'auth', `cookies: { domain: ${DOMAIN} }`],
  ])('%s', async (_where, app, auth, more) => {
    const proxy = await front({ prefix: '' });
    const port = await freePort();
    const [base, ui] = [`http://${auth}.${DOMAIN}:${proxy.port}`, `http://${app}.${DOMAIN}:${port}`];
    let policy = '';
    const server = await serve({ base, more, login: `ui_url: '${ui}/login'`, returns: `${ui}/` }, proxy);
    await startApplication(
      () => server,
      port,
      () => policy,
    );
    await createPerson(server.adminUrl, person);
    const came: Record<string, string> = {};
    for (policy of POLICIES) {
      const page = await chromium.visitor();
      await signInAt(page, base, person);
      came[policy] = `${page.url()} ${await text(page)}`;
      await page.context().close();
    }
    expect(came).toEqual(Object.fromEntries(POLICIES.map((each) => [each, `${ui}/ ${person.email}`])));
  });
});

/** Runs in the page: signs in by `fetch` alone, without a header that `fetch` does not set by itself. */
const BY_FETCH = `async ({ base, email, password }) => {
  const own = { credentials: 'include' };
  const opened = await fetch(base + '/self-service/login/browser', { ...own, headers: { accept: 'application/json' } });
  const flow = await opened.json();
  const token = flow.ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token').attributes.value;
  const submit = (body) => fetch(flow.ui.action, {
    ...own, method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'password', identifier: email, csrf_token: token, ...body }),
  });
  const wrong = await submit({ password: 'not this one' });
  const right = await submit({ password });
  const signedIn = await right.json();
  const who = await (await fetch(base + '/sessions/whoami', own)).json();
  return [wrong.status, right.status, signedIn.session.active, who.identity.traits.email];
}`;

test('a page of another origin signs people in by fetch with its default headers', async () => {
  const proxy = await front({ prefix: '' });
  const port = await freePort();
  const [base, ui] = [`http://auth.${DOMAIN}:${proxy.port}`, `http://app.${DOMAIN}:${port}`];
  const listener = `cors: { enabled: true, allowed_origins: ['${ui}'], allowed_headers: ['*'] }`;
  const server = await serve({ base, listener, returns: `${ui}/` }, proxy);
  await startApplication(
    () => server,
    port,
    () => 'no-referrer',
  );
  await createPerson(server.adminUrl, person);
  const page = await chromium.visitor();
  await page.goto(`${ui}/`);
  const come = await page.evaluate(`(${BY_FETCH})(${JSON.stringify({ base, ...person })})`);
  expect(come).toEqual([400, 200, true, person.email]);
  await page.context().close();
});

describe('a browser with cookies from another time', PATIENT, () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  const namesOf = async (context: BrowserContext): Promise<readonly string[]> =>
    (await context.cookies()).map(({ name }) => name.replace(/_[0-9a-f]{64}$/, '')).toSorted();

  test.each([
    ['a domain where there was none', '', `cookies: { domain: ${DOMAIN} }`, ''],
    ['no domain where there was one', `cookies: { domain: ${DOMAIN} }`, '', ''],
    ['a domain further down', `cookies: { domain: ${DOMAIN} }`, `cookies: { domain: auth.${DOMAIN} }`, ''],
    ['the whole site instead of a path', 'cookies: { path: /auth }', '', '/auth'],
    ['a path instead of the whole site', '', 'cookies: { path: /auth }', '/auth'],
  ])('signs in, stays signed in and signs out after a change to %s', async (_what, before, after, prefix) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-scene-'));
    folders.push(folder);
    const file = join(folder, 'db.sqlite');
    const proxy = await front({ prefix });
    const base = `http://auth.${DOMAIN}:${proxy.port}${prefix}`;
    const first = await serve({ base, more: before }, proxy, file);
    await createPerson(first.adminUrl, person);
    const page = await chromium.visitor();
    await signInAt(page, base, person);
    await page.goto(`${base}/self-service/login/browser?refresh=true`);
    await first.stop();
    closing.pop();

    await serve({ base, more: after }, proxy, file);
    // The form that was open goes on, and so does the session.
    await fillIn(page, { password: person.password });
    expect(await text(page)).toContain(person.email);
    await page.goto(`${base}/self-service/settings/browser`);
    expect(new URL(page.url()).pathname).toBe(`${prefix}/ui/settings`);
    await page.goto(`${base}/`);
    expect(await text(page)).toContain(person.email);
    await page.click('a[href*="/self-service/logout?token="]');
    expect(await text(page)).toContain('Nobody is signed in');
    await signInAt(page, base, person);
    expect(await text(page)).toContain(person.email);
    // One cookie of each kind is left.
    await page.goto(`${base}/self-service/settings/browser`);
    const kinds = ['csrf_token', 'ory_kratos_session', 'ory_kratos_session_device'];
    expect(await namesOf(page.context())).toEqual(kinds);
    await page.context().close();
  });

  test('is told when a neighbour has planted the cookie of somebody else, and signs in again', async () => {
    const proxy = await front({ prefix: '' });
    const base = `http://auth.${DOMAIN}:${proxy.port}`;
    const server = await serve({ base }, proxy);
    for (const each of [person, other]) await createPerson(server.adminUrl, each);
    const neighbour = createHttpClient();
    const flow = await begin(neighbour, server.publicUrl, 'login', 'browser');
    const proof = { method: 'password', identifier: other.email, password: other.password, csrf_token: flow.csrf };
    await neighbour.post(flow.action.replace(base, server.publicUrl), { json: proof });
    const planted = neighbour.cookies.get('ory_kratos_session') ?? '';
    neighbour.close();
    const page = await chromium.visitor();
    await signInAt(page, base, person);
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    const cookie = { name: 'ory_kratos_session', value: planted, domain: `.${DOMAIN}`, expires };
    await page.context().addCookies([{ ...cookie, path: '/self-service/settings' }]);
    await page.goto(`${base}/self-service/settings/browser`);
    expect(await text(page)).toContain('Two accounts were signed in');
    await shoot(page, 'session-conflict');
    await page.click('a.button.first');
    await fillIn(page, { identifier: person.email, password: person.password });
    expect(await text(page)).toContain(person.email);
    await page.goto(`${base}/self-service/settings/browser`);
    expect(await page.inputValue('input[name="traits.email"]')).toBe(person.email);
    await page.context().close();
  });

  test('of many other applications signs in all the same', async () => {
    const proxy = await front({ prefix: '' });
    const base = `http://auth.${DOMAIN}:${proxy.port}`;
    const server = await serve({ base }, proxy);
    await createPerson(server.adminUrl, person);
    const page = await chromium.visitor();
    const cookies = Array.from({ length: 4 }, (_, i) => ({
      name: `app${i}`,
      value: 'x'.repeat(3_000),
      domain: `.${DOMAIN}`,
      path: '/',
    }));
    await page.context().addCookies(cookies);
    await signInAt(page, base, person);
    expect(await text(page)).toContain(person.email);
    await page.context().close();
  });

  test('that lost the cookie of an open form starts the same one again, and comes where it was to come', async () => {
    const proxy = await front({ prefix: '' });
    const port = await freePort();
    const [base, ui] = [`http://auth.${DOMAIN}:${proxy.port}`, `http://app.${DOMAIN}:${port}`];
    const server = await serve({ base, returns: `${ui}/` }, proxy);
    await startApplication(
      () => server,
      port,
      () => 'same-origin',
    );
    await createPerson(server.adminUrl, person);
    const page = await chromium.visitor();
    await page.goto(`${base}/self-service/login/browser?return_to=${ui}/area`);
    await page.context().clearCookies();
    await fillIn(page, { identifier: person.email, password: person.password });
    expect(await page.title()).toContain('Not allowed');
    await shoot(page, 'lost-cookie');
    await page.click('a.button.first');
    await fillIn(page, { identifier: person.email, password: person.password });
    expect(page.url()).toBe(`${ui}/area`);
    await page.context().close();
  });
});

/** What the browser says of a status, or of a header that it takes from https alone. */
const EXPECTED = /status of (?:40[0134]|503)|^The Cross-Origin-Opener-Policy header has been ignored/;

test('no page had an error of its own', () => {
  expect(chromium.complaints().filter((each) => !EXPECTED.test(each))).toEqual([]);
});
