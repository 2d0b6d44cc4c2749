import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, readList, readText, type HttpClient } from '../support/http-client.ts';
import { freePort } from '../support/ports.ts';
import { begin, register, signIn } from '../support/self-service.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

/** A hook that misbehaves as the request asks it to. */
const TROUBLE = `
import { defineHook } from 'sallyport/plugin';
const kinds = {
  nothing: () => ({ kind: 'continue' }),
  throws: () => { throw new Error('the crm is not set up'); },
  hangs: () => new Promise(() => {}),
  nonsense: () => ({ kind: 'perhaps' }),
  refuses: () => ({ kind: 'fail', messages: [{ id: 9100001, text: 'Not from here.', type: 'error' }] }),
  astray: () => ({ kind: 'redirect', to: 'https://evil.test/' }),
};
export default defineHook({
  name: 'trouble', at: { 'registration.after': 'prepare' }, timeoutMs: 200,
  run: { prepare: (facts) => (kinds[facts.flow.transientPayload.wish] ?? kinds.nothing)() },
});
`;

let server: TestServer;
let http: HttpClient;
let count = 0;
const nextEmail = (): string => `person${(count += 1)}@sallyport.test`;

beforeAll(async () => {
  http = createHttpClient({ cookies: false });
  const schema = BASIC_FILES['person.schema.json']?.replace(
    '"credentials":',
    '"verification":{"via":"email"},"credentials":',
  );
  server = await startServer({
    config: `dsn: sqlite://<folder>/why.sqlite\ncourier: { smtp: { connection_uri: 'smtp://127.0.0.1:${await freePort()}/?disable_starttls=true' } }\n${BASIC_CONFIG.replace(
      'hooks: [{ hook: session }]',
      'hooks: [{ hook: trouble }, { hook: session }, { hook: verify }]',
    )}`,
    files: { ...BASIC_FILES, 'person.schema.json': schema ?? '', 'plugins/trouble.ts': TROUBLE },
  });
});
afterAll(async () => {
  http.close();
  await server.stop();
});

/** What `why` says of a flow, read from the database while the server runs. */
async function why(flow: string, at: TestServer = server): Promise<{ readonly json: unknown; readonly text: string }> {
  const command = ['why', flow, '-c', join(at.folder, 'config.yml')];
  const { status, output } = await runCommand([...command, '--format', 'json']);
  expect(status, output).toBe(0);
  const json: unknown = JSON.parse(output);
  const text = readText(json, 'text');
  // One screen, with the cause and what to do.
  expect(text.split('\n').length).toBeLessThanOrEqual(24);
  expect(text).toContain('what to do: ');
  expect(text).not.toContain(PASSWORD);
  return { json, text };
}

const verdictOf = (json: unknown): unknown => ({
  verdict: read(json, 'stopped.verdict'),
  state: read(json, 'stopped.state'),
  hook: read(json, 'stopped.hook'),
});

function inDatabase(text: string, at: TestServer = server): void {
  const database = new DatabaseSync(join(at.folder, 'why.sqlite'), { timeout: 5_000 });
  database.exec(text);
  database.close();
}

describe('why names state and cause', () => {
  test.each([
    ['throws', 500, 'failed', /hook_failed: .*the crm is not set up/],
    ['hangs', 504, 'failed', /hook_timeout: .*has not answered after 200 ms/],
    ['nonsense', 500, 'failed', /hook_failed: .*answered the kind "perhaps"/],
    ['refuses', 400, 'hook.fail', /9100001: Not from here\./],
    ['astray', 500, 'failed', /hook_failed: .*named a target that is neither/],
  ])('of a hook that %s', async (wish, status, verdict, cause) => {
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const json = {
      method: 'password',
      traits: { email: nextEmail() },
      password: PASSWORD,
      transient_payload: { wish },
    };
    expect((await http.post(flow.action, { json })).status).toBe(status);
    const said = await why(flow.id);
    expect(verdictOf(said.json)).toEqual({ verdict, state: 'form.password.prepare.trouble', hook: 'trouble' });
    expect(readText(said.json, 'stopped.cause')).toMatch(cause);
    expect(read(said.json, 'stands')).toBe('waits');
  });

  test('of a request with the token of another browser', async () => {
    const browser = createHttpClient();
    const other = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const foreign = await begin(other, server.publicUrl, 'login', 'browser');
    const json = { method: 'password', identifier: nextEmail(), password: PASSWORD, csrf_token: foreign.csrf };
    for (const _ of [1, 2, 3]) expect((await browser.post(flow.action, { json })).status).toBe(403);
    const said = await why(flow.id);
    expect(verdictOf(said.json)).toMatchObject({ verdict: 'refused' });
    expect(readText(said.json, 'stopped.cause')).toMatch(/^security_csrf_violation: .*does not match the CSRF cookie/);
    // Who is refused again and again does not fill the journal.
    expect(readList(said.json, 'happened')).toHaveLength(1);
    browser.close();
    other.close();
  });

  test('of a flow that expired, and of one that was replaced', async () => {
    const person = { email: nextEmail(), password: PASSWORD };
    const left = await begin(http, server.publicUrl, 'login', 'api');
    const wrong = { json: { method: 'password', identifier: person.email, password: 'not this one' } };
    expect((await http.post(left.action, wrong)).status).toBe(400);
    const late = await begin(http, server.publicUrl, 'login', 'api');
    inDatabase(`UPDATE flows SET expires_at = ${Date.now() - 1000} WHERE id IN ('${left.id}', '${late.id}')`);
    const answer = await http.post(late.action, wrong);
    expect(answer.status).toBe(410);
    const [expired, replaced] = [await why(left.id), await why(late.id)];
    expect(verdictOf(expired.json)).toMatchObject({ verdict: 'expired', state: 'form.waiting' });
    expect(readText(expired.json, 'stopped.cause')).toContain(
      'Nobody went on in time. The last try was refused: 4000006',
    );
    expect(read(expired.json, 'stands')).toBe('over');
    expect(verdictOf(replaced.json)).toMatchObject({ verdict: 'replaced' });
    expect(replaced.text).toContain(readText(answer.json, 'use_flow_id'));
  });

  test('of a mail that cannot be delivered', async () => {
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const json = { method: 'password', traits: { email: nextEmail() }, password: PASSWORD };
    expect((await http.post(flow.action, { json })).status).toBe(200);
    await vi.waitFor(
      async () => {
        const { json: said } = await why(flow.id);
        expect(verdictOf(said)).toMatchObject({ verdict: 'mail' });
      },
      { timeout: 25_000, interval: 200 },
    );
    const said = await why(flow.id);
    expect(read(said.json, 'stands')).toBe('finished');
    expect(readText(said.json, 'stopped.cause')).toMatch(
      /^The mail verification_\w+ is being tried again after \d+ tries: SMTP ECONNREFUSED at CONN: .*the connection is refused/,
    );
  }, 60_000);

  test('of a database that was busy, once it can be written again', async () => {
    const person = { email: nextEmail(), password: PASSWORD };
    await createPerson(server.adminUrl, person);
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const holder = new DatabaseSync(join(server.folder, 'why.sqlite'));
    holder.exec('BEGIN IMMEDIATE');
    try {
      const json = { method: 'password', identifier: person.email, password: PASSWORD };
      expect((await http.post(flow.action, { json })).status).toBe(503);
    } finally {
      holder.exec('ROLLBACK');
      holder.close();
    }
    expect((await signIn(http, server.publicUrl, person)).status).toBe(200);
    const said = await why(flow.id);
    expect(readText(said.json, 'stopped.cause')).toMatch(/^unavailable: /);
    expect(read(said.json, 'state')).toBe('form.waiting');
    expect(said.text).toContain('the database could not be written in time');
  }, 60_000);

  test('of a provider that is down', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const own = await startServer({
      config: `dsn: sqlite://<folder>/why.sqlite\n${BASIC_CONFIG.replace(
        'haveibeenpwned_enabled: false',
        `haveibeenpwned_enabled: true, ignore_network_errors: false, haveibeenpwned_host: '${host}'`,
      )}`,
      files: BASIC_FILES,
    });
    try {
      const flow = await begin(http, own.publicUrl, 'registration', 'api');
      const json = { method: 'password', traits: { email: nextEmail() }, password: PASSWORD };
      expect((await http.post(flow.action, { json })).status).toBe(502);
      const said = await why(flow.id, own);
      expect(verdictOf(said.json)).toMatchObject({ verdict: 'failed', state: 'form.checking' });
      expect(readText(said.json, 'stopped.cause')).toMatch(/^upstream_error: The list of breached passwords/);
    } finally {
      await own.stop();
    }
  }, 60_000);

  test('of a session that was lost on the way', async () => {
    const person = { email: nextEmail(), password: PASSWORD };
    const registered = await register(http, server.publicUrl, person);
    const headers = { 'x-session-token': readText(registered.json, 'session_token') };
    const flow = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
    const id = readText(flow.json, 'id');
    await http.request('DELETE', `${server.adminUrl}/admin/sessions/${readText(registered.json, 'session.id')}`);
    const answer = await http.post(readText(flow.json, 'ui.action'), {
      headers,
      json: { method: 'profile', traits: { email: person.email } },
    });
    expect(answer.status).toBe(401);
    const said = await why(id);
    expect(verdictOf(said.json)).toMatchObject({ verdict: 'refused' });
    expect(readText(said.json, 'stopped.cause')).toBe('unauthorized: There is no active session.');
    expect(said.text).toContain('has to sign in again');
  });
});

test('why says of a flow that went well that nothing is to be done', async () => {
  const person = { email: nextEmail(), password: PASSWORD };
  await createPerson(server.adminUrl, person);
  const flow = await begin(http, server.publicUrl, 'login', 'api');
  const before = await why(flow.id);
  expect(before.text).toContain('waits for the person, on form.waiting');
  const json = { method: 'password', identifier: person.email, password: PASSWORD };
  expect((await http.post(flow.action, { json })).status).toBe(200);
  const after = await why(flow.id);
  expect(read(after.json, 'stands')).toBe('finished');
  expect(read(after.json, 'stopped')).toBeUndefined();
  expect(readList(after.json, 'happened.0.steps').map((step) => read(step, 'event'))).toEqual([
    'accept.password',
    'store.done',
  ]);
});

test('why knows nothing of a flow that never was, and says so', async () => {
  const config = join(server.folder, 'config.yml');
  const nobody = await runCommand(['why', '0198d6a2-5d5f-4c3a-9d3e-6d1b1f0e7a55', '-c', config]);
  expect(nobody.status).toBe(1);
  expect(nobody.output).toContain('is not known');
  const nonsense = await runCommand(['why', 'abc', '-c', config]);
  expect(nonsense.status).toBe(1);
  expect(nonsense.output).toContain('abc is not the id of a flow');
});
