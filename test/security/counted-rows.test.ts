import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';

const HOUR = 3_600_000;
const PROXY = 'serve: { public: { trusted_proxies: { count: 1 } } }\n';
const HERE = '203.0.113.7';
const ELSEWHERE = '203.0.113.8';
const from = (ip: string) => ({ 'x-forwarded-for': ip });

/** Notes each run in the process of the test. */
const COUNTS_RUNS = `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'counts_runs',
  at: { 'login.before': 'prepare' },
  timeoutMs: 1000,
  run: {
    prepare() {
      globalThis.runsBefore = (globalThis.runsBefore ?? 0) + 1;
      return { kind: 'continue' };
    },
  },
});
`;
const runsBefore = (): number => Number(Reflect.get(globalThis, 'runsBefore') ?? 0);

let server: EmbeddedServer;
let http: HttpClient;
/** The rows that were inserted; one that is undone and inserted again is the same. */
let inserted: Record<'flows' | 'error_containers', Set<string>>;

/** So many flow rows and error containers a network and hour. */
async function start(limit: string, config: string, files: Readonly<Record<string, string>>): Promise<void> {
  inserted = { flows: new Set(), error_containers: new Set() };
  server = await startEmbedded({
    config: `${PROXY}limits: { ${limit} }\n${config}`,
    files,
    watch({ statement }) {
      const table = /insert into [`"](flows|error_containers)[`"]/i.exec(statement?.text ?? '')?.[1];
      if (table === 'flows' || table === 'error_containers') inserted[table].add(JSON.stringify(statement?.values));
    },
  });
}
beforeEach(() => {
  http = createHttpClient({ cookies: false });
});
afterEach(async () => {
  http.close();
  await server.stop();
});

const statuses = async (times: number, ask: () => Promise<Answer>): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) found.push((await ask()).status);
  return found;
};
const begin = (kind: string, ip = HERE) =>
  http.get(`${server.publicUrl}/self-service/${kind}/api`, { headers: from(ip) });

describe('rows that one network causes count together, whatever causes them', () => {
  test('submits of a flow that expired: a new flow each time, and its hooks, until the budget ends', async () => {
    const config = BASIC_CONFIG.replace(
      'login: { ui_url: http://127.0.0.1:4455/login }',
      'login: { ui_url: http://127.0.0.1:4455/login, before: { hooks: [{ hook: counts_runs }] } }',
    );
    await start('flows: { tries: 5, per: 24h }', config, { ...BASIC_FILES, 'plugins/counts_runs.ts': COUNTS_RUNS });
    const before = runsBefore();
    const action = readText((await begin('login')).json, 'ui.action');
    server.pass(2 * HOUR);
    const submit = (ip: string) =>
      http.post(action, { json: { method: 'password', identifier: 'x', password: 'y' }, headers: from(ip) });
    expect(await statuses(7, () => submit(HERE))).toEqual([410, 410, 410, 410, 429, 429, 429]);
    expect([inserted.flows.size, runsBefore() - before]).toEqual([5, 5]);
    expect((await begin('login')).status).toBe(429);
    expect(Number((await submit(HERE)).headers['retry-after'])).toBeGreaterThan(0);
    expect((await submit(ELSEWHERE)).status).toBe(410);
  });

  test('wrong links', async () => {
    const email = 'ada@sallyport.test';
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { use: 'link' });
    await start('flows: { tries: 5, per: 24h }', config, MAIL_FILES);
    await createPerson(server.adminUrl, { email, password: 'clouds over the harbour' });
    const action = readText((await begin('recovery', ELSEWHERE)).json, 'ui.action');
    await http.post(action, { json: { method: 'link', email }, headers: from(ELSEWHERE) });
    const link = new URL(await newestLink(server, email));
    link.searchParams.set('token', 'a'.repeat(32));
    const wrong = () => http.get(link.href, { headers: from(HERE), accept: 'text/html' });
    const before = inserted.flows.size;
    expect((await statuses(8, wrong)).slice(5)).toEqual([429, 429, 429]);
    expect(inserted.flows.size - before).toBe(5);
  });

  test('errors that wait for their page', async () => {
    await start('flows: { tries: 5, per: 24h }', BASIC_CONFIG, BASIC_FILES);
    const bad = (ip: string) =>
      http.get(`${server.publicUrl}/self-service/login/browser?return_to=https://evil.example/`, {
        headers: from(ip),
        accept: 'text/html',
      });
    await begin('login');
    expect(await statuses(6, () => bad(HERE))).toEqual([303, 303, 303, 303, 429, 429]);
    expect([inserted.flows.size, inserted.error_containers.size]).toEqual([1, 4]);
    expect((await bad(ELSEWHERE)).status).toBe(303);
  });
});

describe('registrations of one network', () => {
  const register = async (email: string, password: string, ip = HERE): Promise<Answer> => {
    const flow = await begin('registration', ip);
    return http.post(readText(flow.json, 'ui.action'), {
      json: { method: 'password', traits: { email }, password },
      headers: from(ip),
    });
  };
  const good = (name: string, ip?: string) => register(`${name}@sallyport.test`, 'clouds over the harbour', ip);
  const LIMIT = 'registrations: { tries: 3, per: 24h }, flows: { tries: 1000, per: 1h }';

  test('forms that are refused cost nothing; accounts count, and are told to wait above the limit', async () => {
    await start(LIMIT, BASIC_CONFIG, BASIC_FILES);
    await createPerson(server.adminUrl, { email: 'taken@sallyport.test', password: 'clouds over the harbour' });
    expect(await statuses(20, () => register('typo', 'short'))).toEqual(Array.from({ length: 20 }, () => 400));
    expect(await statuses(20, () => good('taken'))).toEqual(Array.from({ length: 20 }, () => 400));
    expect([(await good('a')).status, (await good('b')).status, (await good('c')).status]).toEqual([200, 200, 200]);
    const refused = await good('d');
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await good('d', ELSEWHERE)).status).toBe(200);
    server.pass(25 * HOUR);
    expect((await good('e')).status).toBe(200);
  });

  test('that come at once make no more than the limit', async () => {
    await start(LIMIT, BASIC_CONFIG, BASIC_FILES);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => good(`many${n}`)));
    const made = answers.filter(({ status }) => status === 200).length;
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    const people = await http.get(`${server.adminUrl}/admin/identities`);
    expect([made, Array.isArray(people.json) && people.json.length]).toEqual([3, 3]);
  });

  test('a taken address that is hidden counts as any other, so that the budget tells nothing', async () => {
    const hiding = BASIC_CONFIG.replace('[{ hook: session }]', '[]');
    await start(LIMIT, `${hiding}security: { account_enumeration: { mitigate: true } }\n`, BASIC_FILES);
    expect(await statuses(4, () => good('a'))).toEqual([200, 200, 200, 429]);
  });
});

describe('registrations through a provider', () => {
  let provider: TestProvider;
  beforeEach(async () => {
    provider = await startProvider();
  });
  afterEach(() => provider.stop());

  test('ways back from the provider cost nothing, accounts do', async () => {
    const limit = 'registrations: { tries: 2, per: 24h }, flows: { tries: 1000, per: 1h }';
    const config = oidcConfig({ providers: [providerEntry('acme', provider)] });
    await start(limit, config, OIDC_FILES);
    const headers = from(HERE);
    const go = async (browser: HttpClient, action: string, fields: object) => {
      const sent = await browser.post(action, { json: { method: 'oidc', provider: 'acme', ...fields }, headers });
      if (sent.status !== 422) return sent;
      const page = await fetch(readText(sent.json, 'redirect_browser_to'), { redirect: 'manual' });
      return browser.get(page.headers.get('location') ?? '', { accept: 'text/html', headers });
    };
    /** The first way back lacks the name, which the schema asks for. */
    const arrive = async (name: string): Promise<readonly number[]> => {
      const browser = createHttpClient();
      const email = `${name}@example.org`;
      provider.says({ sub: name, email, email_verified: true });
      const flow = await browser.get(`${server.publicUrl}/self-service/registration/browser`, { headers });
      const csrf = { csrf_token: read(flow.json, 'ui.nodes.1.attributes.value') };
      const ways = [];
      for (let n = 0; n < 4; n += 1) ways.push(await go(browser, readText(flow.json, 'ui.action'), csrf));
      provider.says({ sub: name, email, email_verified: true, name });
      ways.push(await go(browser, readText(flow.json, 'ui.action'), { ...csrf, traits: { email, name } }));
      browser.close();
      return ways.map(({ status }) => status);
    };
    expect(await arrive('ann')).toEqual([303, 303, 303, 303, 303]);
    expect(await arrive('bob')).toEqual([303, 303, 303, 303, 303]);
    expect((await arrive('cat')).at(-1)).toBe(429);
    const people = await http.get(`${server.adminUrl}/admin/identities`);
    expect(Array.isArray(people.json) && people.json.length).toBe(2);
  });
});
