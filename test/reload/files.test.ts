import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { expectInCatalogue } from '../support/event-schema.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { type ReloadingServer, startReloading } from '../support/reloading.ts';
import { begin, register, signIn } from '../support/self-service.ts';

/* SIGHUP: every kind of file, valid and broken. */

const PLUGIN = (limit: string): string => `import { defineHook } from 'sallyport/plugin';
import { domain } from './lib/domain.ts';
const limit: number = ${limit};
export default defineHook({
  name: 'company_only',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 1_000,
  run: {
    prepare({ draft }) {
      const email = String(draft?.identity.traits['email']);
      if (email.endsWith(domain) && email.length <= limit) return { kind: 'continue' };
      return { kind: 'fail', messages: [{ id: 4000001, type: 'error', text: 'only ' + domain, context: {} }] };
    },
  },
});
`;
const DOMAIN = (name: string): string => `export const domain: string = '${name}';\n`;
const password = 'clouds over the harbour';

let server: ReloadingServer;
const http = createHttpClient({ cookies: false });
let tries = 0;

beforeAll(async () => {
  server = await startReloading({
    config: BASIC_CONFIG.replace('[{ hook: session }]', '[{ hook: company_only }, { hook: session }]'),
    files: { ...BASIC_FILES, 'plugins/company_only.ts': PLUGIN('40'), 'plugins/lib/domain.ts': DOMAIN('one.test') },
  });
});
afterAll(async () => {
  http.close();
  await server.stop();
});

const registers = async (email: string): Promise<number> =>
  (await register(http, server.publicUrl, { email, password })).status;

/** Runs `work` while a file is changed, and puts the file back. */
async function changed(file: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
  let whole = '';
  server.edit(file, (text) => {
    whole = text;
    const next = change(text);
    expect(next).not.toBe(text);
    return next;
  });
  try {
    await work();
  } finally {
    server.edit(file, () => whole);
    await server.accept();
  }
}

describe('a valid change is in force for the next request', () => {
  test('of the YAML: a lifespan, a return URL, the level of the log', async () => {
    const refused = await http.get(`${server.publicUrl}/self-service/login/api?return_to=https://new.test/a`);
    expect(refused.status).toBe(400);
    server.edit('config.yml', (text) =>
      text
        .replace('selfservice:\n', 'selfservice:\n  allowed_return_urls: [ https://new.test/ ]\n')
        .replace('login:\n', 'login:\n      lifespan: 7m\n'),
    );
    await server.accept();
    const flow = await http.get(`${server.publicUrl}/self-service/login/api?return_to=https://new.test/a`);
    expect(flow.status).toBe(200);
    const lived = Date.parse(readText(flow.json, 'expires_at')) - Date.parse(readText(flow.json, 'issued_at'));
    expect(lived).toBe(7 * 60_000);
  });

  test('of an identity schema', async () => {
    server.edit('person.schema.json', (text) =>
      text.replace('"E-mail', '"Electronic mail').replace(/"title": ?"[^"]*"/, '"title": "Electronic"'),
    );
    await server.accept();
    const { json } = await begin(http, server.publicUrl, 'registration', 'api');
    expect(JSON.stringify(json)).toContain('Electronic');
  });

  test('of a plugin, and of a file that it imports', async () => {
    expect(await registers('ada@one.test')).toBe(200);
    expect(await registers('ada@two.test')).toBe(400);
    server.edit('plugins/lib/domain.ts', () => DOMAIN('two.test'));
    await server.accept();
    expect(await registers('bob@one.test')).toBe(400);
    expect(await registers('bob@two.test')).toBe(200);
    server.edit('plugins/company_only.ts', () => PLUGIN('12'));
    await server.accept();
    expect(await registers('caroline@two.test')).toBe(400);
    expect(await registers('eve@two.test')).toBe(200);
  });

  test('of a plugin that was not there before', async () => {
    writeFileSync(join(server.folder, 'plugins/nobody.ts'), PLUGIN('0').replaceAll('company_only', 'nobody'));
    server.edit('config.yml', (text) => text.replace('hook: company_only', 'hook: nobody'));
    await server.accept();
    expect(await registers('fay@two.test')).toBe(400);
    server.edit('config.yml', (text) => text.replace('hook: nobody', 'hook: company_only'));
    await server.accept();
    expect(await registers('fay@two.test')).toBe(200);
  });
});

describe('a broken file changes nothing, and the log says where it is broken', () => {
  test.each([
    ['config.yml', 'YAML that is none', (text: string) => `${text}\nlog: [\n`, /config\.yml:\d+:\d+ YAML: /],
    [
      'config.yml',
      'a key that nobody knows',
      (text: string) => text.replace('log:', 'lgo:'),
      /config\.yml:\d+:\d+ lgo: /,
    ],
    [
      'config.yml',
      'a hook that is not there',
      (text: string) => text.replace('hook: company_only', 'hook: frobnicate'),
      /config\.yml:\d+:\d+ .*frobnicate/,
    ],
    ['config.yml', 'half of a file', (text: string) => text.slice(0, text.indexOf('default_schema_id')), /is missing/],
    ['person.schema.json', 'a schema that is no JSON', () => '{ "type": ', /config\.yml:\d+:\d+ identity\.schemas/],
    ['plugins/company_only.ts', 'a plugin that does not parse', () => 'export default {', /company_only\.ts:\d+:\d+ /],
    [
      'plugins/company_only.ts',
      'a plugin that throws',
      (text: string) => `${text}\nthrow new Error('no');\n`,
      /company_only\.ts:\d+:\d+ .*no/,
    ],
    ['plugins/lib/domain.ts', 'an import that does not parse', () => 'export const', /company_only\.ts/],
  ])('%s: %s', async (file, _what, breakIt, said) => {
    const before = await http.get(`${server.adminUrl}/admin/health/config`);
    const id = (tries += 1);
    await changed(file, breakIt, async () => {
      expect(await server.refuse()).toMatch(said);
      expect(await registers(`n${id}@two.test`)).toBe(200);
      expect((await http.get(`${server.adminUrl}/admin/health/config`)).text).toBe(before.text);
    });
  });
});

test('nothing is half taken: beside a broken plugin a good schema waits too', async () => {
  const form = async (): Promise<string> =>
    JSON.stringify((await begin(http, server.publicUrl, 'registration', 'api')).json);
  server.edit('person.schema.json', (text) => text.replaceAll('Electronic', 'Postal'));
  await changed(
    'plugins/company_only.ts',
    () => 'export default {',
    async () => {
      await server.refuse();
      expect(await form()).not.toContain('Postal');
    },
  );
  expect(await form()).toContain('Postal');
});

describe('what the process holds takes a restart', () => {
  test.each([
    ['secrets', (text: string) => text.replace(/cookie:\n\s+- .*/, 'cookie: [another-cookie-secret-of-these-tests]')],
    ['dsn', (text: string) => text.replace('sallyport.sqlite', 'other.sqlite')],
    ['serve.public.port', (text: string) => text.replace(`port: ${server.ports.public}`, 'port: 4499')],
    ['serve.admin.port', (text: string) => text.replace(`port: ${server.ports.admin}`, 'port: 4498')],
    ['serve.admin.host', (text: string) => text.replace(/(admin:\n\s+host: )127\.0\.0\.1/, '$1localhost')],
  ])('%s keeps its value, and one line says so; the rest is taken', async (key, change) => {
    const person = { email: `${(tries += 1)}@two.test`, password };
    const session = readText((await register(http, server.publicUrl, person)).json, 'session_token');
    const alsoLifespan = (text: string): string => change(text).replace(/lifespan: \d+m/, 'lifespan: 9m');
    await changed('config.yml', alsoLifespan, async () => {
      const logged = server.log().length;
      await server.accept();
      const lines = server.log().slice(logged).split('\n');
      const said = lines
        .filter((line) => line.includes('until a restart'))
        .map((line) => read(JSON.parse(line), 'msg'));
      expect(said).toEqual([`${key}: changed in the files; the values of the start stay until a restart.`]);
      const headers = { 'x-session-token': session };
      expect((await http.get(`${server.publicUrl}/sessions/whoami`, { headers })).status).toBe(200);
      expect((await signIn(http, server.publicUrl, person)).status).toBe(200);
      const { json } = await begin(http, server.publicUrl, 'login', 'api');
      expect(Date.parse(readText(json, 'expires_at')) - Date.parse(readText(json, 'issued_at'))).toBe(540_000);
    });
  });

  test('a secret that the next start would refuse is refused now', async () => {
    await changed(
      'config.yml',
      (text) => text.replace(/cookie:\n\s+- .*/, 'cookie: [short]'),
      async () => {
        const said = await server.refuse();
        expect(said).toContain('secrets.cookie');
        expect(said).not.toContain('short]');
      },
    );
  });
});

test('only warnings that the configuration before did not have are said', async () => {
  const warnings = async (): Promise<readonly string[]> => {
    const logged = server.log().length;
    await server.accept();
    return server
      .log()
      .slice(logged)
      .split('\n')
      .filter((line) => /\bWARN\b|"level":"warn/i.test(line));
  };
  const allOrigins = (text: string): string => text.replace('  public:\n', '  public:\n    cors: { enabled: true }\n');
  await changed('config.yml', allOrigins, async () => {
    expect(await warnings()).toEqual([expect.stringContaining('serve.public.cors')]);
    server.edit('config.yml', (text) => `\n\n${text}`);
    expect(await warnings()).toEqual([]);
  });
});

test('an accepted reading is one event with the hash of what is in force', async () => {
  mkdirSync(join(server.folder, 'unrelated'), { recursive: true });
  const { line } = await server.reload();
  expectInCatalogue(line);
  expect(line).toMatchObject({
    level: 'info',
    logger: 'security',
    event: 'configuration.reloaded',
    version: 1,
    by: 'signal',
  });
  const shown = await http.get(`${server.adminUrl}/admin/health/config`);
  expect(line['hash']).toBe(shown.text);
});
