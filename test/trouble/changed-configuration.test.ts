import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SallyportError } from '../../src/kernel/error.ts';
import type { Store } from '../../src/store/store.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, type Kind, messagesOf, register, signIn } from '../support/self-service.ts';

/* A flow is open while the server is started again with another configuration. */

const REPLACED = 'The configuration has changed; a new flow was started.';
const PERSON = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
const TRAITS = { email: PERSON.email };

/** A hook that names people after itself, and one that lets nobody pass. */
const naming = (name: string): string => `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: '${name}',
  at: { 'registration.after': 'prepare', 'settings.after': 'prepare' },
  timeoutMs: 1_000,
  run: {
    prepare: ({ draft }) => ({
      kind: 'modify',
      draft: { ...draft, identity: { ...draft.identity, traits: { ...draft.identity.traits, name: '${name}' } } },
    }),
  },
});
`;
const REFUSES = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'refuses',
  at: { 'login.after': 'prepare' },
  timeoutMs: 1_000,
  run: { prepare: () => ({ kind: 'fail', messages: [{ id: 900001, type: 'error', text: 'Not you.' }] }) },
});
`;

const seen: { told: string[] } = { told: [] };
Object.assign(globalThis, { toldInTheTest: seen });
const TELLS = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'tells',
  at: { 'registration.after': 'follow', 'settings.after': 'follow' },
  timeoutMs: 1_000,
  run: {
    follow({ flow }) {
      Reflect.get(globalThis, 'toldInTheTest').told.push(flow.kind);
      return { kind: 'continue' };
    },
  },
});
`;

const FILES = {
  ...MAIL_FILES,
  'plugins/marks.ts': naming('marks'),
  'plugins/labels.ts': naming('labels'),
  'plugins/refuses.ts': REFUSES,
  'plugins/tells.ts': TELLS,
};

interface Hooks {
  readonly registration?: readonly string[];
  readonly login?: readonly string[];
  readonly settings?: readonly string[];
}
interface Change extends Hooks {
  readonly passwordless?: boolean;
  readonly login_style?: 'unified' | 'identifier_first';
}

const list = (names: readonly string[] = []): string => `[${names.map((name) => `{ hook: ${name} }`).join(', ')}]`;

function configured({ registration = [], login, settings, passwordless = true, login_style }: Change): string {
  const style = login_style ?? 'unified';
  return mailConfig(
    { uri: 'smtp://127.0.0.1:1/' },
    {
      passwordless,
      login: `style: ${style}, after: { password: { hooks: ${list(login)} } }`,
      registrationHooks: list([...registration, 'session']),
    },
  ).replace(
    'settings: { ui_url: http://127.0.0.1:4455/settings }',
    `settings: { ui_url: http://127.0.0.1:4455/settings, after: { profile: { hooks: ${list(settings)} } } }`,
  );
}

describe('a flow that is open while the configuration changes', () => {
  let folder: string;
  let server: EmbeddedServer | undefined;
  let http: HttpClient;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-changed-'));
    http = createHttpClient({ cookies: false });
  });
  afterEach(async () => {
    http.close();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  async function start(change: Change, between?: (store: Store) => Store): Promise<EmbeddedServer> {
    await server?.stop();
    const dsn = { kind: 'sqlite', file: join(folder, 'flows.sqlite') } as const;
    server = await startEmbedded({ config: configured(change), files: FILES, dsn, ...(between && { between }) });
    return server;
  }
  const codeOf = async (at: Pick<EmbeddedServer, 'adminUrl'>, { json }: Answer): Promise<string> => {
    expect(readText(json, 'state')).toBe('sent_email');
    return newestCode(at, PERSON.email);
  };
  const send = (kind: Kind, id: string, json: Readonly<Record<string, unknown>>, headers = {}): Promise<Answer> =>
    http.post(`${server?.publicUrl}/self-service/${kind}?flow=${id}`, { json, headers });

  test('A hook that was added is asked.', async () => {
    const { publicUrl } = await start({});
    await register(http, publicUrl, PERSON);
    const { id } = await begin(http, publicUrl, 'login', 'api');
    await start({ login: ['refuses'] });
    const answer = await send('login', id, { method: 'password', identifier: PERSON.email, password: PERSON.password });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [900001]]);
  });

  test('A hook that was removed is not asked.', async () => {
    const { publicUrl } = await start({ login: ['refuses'] });
    await register(http, publicUrl, PERSON);
    const { id } = await begin(http, publicUrl, 'login', 'api');
    await start({});
    const answer = await send('login', id, { method: 'password', identifier: PERSON.email, password: PERSON.password });
    expect([answer.status, read(answer.json, 'session.active')]).toEqual([200, true]);
  });

  test('A hook that was renamed is asked under its new name.', async () => {
    const { publicUrl } = await start({ registration: ['marks'] });
    const { id } = await begin(http, publicUrl, 'registration', 'api');
    await start({ registration: ['labels'] });
    const answer = await send('registration', id, { method: 'password', traits: TRAITS, password: PERSON.password });
    expect([answer.status, read(answer.json, 'identity.traits.name')]).toEqual([200, 'labels']);
  });

  test('A method that was switched off is refused, and another one still works.', async () => {
    const { publicUrl } = await start({});
    await register(http, publicUrl, PERSON);
    const { id } = await begin(http, publicUrl, 'login', 'api');
    await start({ passwordless: false });
    const refused = await send('login', id, { method: 'code', identifier: PERSON.email });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010002]]);
    const answer = await send('login', id, { method: 'password', identifier: PERSON.email, password: PERSON.password });
    expect(answer.status, answer.text).toBe(200);
  });

  test.each([
    [
      'the page of a method that was switched off',
      { passwordless: false },
      { method: 'code', identifier: PERSON.email },
    ],
    ['a page that another style does without', { login_style: 'identifier_first' as const }, undefined],
  ])('On %s it is over, and a new one works.', async (_page, change, first) => {
    const { publicUrl, adminUrl } = await start({});
    await register(http, publicUrl, PERSON);
    const { id } = await begin(http, publicUrl, 'login', 'api');
    const code = first === undefined ? '123456' : await codeOf({ adminUrl }, await send('login', id, first));

    const after = await start(change);
    const shown = await http.get(`${after.publicUrl}/self-service/login/flows?id=${id}`);
    const sent = await send('login', id, { method: 'code', identifier: PERSON.email, code });
    for (const { status, json } of [shown, sent]) {
      const said = [status, read(json, 'error.message'), read(json, 'error.reason')];
      expect(said).toEqual([410, 'The flow has expired.', REPLACED]);
    }
    expect((await signIn(http, after.publicUrl, PERSON)).status).toBe(200);
  });

  describe('and whose follow phase is due', () => {
    beforeEach(() => {
      seen.told = [];
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      return () => vi.useRealTimers();
    });

    /** A store that is away as soon as the hook has run. */
    const away = (store: Store): Store => ({
      ...store,
      transaction: (work) =>
        seen.told.length === 0
          ? store.transaction(work)
          : Promise.reject(new SallyportError('unavailable', 'The database is away.')),
    });

    /** Some time passes, and what is due is resumed. */
    async function later({ pass, store }: EmbeddedServer): Promise<void> {
      pass(60_000);
      await vi.advanceTimersByTimeAsync(30_000);
      await vi.waitFor(async () => expect(await store.flows.overdue(Date.now() + 3_600_000, 10)).toEqual([]), 10_000);
    }

    test('A hook that is still there is called again.', async () => {
      const { publicUrl } = await start({ registration: ['tells'] }, away);
      await register(http, publicUrl, PERSON);
      expect(seen.told).toEqual(['registration']);
      const after = await start({ registration: ['marks', 'tells'] });
      await later(after);
      expect(seen.told).toEqual(['registration', 'registration']);
    });

    test('A registration whose hook was removed is over.', async () => {
      const { publicUrl } = await start({ registration: ['tells'] }, away);
      const { id } = await begin(http, publicUrl, 'registration', 'api');
      await send('registration', id, { method: 'password', traits: TRAITS, password: PERSON.password });
      expect(seen.told).toEqual(['registration']);
      const after = await start({});
      await later(after);
      expect(seen.told).toEqual(['registration']);
      expect(await after.store.flows.find(id as never)).toMatchObject({ finished: true, state: 'done' });
      expect((await signIn(http, after.publicUrl, PERSON)).status).toBe(200);
    });

    test('A settings flow whose hook was removed is back on its page, and takes the next change.', async () => {
      const { publicUrl } = await start({ settings: ['tells'] }, away);
      const headers = { 'x-session-token': readText((await register(http, publicUrl, PERSON)).json, 'session_token') };
      const opened = await http.get(`${publicUrl}/self-service/settings/api`, { headers });
      const id = readText(opened.json, 'id');
      const change = (name: string) =>
        send('settings', id, { method: 'profile', traits: { ...TRAITS, name } }, headers);
      await change('Ada');
      expect(seen.told).toEqual(['settings']);
      const after = await start({});
      await later(after);
      const answer = await change('Ada L.');
      expect([answer.status, read(answer.json, 'state')]).toEqual([200, 'success']);
      expect(read(answer.json, 'identity.traits.name')).toBe('Ada L.');
      expect(seen.told).toEqual(['settings']);
    });
  });
});
