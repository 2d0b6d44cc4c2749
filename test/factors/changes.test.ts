import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, read, readText } from '../support/http-client.ts';
import {
  codesOf,
  createScene,
  FACTOR_CONFIG,
  methodsOf,
  namesIn,
  type Scene,
  secretOf,
  setUpApp,
  setUpCodes,
  STEP,
  stepUp,
} from '../support/second-factors.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';

const HOUR = 60 * 60_000;
const BUTTONS = ['regenerate', 'confirm', 'reveal', 'disable'].map((name) => ({ [`lookup_secret_${name}`]: true }));
const errorOf = ({ status, json }: Answer): unknown => [status, read(json, 'error.id')];

describe('who may change a second factor', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  beforeAll(async () => {
    // Settings themselves ask for no second factor here.
    const config = FACTOR_CONFIG.replace(
      'settings: { ui_url: http://127.0.0.1:4455/settings }',
      'settings: { ui_url: http://127.0.0.1:4455/settings, required_aal: aal1 }',
    );
    server = await startEmbedded({ config, files: BASIC_FILES });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
  });

  test('Nobody who has shown only the password, where there is one; whoever shows it may, and changes something else without.', async () => {
    const ada = await scene.arrive('ada');
    const secret = await setUpApp(scene, ada);
    await setUpCodes(ada);
    const thief = await scene.signInAgain(ada);
    const flow = await thief.open('settings');
    const to = `${server.publicUrl}/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(flow.action)}`;
    for (const json of [{ totp_unlink: true }, { method: 'totp', totp_code: '1' }, ...BUTTONS]) {
      const refused = await thief.send(flow, json);
      expect([errorOf(refused), read(refused.json, 'redirect_browser_to')]).toEqual([
        [403, 'session_aal2_required'],
        to,
      ]);
    }
    const profile = { method: 'profile', traits: { email: ada.person.email, name: 'Ada' } };
    expect((await thief.send(flow, profile)).status).toBe(200);
    scene.pass(STEP);
    await stepUp(thief, { method: 'totp', totp_code: oneTimeCode(secret, scene.now()) });
    expect((await thief.send(flow, { totp_unlink: true })).status).toBe(200);
  });

  test('A browser without script is led to the second step and back to the form.', async () => {
    const bea = await scene.arrive('bea');
    await setUpApp(scene, bea);
    const other = await scene.signInAgain(bea);
    const flow = await other.open('settings');
    const form = { totp_unlink: 'true', csrf_token: flow.csrf };
    const sent = await other.http.post(flow.action, { form, accept: 'text/html' });
    const to = `${server.publicUrl}/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(flow.action)}`;
    expect([sent.status, sent.location]).toEqual([303, to]);
  });
});

describe('a change by a session that signed in long ago', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  beforeAll(async () => {
    server = await startEmbedded({ config: FACTOR_CONFIG, files: BASIC_FILES });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
  });

  test.each(['browser', 'api'] as const)('is refused whatever it says, of %s flows', async (type) => {
    const ada = await scene.arrive(`old-${type}`, type);
    const flow = await ada.open('settings');
    scene.pass(2 * HOUR);
    const fresh = await ada.open('settings');
    expect(secretOf(fresh.json)).not.toBe(secretOf(flow.json));
    const forms = [{ method: 'totp', totp_code: 'nonsense' }, { method: 'totp' }, { totp_unlink: true }, ...BUTTONS];
    for (const json of forms) {
      const refused = await ada.send(fresh, json);
      expect([errorOf(refused), readText(refused.json, 'redirect_browser_to')]).toEqual([
        [403, 'session_refresh_required'],
        `${server.publicUrl}/self-service/login/browser?refresh=true&return_to=${encodeURIComponent(fresh.action)}`,
      ]);
    }
    const shown = await ada.get(`/self-service/settings/flows?id=${fresh.id}`);
    expect(secretOf(shown.json)).toBe(secretOf(fresh.json));
  });

  const refresh = async (who: Awaited<ReturnType<Scene['arrive']>>): Promise<Answer> => {
    const flow = await who.open('login', '?refresh=true');
    const { email: identifier, password } = who.person;
    return who.send(flow, { method: 'password', identifier, password });
  };

  test('An app’s code is judged by the time at which it was typed, and completed after the fresh sign-in.', async () => {
    const bea = await scene.arrive('put-aside');
    scene.pass(2 * HOUR);
    const flow = await bea.open('settings');
    const code = oneTimeCode(secretOf(flow.json), scene.now());
    expect((await bea.send(flow, { method: 'totp', totp_code: code })).status).toBe(403);
    scene.pass(5 * 60_000);
    expect((await refresh(bea)).status).toBe(200);
    const completed = await bea.get(`/self-service/settings?flow=${flow.id}`);
    expect([completed.status, messagesOf(completed.json), namesIn(completed.json, 'totp')]).toEqual([
      200,
      [1050001],
      ['totp_unlink'],
    ]);
    expect(methodsOf((await bea.whoami()).json)).toEqual(['password aal1', 'password aal1', 'totp aal2']);
  });

  test('A wrong one is told so then.', async () => {
    const cyd = await scene.arrive('put-aside-wrong');
    scene.pass(2 * HOUR);
    const flow = await cyd.open('settings');
    expect((await cyd.send(flow, { method: 'totp', totp_code: '000000' })).status).toBe(403);
    await refresh(cyd);
    const completed = await cyd.get(`/self-service/settings?flow=${flow.id}`);
    expect([completed.status, messagesOf(completed.json, 'totp_code')]).toEqual([400, [4000008]]);
  });

  test('Backup codes are made after the fresh sign-in, and stored by another press.', async () => {
    const dan = await scene.arrive('put-aside-codes');
    scene.pass(2 * HOUR);
    const flow = await dan.open('settings');
    expect((await dan.send(flow, { lookup_secret_regenerate: true })).status).toBe(403);
    await refresh(dan);
    const made = await dan.get(`/self-service/settings?flow=${flow.id}`);
    expect([made.status, codesOf(made.json).length]).toEqual([200, 12]);
    expect((await dan.send(flow, { lookup_secret_confirm: true })).status).toBe(200);
  });

  test('A step up is a fresh sign-in, too.', async () => {
    const eve = await scene.arrive('stepped-up');
    const secret = await setUpApp(scene, eve);
    scene.pass(2 * HOUR);
    const code = { method: 'totp', totp_code: oneTimeCode(secret, scene.now()) };
    expect((await stepUp(eve, code, '&refresh=true')).status).toBe(200);
    expect((await eve.send(await eve.open('settings'), { totp_unlink: true })).status).toBe(200);
  });
});

describe('the way to the second step', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  beforeAll(async () => {
    const config = FACTOR_CONFIG.replace(
      'selfservice:\n',
      'selfservice:\n  allowed_return_urls: [http://127.0.0.1:4455/]\n',
    );
    server = await startEmbedded({ config, files: BASIC_FILES });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
  });

  test('A browser without script is led through both steps, and on to where it wanted.', async () => {
    const ada = await scene.arrive('both-steps');
    const [code = ''] = await setUpCodes(ada);
    const { http } = await scene.signInAgain(ada);
    const open = async (url: string) => {
      const page = await http.get(url, { accept: 'text/html' });
      const id = new URL(page.location ?? '').searchParams.get('flow');
      const { json } = await http.get(`${server.publicUrl}/self-service/login/flows?id=${id}`);
      return json;
    };
    const back = encodeURIComponent('http://127.0.0.1:4455/home');
    await http
      .get(`${server.publicUrl}/self-service/logout/browser`)
      .then(({ json }) => http.get(readText(json, 'logout_url')));
    const first = await open(`${server.publicUrl}/self-service/login/browser?return_to=${back}`);
    const csrfOf = (flow: unknown): string => readText(flow, 'ui.nodes.0.attributes.value');
    const form = { method: 'password', identifier: ada.person.email, password: ada.person.password };
    const led = await http.post(readText(first, 'ui.action'), {
      form: { ...form, csrf_token: csrfOf(first) },
      accept: 'text/html',
    });
    expect([led.status, led.location]).toEqual([
      303,
      `${server.publicUrl}/self-service/login/browser?aal=aal2&return_to=${back}`,
    ]);
    const second = await open(led.location ?? '');
    const done = await http.post(readText(second, 'ui.action'), {
      form: { method: 'lookup_secret', lookup_secret: code, csrf_token: csrfOf(second) },
      accept: 'text/html',
    });
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
  });

  test('Settings lead to it and back to themselves.', async () => {
    const bea = await scene.arrive('to-settings');
    await setUpApp(scene, bea);
    const other = await scene.signInAgain(bea);
    const refused = await other.get('/self-service/settings/browser?return_to=http://127.0.0.1:4455/home');
    const back = `${server.publicUrl}/self-service/settings/browser?return_to=http://127.0.0.1:4455/home`;
    expect([errorOf(refused), read(refused.json, 'redirect_browser_to')]).toEqual([
      [403, 'session_aal2_required'],
      `${server.publicUrl}/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(back)}`,
    ]);
  });

  test('A form that is sent again once it was accepted is over.', async () => {
    const cyd = await scene.arrive('over', 'api');
    const [code, another] = await setUpCodes(cyd);
    const other = await scene.signInAgain(cyd, 'api');
    const flow = await other.open('login', '?aal=aal2');
    expect((await other.send(flow, { method: 'lookup_secret', lookup_secret: code })).status).toBe(200);
    const again = await other.send(flow, { method: 'lookup_secret', lookup_secret: another });
    expect([again.status, messagesOf(again.json)]).toEqual([400, [4000001]]);
  });

  test('A session that ends meanwhile is raised by nobody, and the code is not used up.', async () => {
    const dan = await scene.arrive('ended');
    const [code] = await setUpCodes(dan);
    const other = await scene.signInAgain(dan);
    const flow = await other.open('login', '?aal=aal2');
    const logout = await other.get('/self-service/logout/browser');
    await other.http.get(readText(logout.json, 'logout_url'));
    const refused = await other.send(flow, { method: 'lookup_secret', lookup_secret: code });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const third = await scene.signInAgain(dan);
    expect((await stepUp(third, { method: 'lookup_secret', lookup_secret: code })).status).toBe(200);
  });

  test('Somebody else’s session does not complete it.', async () => {
    const [eve, fia] = [await scene.arrive('eve'), await scene.arrive('fia')];
    const [code] = await setUpCodes(eve);
    const other = await scene.signInAgain(eve);
    const flow = await other.open('login', '?aal=aal2');
    await signIn(other.http, server.publicUrl, fia.person, 'browser').catch(() => undefined);
    const own = await begin(fia.http, server.publicUrl, 'login', 'browser', '?aal=aal2');
    const foreign = await fia.http.post(flow.action, {
      json: { method: 'lookup_secret', lookup_secret: code, csrf_token: own.csrf },
    });
    expect(foreign.status).toBeGreaterThanOrEqual(400);
    expect(methodsOf((await fia.whoami()).json)).toEqual(['password aal1']);
  });
});
