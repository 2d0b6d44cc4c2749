import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERIFIED_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient } from '../support/http-client.ts';
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts';
import { begin, register } from '../support/self-service.ts';

const html = 'text/html';
const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

const CONFIG = `
log: { level: error }
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
serve:
  public: { base_url: 'http://127.0.0.1:<outside>/auth/' }
  admin: { base_url: 'http://127.0.0.1:<inside>/tools/console/' }
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  methods: { password: { config: { haveibeenpwned_enabled: false } }, code: { enabled: true } }
  flows:
    verification: { enabled: true, use: code }
    recovery: { enabled: true, use: code }
    registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } }
courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/' } }
`;

/** Everything that a page loads, links to or sends a form to. */
function addressesIn(page: string): readonly string[] {
  const found = [...page.matchAll(/ (?:href|src|action|data-news)="([^"]+)"/g)].map(([, address = '']) => address);
  return found.map((each) => each.replaceAll('&amp;', '&')).filter((each) => !/^(?:#|data:)/.test(each));
}

describe('behind proxies that take a path off, every address in a page lies below it', () => {
  let server: EmbeddedServer;
  let outside: PrefixProxy;
  let inside: PrefixProxy;
  let publicUrl: string;
  let adminUrl: string;
  let flow: string;
  const http = createHttpClient();

  beforeAll(async () => {
    outside = await startPrefixProxy({ prefix: '/auth' });
    inside = await startPrefixProxy({ prefix: '/tools/console' });
    const names = { outside: String(outside.port), inside: String(inside.port) };
    server = await startEmbedded({ config: CONFIG, files: VERIFIED_FILES, names });
    outside.lead(server.publicUrl);
    inside.lead(server.adminUrl);
    publicUrl = `http://127.0.0.1:${outside.port}/auth`;
    adminUrl = `http://127.0.0.1:${inside.port}/tools/console`;
    const answer = await register(http, publicUrl, person, 'browser');
    if (answer.status !== 200) throw new Error(answer.text);
    flow = (await begin(http, publicUrl, 'settings', 'browser')).id;
  });
  afterAll(async () => {
    http.close();
    await server.stop();
    await Promise.all([outside.close(), inside.close()]);
  });

  /** The page that an address leads to, and what in it lies elsewhere or is not there. */
  async function visit(start: string, client = http) {
    const page = await client.get(start, { accept: html, follow: true });
    const addresses = addressesIn(page.text).map((each) => new URL(each, page.url).href);
    const below = (address: string): boolean => [publicUrl, adminUrl].some((base) => address.startsWith(`${base}/`));
    const wrong = addresses.filter((each) => !below(each));
    for (const address of addresses) {
      // A logout ends what the next page needs, and a stream does not end.
      if (address.includes('/logout') || address.includes('/live')) continue;
      if ((await client.get(address, { accept: html })).status === 404) wrong.push(`404 ${address}`);
    }
    return { status: page.status, text: page.text, addresses: addresses.length, wrong };
  }
  const fine = (status = 200) => ({
    status,
    text: expect.stringContaining('<h1>'),
    addresses: expect.toSatisfy((n: number) => n > 2),
    wrong: [],
  });

  test.each([
    '/self-service/login/browser',
    '/self-service/registration/browser',
    '/self-service/recovery/browser',
    '/',
  ])('in the page of somebody unknown at %s', async (path) => {
    const stranger = createHttpClient();
    expect(await visit(`${publicUrl}${path}`, stranger)).toEqual(fine());
    stranger.close();
  });

  test.each(['/', '/self-service/settings/browser', '/self-service/verification/browser', '/ui/sessions'])(
    'in the page of somebody signed in at %s',
    async (path) => {
      expect(await visit(`${publicUrl}${path}`)).toEqual(fine());
    },
  );

  test('in an error page, whether it is led to or shown at once', async () => {
    expect(await visit(`${publicUrl}/ui/error?id=1`)).toEqual(fine(404));
    expect(await visit(`${publicUrl}/no/such/page`)).toEqual(fine(404));
    expect(await visit(`${publicUrl}/self-service/login/browser?return_to=https://evil.example/`)).toEqual(fine());
    expect(await visit(`${adminUrl}/no/such/page`)).toEqual(fine(404));
    expect(await visit(`${adminUrl}/flows/${'0'.repeat(8)}-0000-4000-8000-000000000000`)).toEqual(fine(404));
  });

  test('in the pages of operators, and in what a page about flows gets while it is open', async () => {
    const first = await visit(`${adminUrl}/`);
    expect(first).toEqual(fine());
    const home = first.text;
    expect(home).toContain(`/tools/console/flows/${flow}`);
    expect(await visit(`${adminUrl}/flows/${flow}`)).toEqual(fine());
    const inbox = await visit(`${adminUrl}/inbox`);
    expect(inbox).toEqual(fine());
    const mail = addressesIn(inbox.text).find((each) => /\/inbox\/./.test(each)) ?? '';
    expect(await visit(mail)).toEqual(fine());

    const news = new URL(addressesIn(home).find((each) => each.includes('/live')) ?? '', adminUrl);
    expect(news.pathname).toBe('/tools/console/live');
    const stream = await fetch(news);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    await begin(http, publicUrl, 'settings', 'browser');
    let said = '';
    while (!said.includes('data-flow-id')) said += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(said).toMatch(/href=\\"\/tools\/console\/flows\//);
  });

  test('and so do the addresses in the headers of lists, and of what leads to a clean path', async () => {
    const links = async (address: string): Promise<readonly string[]> =>
      [...String((await http.get(address)).headers.link).matchAll(/<([^>]+)>/g)].map(([, to = '']) => to);
    const public_ = [...(await links(`${publicUrl}/sessions?per_page=1`)), ...(await links(`${publicUrl}/schemas`))];
    const admin = await Promise.all(
      ['identities', 'identities?page=0', 'sessions', 'courier/messages'].map((list) =>
        links(`${adminUrl}/admin/${list}`),
      ),
    );
    expect(public_.length).toBeGreaterThan(1);
    expect(public_.filter((to) => !to.startsWith('/auth/'))).toEqual([]);
    expect(admin.every((each) => each.length > 0)).toBe(true);
    expect(admin.flat().filter((to) => !to.startsWith('/tools/console/admin/'))).toEqual([]);
    for (const [base, path] of [
      [publicUrl, '//sessions//whoami'],
      [adminUrl, '/admin//identities/'],
    ] as const) {
      const { status, location = '' } = await http.get(`${base}${path}`);
      expect([status, new URL(location, base).href.startsWith(`${base}/`)]).toEqual([307, true]);
    }
  });

  test('so that another application on the same host is asked for nothing', () => {
    expect([outside.strays, inside.strays]).toEqual([[], []]);
  });
});
