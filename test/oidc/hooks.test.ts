import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { type TestProvider, viaProvider } from '../support/provider.ts';
import { startWithProvider } from '../support/provider-server.ts';
import { begin, signIn } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

/** Hooks that do nothing but stand in the journal, one for each place. */
const hook = (name: string, at: Readonly<Record<string, string>>) => `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: '${name}',
  at: ${JSON.stringify(at)},
  timeoutMs: 500,
  run: { prepare: () => ({ kind: 'continue' }), write: () => ({ kind: 'continue' }) },
});
`;
const IN = { 'login.before': 'prepare', 'login.after': 'prepare' };
const UP = { 'registration.before': 'prepare', 'registration.after': 'write' };
const NAMES = ['in_first', 'in_password', 'in_provider', 'up_first', 'up_password', 'up_provider'];

let server: TestServer;
let provider: TestProvider;

let stop: () => Promise<void>;
beforeAll(async () => {
  const list = (...hooks: readonly string[]) => ({ hooks: hooks.map((name) => ({ hook: name })) });
  const plugins = NAMES.map((name) => [`plugins/${name}.ts`, hook(name, name.startsWith('in') ? IN : UP)]);
  ({ provider, server, stop } = await startWithProvider(
    (acme) => ({
      providers: [providerEntry('acme', acme)],
      more: { dsn: 'sqlite://<folder>/sallyport.sqlite?_fk=true' }, // looked into by `journals`
      flows: {
        login: { before: list('in_first'), after: { password: list('in_password'), oidc: list('in_provider') } },
        registration: {
          before: list('up_first'),
          after: { password: list('up_password'), oidc: list('up_provider', 'session') },
        },
      },
    }),
    Object.fromEntries(plugins),
  ));
});
afterAll(() => stop());

interface Journal {
  readonly kind: string;
  readonly flows: readonly string[];
  /** The hooks it passed, in order. */
  readonly hooks: readonly string[];
}

let seen = 0;

/** What was written down since the last look. */
function journals(): readonly Journal[] {
  const database = new DatabaseSync(join(server.folder, 'sallyport.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT kind, flow_id, other_flow_id, steps FROM flow_journal ORDER BY rowid').all();
  database.close();
  const fresh = rows.slice(seen);
  seen = rows.length;
  return fresh.map(({ kind, flow_id: flow, other_flow_id: other, steps }) => {
    const passed: unknown = JSON.parse(String(steps));
    const states = Array.isArray(passed) ? passed.map((step) => readText(step, 'state').split('.').at(-1) ?? '') : [];
    return {
      kind: String(kind),
      flows: [flow, other].filter((id) => id !== null).map(String),
      hooks: states.filter((state) => NAMES.includes(state) || state === 'session'),
    };
  });
}

describe('lists that differ between password and provider', () => {
  beforeEach(() => {
    journals();
  });

  test('a registration with a password passes its own, and signs nobody in', async () => {
    const http = createHttpClient();
    const person = { email: 'amy@example.org', password: 'a lighthouse in the fog' };
    const flow = await begin(http, server.publicUrl, 'registration', 'browser');
    const json = { method: 'password', traits: { email: person.email, name: 'Amy' }, password: person.password };
    const answer = await http.post(flow.action, { json: { ...json, csrf_token: flow.csrf } });
    expect([answer.status, read(answer.json, 'session')]).toEqual([200, undefined]);
    expect(journals().map(({ kind, hooks }) => [kind, hooks])).toEqual([
      ['registration', ['up_first']],
      ['registration', ['up_password']],
    ]);
    await signIn(http, server.publicUrl, person, 'browser');
    expect(journals().map(({ kind, hooks }) => [kind, hooks])).toEqual([
      ['login', ['in_first']],
      ['login', ['in_password', 'session']],
    ]);
    http.close();
  });

  test('a first sign-in at a provider passes what a registration passes and nothing of a login, in one journal', async () => {
    const http = createHttpClient();
    provider.says({ sub: 'ben', email: 'ben@example.org', email_verified: true, name: 'Ben' });
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    await viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    const [begun, away, ended, ...more] = journals();
    expect([begun?.hooks, away?.hooks, more]).toEqual([['in_first'], [], []]);
    expect([ended?.kind, ended?.hooks]).toEqual(['registration', ['up_first', 'up_provider', 'session']]);
    expect(ended?.flows).toContain(flow.id);
    expect(ended?.flows).toHaveLength(2);
    http.close();

    const again = createHttpClient();
    const login = await begin(again, server.publicUrl, 'login', 'browser');
    await viaProvider(again, login.action, { provider: 'acme', csrf_token: login.csrf });
    expect(journals().map(({ kind, hooks, flows }) => [kind, hooks, flows.length])).toEqual([
      ['login', ['in_first'], 1],
      ['login', [], 1],
      ['login', ['in_provider', 'session'], 1],
    ]);
    again.close();
  });

  test('a registration by somebody who is known passes what a login passes', async () => {
    const http = createHttpClient();
    provider.says({ sub: 'ben', email: 'ben@example.org', email_verified: true, name: 'Ben' });
    const flow = await begin(http, server.publicUrl, 'registration', 'browser');
    await viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    const last = journals().at(-1);
    expect([last?.kind, last?.hooks]).toEqual(['login', ['in_first', 'in_provider', 'session']]);
    http.close();
  });
});
