import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, register } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

const ONLY_FROM = `
import { defineHook, z } from 'sallyport/plugin';

export default defineHook({
  name: 'only_from',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 500,
  config: z.strictObject({ domain: z.string() }),
  run: {
    prepare({ draft }, { domain }) {
      if (String(draft?.identity.traits.email).endsWith('@' + domain)) return { kind: 'continue' };
      return { kind: 'fail', messages: [{ id: 9100001, text: 'Not from here.', type: 'error', at: 'traits.email' }] };
    },
  },
});
`;

describe('a ten-line plugin in plugins/ beside the configuration', () => {
  let server: TestServer;
  beforeAll(async () => {
    const hooks = 'hooks: [{ hook: only_from, config: { domain: sallyport.test } }, { hook: session }]';
    server = await startServer({
      config: BASIC_CONFIG.replace('hooks: [{ hook: session }]', hooks),
      files: { ...BASIC_FILES, 'plugins/only_from.ts': ONLY_FROM },
    });
  });
  afterAll(() => server.stop());

  test('refuses the registrations it is about with its message at its field, and nothing is stored', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const answer = await register(http, server.publicUrl, { email: 'ada@elsewhere.test', password: PASSWORD });
    expect(answer.status).toBe(400);
    expect(messagesOf(answer.json, 'traits.email')).toEqual([9100001]);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test('lets the same flow through when what it minded has been changed', async () => {
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const json = (email: string) => ({ json: { method: 'password', traits: { email }, password: PASSWORD } });
    const refused = await http.post(flow.action, json('ben@elsewhere.test'));
    const taken = await http.post(flow.action, json('ben@sallyport.test'));
    expect([refused.status, taken.status]).toEqual([400, 200]);
    expect(messagesOf(refused.json, 'traits.email')).toEqual([9100001]);
    http.close();
  });
});

/** Hooks that misbehave as the transient payload of the request asks them to. */
const trouble = (phase: 'prepare' | 'write' | 'follow') => `
import { exit } from 'node:process';
import { defineHook } from 'sallyport/plugin';

const kinds = {
  nothing: () => ({ kind: 'continue' }),
  throws: () => { throw new Error('SECRET-CAUSE'); },
  rejects: () => Promise.reject(new Error('SECRET-CAUSE')),
  throws_text: () => { throw 'SECRET-CAUSE'; },
  throws_undefined: () => { throw undefined; },
  throws_frozen: () => { throw Object.freeze({ get message() { throw new Error('SECRET-CAUSE'); } }); },
  hangs: () => new Promise(() => {}),
  exits: () => process.exit(3),
  exits_really: () => process.reallyExit(3),
  exits_by_import: () => exit(3),
  aborts: () => process.abort(),
  kills: () => process.kill(process.pid, 'SIGKILL'),
  kills_its_group: () => process.kill(0, 'SIGKILL'),
  answers_undefined: () => undefined,
  answers_number: () => 42,
  answers_unknown: () => ({ kind: 'wait' }),
  answers_redirect: () => ({ kind: 'redirect', to: 'https://evil.test/' }),
  answers_getter: () => ({ get kind() { throw new Error('SECRET-CAUSE'); } }),
  mutates: (facts) => { facts.draft.identity.traits.email = 'other@sallyport.test'; return { kind: 'continue' }; },
  mutates_quietly: (facts) => {
    try { facts.draft.identity.traits.email = 'other@sallyport.test'; } catch {}
    try { Object.setPrototypeOf(facts.draft, { polluted: true }); } catch {}
    return { kind: 'continue' };
  },
  leaves_a_timer: () => { setTimeout(() => { throw new Error('SECRET-CAUSE'); }, 5); return { kind: 'continue' }; },
  leaves_an_exit: () => { setTimeout(() => process.reallyExit(3), 5); return { kind: 'continue' }; },
  leaves_a_rejection: () => { void Promise.reject(new Error('SECRET-CAUSE')); return { kind: 'continue' }; },
};

export default defineHook({
  name: 'trouble_${phase}',
  at: { 'registration.after': '${phase}' },
  timeoutMs: 200,
  run: { ${phase}: (facts) => (kinds[facts.flow.transientPayload.${phase}] ?? kinds.nothing)(facts) },
});
`;

describe('a plugin that misbehaves', () => {
  let server: TestServer;
  let http: HttpClient;
  let count = 0;
  beforeAll(async () => {
    http = createHttpClient({ cookies: false });
    const hooks =
      'hooks: [{ hook: trouble_prepare }, { hook: session }, { hook: trouble_write }, { hook: trouble_follow }]';
    server = await startServer({
      config: BASIC_CONFIG.replace('hooks: [{ hook: session }]', hooks),
      files: {
        ...BASIC_FILES,
        'plugins/trouble_prepare.ts': trouble('prepare'),
        'plugins/trouble_write.ts': trouble('write'),
        'plugins/trouble_follow.ts': trouble('follow'),
      },
    });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  async function submit(payload: Readonly<Record<string, string>>) {
    const email = `person${(count += 1)}@sallyport.test`;
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const json = { method: 'password', traits: { email }, password: PASSWORD, transient_payload: payload };
    return { email, flow, answer: await http.post(flow.action, { json }) };
  }

  const KINDS: readonly (readonly [string, number])[] = [
    ['throws', 500],
    ['rejects', 500],
    ['throws_text', 500],
    ['throws_undefined', 500],
    ['throws_frozen', 500],
    ['hangs', 504],
    ['exits', 500],
    ['exits_really', 500],
    ['exits_by_import', 500],
    ['aborts', 500],
    ['kills', 500],
    ['kills_its_group', 500],
    ['answers_undefined', 500],
    ['answers_number', 500],
    ['answers_unknown', 500],
    ['answers_redirect', 500],
    ['answers_getter', 500],
    ['mutates', 500],
  ];
  const cases = (['prepare', 'write'] as const).flatMap((phase) =>
    KINDS.map(([kind, status]) => ({ phase, kind, status })),
  );

  test.each(cases)('in $phase, $kind: $status, nothing stored, nothing told, the server lives', async (one) => {
    const { phase, kind, status } = one;
    const before = await countStored(server.adminUrl);
    const { answer } = await submit({ [phase]: kind });
    expect(answer.status, answer.text).toBe(status);
    expect(read(answer.json, 'error.id')).toBe(status === 504 ? 'hook_timeout' : 'hook_failed');
    expect(answer.text).not.toContain('SECRET-CAUSE');
    expect(answer.text).not.toContain(`trouble_${phase}`);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(server.log()).toContain(`trouble_${phase}`);
  });

  test.each(KINDS)('in follow, %s: the person is registered all the same', async (kind) => {
    const before = await countStored(server.adminUrl);
    const { answer } = await submit({ follow: kind });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).not.toContain('SECRET-CAUSE');
    const after = await countStored(server.adminUrl);
    expect(after).toEqual({ identities: before.identities + 1, sessions: before.sessions + 1 });
  });

  test('takes the flow again after a hook failed, and then it can succeed', async () => {
    const { email, flow, answer } = await submit({ write: 'throws' });
    expect(answer.status).toBe(500);
    const again = await http.post(flow.action, { json: { method: 'password', traits: { email }, password: PASSWORD } });
    expect(again.status, again.text).toBe(200);
  });

  test('cannot change what is stored by changing what it was shown', async () => {
    const { email, answer } = await submit({ prepare: 'mutates_quietly', follow: 'mutates_quietly' });
    expect(answer.status, answer.text).toBe(200);
    expect(readText(answer.json, 'identity.traits.email')).toBe(email);
  });

  test.each(['leaves_a_timer', 'leaves_an_exit', 'leaves_a_rejection'])(
    '%s that throws later, and the process lives',
    async (kind) => {
      const { answer } = await submit({ prepare: kind, write: kind, follow: kind });
      expect(answer.status, answer.text).toBe(200);
      const others = await Promise.all(Array.from({ length: 3 }, () => submit({})));
      expect(others.map((other) => other.answer.status)).toEqual([200, 200, 200]);
      const ready = await http.get(`${server.adminUrl}/health/ready`);
      expect(ready.status).toBe(200);
    },
  );
});
