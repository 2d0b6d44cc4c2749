import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const hook = (name: string, place: string, phase: string, run: string): string => `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: '${name}', at: { '${place}': '${phase}' }, timeoutMs: 200,
  run: { async ${phase}(facts, _config, reach) { ${run} } },
});
`;
const PLUGINS = {
  'plugins/refuses.ts': hook(
    'refuses',
    'logout.before',
    'prepare',
    `return { kind: 'fail', messages: [{ id: 9100001, text: 'Stay.', type: 'error' }] };`,
  ),
  'plugins/throws.ts': hook('throws', 'logout.before', 'prepare', `throw new Error('no way out');`),
  'plugins/hangs.ts': hook('hangs', 'logout.before', 'prepare', `await new Promise(() => {});`),
  'plugins/writes_and_throws.ts': hook(
    'writes_and_throws',
    'logout.after',
    'write',
    `await reach.notes.set('half', facts.identity.id); throw new Error('in the middle');`,
  ),
  'plugins/issues.ts': hook(
    'issues',
    'logout.after',
    'write',
    `await reach.sessions.issue(); return { kind: 'continue' };`,
  ),
  'plugins/ends_all.ts': hook(
    'ends_all',
    'logout.after',
    'write',
    `await reach.sessions.revokeOthers(); return { kind: 'continue' };`,
  ),
  'plugins/fails_late.ts': hook('fails_late', 'logout.after', 'follow', `throw new Error('too late');`),
};

const HOOKS = `logout:
      before: { hooks: [{ hook: refuses }, { hook: throws }, { hook: hangs }] }
      after: { hooks: [{ hook: writes_and_throws }, { hook: issues }, { hook: ends_all }, { hook: fails_late }] }
    settings:`;

describe('a sign-out with hooks that refuse, throw, hang and write', () => {
  let server: TestServer;
  let http: HttpClient;
  beforeAll(async () => {
    server = await startServer({
      config: BASIC_CONFIG.replace('settings:', HOOKS),
      files: { ...BASIC_FILES, ...PLUGINS },
    });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  test('ends the session whatever they do, and those that write are heard', async () => {
    const person = { email: 'wanda@sallyport.test', password: 'clouds over the harbour' };
    const token = readText((await register(http, server.publicUrl, person)).json, 'session_token');
    const other = readText((await signIn(http, server.publicUrl, person)).json, 'session_token');
    const whoami = async (of: string) =>
      (await http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': of } })).status;
    expect([await whoami(token), await whoami(other)]).toEqual([200, 200]);

    const out = await http.request('DELETE', `${server.publicUrl}/self-service/logout/api`, {
      json: { session_token: token },
    });
    expect([out.status, out.text]).toEqual([204, '']);
    // The last hook that writes ends the others, too; the one before it may not begin a new one.
    expect([await whoami(token), await whoami(other)]).toEqual([401, 401]);
    const { json } = await http.get(`${server.adminUrl}/admin/sessions?active=true`);
    expect(json).toEqual([]);
    for (const name of ['throws', 'hangs', 'writes_and_throws', 'issues', 'fails_late'])
      expect(server.log(), name).toContain(name);
  });

  test('is the same for a browser', async () => {
    const browser = createHttpClient();
    await register(
      browser,
      server.publicUrl,
      { email: 'xaver@sallyport.test', password: 'bells of the town' },
      'browser',
    );
    const { json } = await browser.get(`${server.publicUrl}/self-service/logout/browser`);
    const out = await browser.get(readText(json, 'logout_url'), { accept: 'text/html' });
    expect([out.status, out.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    const after = await browser.get(`${server.publicUrl}/sessions/whoami`);
    expect([after.status, read(after.json, 'error.code')]).toEqual([401, 401]);
    browser.close();
  });
});
