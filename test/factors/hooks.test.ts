import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { read } from '../support/http-client.ts';
import {
  codesOf,
  createScene,
  FACTOR_CONFIG,
  methodsOf,
  type Scene,
  secretOf,
  setUpApp,
  setUpCodes,
  STEP,
  stepUp,
} from '../support/second-factors.ts';
import { messagesOf } from '../support/self-service.ts';

/** Tells the test, which runs in the same process, that it was called, and with what. */
const LISTENS = `
import { defineHook, z } from 'sallyport/plugin';

const at = { 'login.after': 'prepare', 'settings.after': 'prepare' };

export default defineHook({
  name: 'listens',
  at,
  timeoutMs: 1000,
  config: z.object({ as: z.string() }),
  run: {
    async prepare(facts, { as }, reach) {
      globalThis.heardByTest?.push({ as, all: JSON.stringify([facts, reach.flow()]) });
      return { kind: 'continue' };
    },
  },
});
`;

/** Refuses whoever is called so, before or inside the transaction. */
const REFUSES = `
import { defineHook, z } from 'sallyport/plugin';

const refuse = ({ draft }) =>
  String(draft.identity.traits.email).startsWith('refused') ? { kind: 'fail', messages: [{ id: 7100, type: 'error', text: 'Not today.' }] } : { kind: 'continue' };

export default defineHook({
  name: 'refuses',
  at: ({ phase }) => ({ 'login.after': phase }),
  timeoutMs: 1000,
  config: z.object({ phase: z.enum(['prepare', 'write']) }),
  run: { prepare: async (facts) => refuse(facts), write: async (facts) => refuse(facts) },
});
`;

const listens = (as: string): string => `{ hook: listens, config: { as: ${as} } }`;
const AFTER_LOGIN = `
      ui_url: http://127.0.0.1:4455/login
      after:
        hooks: [${listens('login')}]
        password: { hooks: [${listens('login-password')}] }
        totp:
          default_browser_return_url: http://127.0.0.1:4455/after-totp
          hooks: [${listens('login-totp')}, { hook: refuses, config: { phase: prepare } }, { hook: revoke_active_sessions }]
        lookup_secret: { hooks: [{ hook: refuses, config: { phase: write } }] }
`;
const AFTER_SETTINGS = `
      ui_url: http://127.0.0.1:4455/settings
      after:
        hooks: [${listens('settings')}]
        totp: { hooks: [${listens('settings-totp')}] }
        lookup_secret: { hooks: [${listens('settings-lookup')}] }
`;
const config = FACTOR_CONFIG.replace('login: { ui_url: http://127.0.0.1:4455/login }', `login:${AFTER_LOGIN}`).replace(
  'settings: { ui_url: http://127.0.0.1:4455/settings }',
  `settings:${AFTER_SETTINGS}`,
);

interface Heard {
  readonly as: string;
  readonly all: string;
}
const heard: Heard[] = [];
const names = (): readonly string[] => heard.map(({ as }) => as);

describe('hooks of second factors', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  beforeAll(async () => {
    Object.assign(globalThis, { heardByTest: heard });
    const files = { ...BASIC_FILES, 'plugins/listens.ts': LISTENS, 'plugins/refuses.ts': REFUSES };
    server = await startEmbedded({ config, files });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
    Reflect.deleteProperty(globalThis, 'heardByTest');
  });
  beforeEach(() => {
    heard.length = 0;
  });
  const codeAt = (secret: string): string => oneTimeCode(secret, scene.now());

  test('Each proof runs the list of its method, the first before the second is given, and goes to its own address.', async () => {
    const ada = await scene.arrive('ada');
    const secret = await setUpApp(scene, ada);
    heard.length = 0;
    const other = await scene.signInAgain(ada);
    expect(names()).toEqual(['login-password']);
    scene.pass(STEP);
    const flow = await other.open('login', '?aal=aal2');
    const form = { method: 'totp', totp_code: codeAt(secret), csrf_token: flow.csrf };
    const done = await other.http.post(flow.action, { form, accept: 'text/html' });
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/after-totp']);
    expect(names()).toEqual(['login-password', 'login-totp']);
    // `revoke_active_sessions` of the list: the session with both factors is the only one left.
    expect([(await ada.whoami()).status, (await other.whoami()).status]).toEqual([401, 200]);
  });

  test('Settings run them at every change that is stored, and at no other press.', async () => {
    const bea = await scene.arrive('bea');
    const flow = await bea.open('settings');
    heard.length = 0;
    await bea.send(flow, { method: 'totp', totp_code: codeAt(secretOf(flow.json)) });
    await bea.send(flow, { lookup_secret_regenerate: true });
    expect(names()).toEqual(['settings-totp']);
    await bea.send(flow, { lookup_secret_confirm: true });
    await bea.send(flow, { lookup_secret_reveal: true });
    await bea.send(flow, { lookup_secret_disable: true });
    await bea.send(flow, { totp_unlink: true });
    expect(names()).toEqual(['settings-totp', 'settings-lookup', 'settings-lookup', 'settings-totp']);
  });

  test('They hear neither secret nor code.', async () => {
    const cyd = await scene.arrive('cyd');
    const flow = await cyd.open('settings');
    const secret = secretOf(flow.json);
    const code = codeAt(secret);
    await cyd.send(flow, { method: 'totp', totp_code: code });
    const codes = codesOf((await cyd.send(flow, { lookup_secret_regenerate: true })).json);
    await cyd.send(flow, { lookup_secret_confirm: true });
    await stepUp(await scene.signInAgain(cyd), { method: 'lookup_secret', lookup_secret: codes[0] });
    const all = heard.map((each) => each.all).join(' ');
    expect(names()).toContain('settings-lookup');
    for (const hidden of [secret, code, ...codes]) expect(all).not.toContain(hidden);
  });

  test('One that refuses leaves the session as it was, and what was given can be given again.', async () => {
    const dan = await scene.arrive('refused');
    const secret = await setUpApp(scene, dan);
    const [backup] = await setUpCodes(dan);
    const other = await scene.signInAgain(dan);
    scene.pass(STEP);
    const answers = [
      await stepUp(other, { method: 'totp', totp_code: codeAt(secret) }),
      await stepUp(other, { method: 'totp', totp_code: codeAt(secret) }),
      await stepUp(other, { method: 'lookup_secret', lookup_secret: backup }),
      await stepUp(other, { method: 'lookup_secret', lookup_secret: backup }),
    ];
    for (const { status, json } of answers) {
      expect([status, read(json, 'ui.messages.0.text')]).toEqual([400, 'Not today.']);
      expect(messagesOf(json)).not.toContain(4000012);
    }
    expect(methodsOf((await other.get('/sessions/whoami')).json)).toEqual([]);
    expect((await other.whoami()).status).toBe(403);
  });
});
