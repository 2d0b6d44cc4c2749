import { DatabaseSync } from 'node:sqlite';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, type HttpClient } from '../support/http-client.ts';
import { begin, signIn } from '../support/self-service.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';
const PICKY = `
import { defineHook, z } from 'sallyport/plugin';
export default defineHook({
  name: 'picky', at: { 'registration.after': 'prepare' }, timeoutMs: 200, config: z.strictObject({ domain: z.string() }),
  run: {
    async prepare(facts, { domain }, reach) {
      const { email, name } = facts.draft.identity.traits;
      if (name === 'throw') throw new Error('not today');
      if (name === 'ask') await reach.fetch('https://sallyport.test/');
      if (name === 'rename') {
        const { identity, session } = facts.draft;
        return { kind: 'modify', draft: { identity: { ...identity, traits: { ...identity.traits, name: 'Ada' } }, session } };
      }
      if (email.endsWith('@' + domain)) return { kind: 'continue' };
      return { kind: 'fail', messages: [{ id: 9100001, text: 'Not from here.', type: 'error' }] };
    },
  },
});
`;
const WRITER = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'writer', at: { 'registration.after': 'write' }, timeoutMs: 200,
  run: {
    async write(_facts, _config, { notes, sessions }) {
      await notes.set('seen', true);
      await sessions.issue();
      return { kind: 'continue' };
    },
  },
});
`;
const ASKS_SESSION = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'asks_session', at: { 'login.after': 'prepare', 'registration.after': 'prepare' }, timeoutMs: 200,
  run: {
    prepare({ session, wire }) {
      const said = [session?.aal, session?.methods.join(), wire.session?.authentication_methods[0].method, wire.session?.active];
      return { kind: 'fail', messages: [{ id: 9100002, text: JSON.stringify(said), type: 'error' }] };
    },
  },
});
`;

let server: TestServer;
let http: HttpClient;
let config = '';
const flows: string[] = [];

async function register(email: string, name: string, password = PASSWORD): Promise<string> {
  const flow = await begin(http, server.publicUrl, 'registration', 'api');
  await http.post(flow.action, { json: { method: 'password', traits: { email, name }, password } });
  return flow.id;
}

beforeAll(async () => {
  http = createHttpClient({ cookies: false });
  server = await startServer({ config: `dsn: sqlite://<folder>/history.sqlite\n${BASIC_CONFIG}`, files: BASIC_FILES });
  config = join(server.folder, 'config.yml');
  writeFileSync(join(server.folder, 'picky.ts'), PICKY);
  writeFileSync(join(server.folder, 'writer.ts'), WRITER);
  writeFileSync(join(server.folder, 'asks_session.ts'), ASKS_SESSION);
  for (const [email, name] of [
    ['ada@sallyport.test', 'Ada'],
    ['ben@elsewhere.test', 'Ben'],
    ['cy@elsewhere.test', 'throw'],
    ['di@sallyport.test', 'ask'],
    ['eve@sallyport.test', 'rename'],
  ] as const)
    flows.push(await register(email, name));
  // Refused by the form: nobody was accepted, and a hook after the flow has nothing to see.
  flows.push(await register('fay@sallyport.test', 'Fay', 'x'));
});
afterAll(async () => {
  http.close();
  await server.stop();
});

const everything = (): string => {
  const database = new DatabaseSync(join(server.folder, 'history.sqlite'), { readOnly: true });
  const rows = ['flows', 'flow_journal', 'identities', 'sessions', 'outbox'].map((table) =>
    database.prepare(`SELECT * FROM ${table}`).all(),
  );
  database.close();
  return JSON.stringify(rows);
};

const json = async (...args: readonly string[]): Promise<unknown> => {
  const { status, output } = await runCommand([...args, '-c', config, '--format', 'json']);
  expect(status, output).toBe(0);
  return JSON.parse(output);
};

test('replay leads the journal of a flow to its stored snapshot', async () => {
  for (const id of [flows[0] ?? '', flows[5] ?? '']) {
    const said = await json('replay', id);
    expect(said).toMatchObject({ kind: 'registration', same: true, context: 'same', notes: [] });
    expect(read(said, 'broken')).toBeUndefined();
  }
  const waiting = await begin(http, server.publicUrl, 'login', 'api');
  expect(await json('replay', waiting.id)).toMatchObject({ same: true, state: 'form.waiting', steps: 0 });
}, 90_000);

test('the journal of a flow is small, and holds no trait and no password', () => {
  const database = new DatabaseSync(join(server.folder, 'history.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT * FROM flow_journal').all();
  database.close();
  expect(rows.length).toBe(6);
  for (const row of rows) {
    const text = JSON.stringify(row);
    expect(Buffer.byteLength(text)).toBeLessThan(1_500);
    expect(text).not.toMatch(/@(?:sallyport|elsewhere)\.test/);
    expect(text).not.toContain(PASSWORD);
  }
});

test('simulate says what a hook would have refused, changed and broken, and changes nothing', async () => {
  const before = everything();
  const plugin = join(server.folder, 'picky.ts');
  const args = ['simulate', plugin, '--point', 'registration.after', '--with', '{"domain":"sallyport.test"}'];
  const said = await json(...args, '--since', '1h');
  expect(said).toMatchObject({
    phase: 'prepare',
    flows: 5,
    verdicts: { continue: 1, fail: 1, modify: 1, failed: 2, redirect: 0, divert: 0 },
    changed: { name: 1 },
    kept: 1,
    writes: {},
  });
  const { output } = await runCommand([...args, '-c', config]);
  expect(output).toContain('would have let pass 1, refused 1, redirected 0, diverted 0, changed 1; failed 2');
  expect(output).toContain(`fail  ${flows[1]}  9100001 Not from here.`);
  expect(everything()).toBe(before);
}, 90_000);

test('simulate takes what a hook would write, and counts it', async () => {
  const before = everything();
  const said = await json('simulate', join(server.folder, 'writer.ts'), '--point', 'registration.after');
  expect(said).toMatchObject({ phase: 'write', flows: 5, writes: { 'notes.set': 5, 'sessions.issue': 5 } });
  expect(everything()).toBe(before);
}, 60_000);

test('simulate shows a hook the session that a sign-in issued, and none before there was one', async () => {
  const ada = { email: 'ada@sallyport.test', password: PASSWORD };
  expect((await signIn(http, server.publicUrl, ada)).status).toBe(200);
  const at = async (point: string): Promise<unknown> => {
    const said = await json('simulate', join(server.folder, 'asks_session.ts'), '--point', point);
    return read(said, 'examples.0.why');
  };
  expect(await at('login.after')).toBe('9100002 ["aal1","password","password",true]');
  expect(await at('registration.after')).toBe('9100002 [null,null,null,null]');
}, 60_000);

test('simulate says what is wrong with where, with what and since when', async () => {
  const plugin = join(server.folder, 'picky.ts');
  const refused = async (...more: readonly string[]): Promise<string> => {
    const { status, output } = await runCommand(['simulate', plugin, '-c', config, ...more]);
    expect(status).toBe(1);
    return output;
  };
  expect(await refused('--point', 'registration.afterwards')).toContain('--point is one of login.before');
  expect(await refused('--point', 'login.after', '--with', '{"domain":"a"}')).toContain(
    'is not allowed at login.after',
  );
  expect(await refused('--point', 'registration.after', '--since', 'monday')).toContain('--since is a time such as');
  expect(await refused('--point', 'registration.after', '--with', '{"domian":"a"}')).toContain('domian');
}, 90_000);
