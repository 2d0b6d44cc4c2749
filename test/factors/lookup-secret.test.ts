import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { read, readText } from '../support/http-client.ts';
import {
  codesOf,
  createScene,
  FACTOR_CONFIG,
  methodsOf,
  namesIn,
  type Scene,
  setUpApp,
  setUpCodes,
  stepUp,
} from '../support/second-factors.ts';
import { messagesOf } from '../support/self-service.ts';

const code = (lookup_secret: unknown) => ({ method: 'lookup_secret', lookup_secret });
const press = (name: string) => ({ [`lookup_secret_${name}`]: true });

describe('backup codes', () => {
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
  const stored = async (id: string) => {
    const all = await server.store.identities.credentials(id as never);
    return all.find(({ type }) => type === 'lookup_secret');
  };

  test('There are twelve, shown until they are stored, and not after; storing them proves them.', async () => {
    const ada = await scene.arrive('ada');
    const flow = await ada.open('settings');
    expect(namesIn(flow.json, 'lookup_secret')).toEqual(['lookup_secret_regenerate']);
    const made = await ada.send(flow, press('regenerate'));
    expect([made.status, read(made.json, 'state'), messagesOf(made.json)]).toEqual([200, 'show_form', []]);
    expect(namesIn(made.json, 'lookup_secret')).toEqual(['lookup_secret_codes', 'lookup_secret_confirm']);
    const codes = codesOf(made.json);
    expect([codes.length, new Set(codes).size]).toEqual([12, 12]);
    for (const each of codes) expect(each).toMatch(/^[a-z0-9]{8}$/);
    const again = await ada.get(`/self-service/settings/flows?id=${flow.id}`);
    expect(codesOf(again.json)).toEqual(codes);
    expect(methodsOf((await ada.whoami()).json)).toEqual(['password aal1']);

    const saved = await ada.send(flow, press('confirm'));
    expect([saved.status, read(saved.json, 'state'), messagesOf(saved.json)]).toEqual([200, 'success', [1050001]]);
    expect(namesIn(saved.json, 'lookup_secret')).toEqual(['lookup_secret_regenerate', 'lookup_secret_disable']);
    expect(saved.text).not.toContain(codes[0]);
    expect(methodsOf((await ada.whoami()).json)).toEqual(['password aal1', 'lookup_secret aal2']);

    const id = readText((await ada.whoami()).json, 'identity.id');
    const credential = await stored(id);
    expect(credential?.identifiers).toEqual([id]);
    for (const each of codes) expect(JSON.stringify(credential)).not.toContain(each);
  });

  test('The nodes stand at the end when codes are shown, also on the page that said so before.', async () => {
    const bea = await scene.arrive('bea');
    await setUpCodes(bea);
    const flow = await bea.open('settings');
    await bea.send(flow, { method: 'profile', traits: { email: bea.person.email, name: 'Bea' } });
    const made = await bea.send(flow, press('regenerate'));
    const groups = (made.json as { ui: { nodes: { group: string }[] } }).ui.nodes.map(({ group }) => group);
    expect([groups.at(-1), groups.indexOf('lookup_secret')]).toEqual(['lookup_secret', groups.length - 2]);
    expect([read(made.json, 'state'), messagesOf(made.json)]).toEqual(['success', []]);
    expect(read(made.json, 'transient_payload')).toEqual({});
    expect(made.setCookies.map(({ name }) => name)).not.toContain('ory_kratos_session');
  });

  test('A form without script is led back to its page, which shows them.', async () => {
    const bob = await scene.arrive('bob');
    const flow = await bob.open('settings');
    const form = { lookup_secret_regenerate: 'true', csrf_token: flow.csrf };
    const sent = await bob.http.post(flow.action, { form, accept: 'text/html' });
    expect([sent.status, sent.location]).toEqual([303, `http://127.0.0.1:4455/settings?flow=${flow.id}`]);
    expect(codesOf((await bob.get(`/self-service/settings/flows?id=${flow.id}`)).json)).toHaveLength(12);
  });

  test('New ones take the place of the old ones when they are stored, not before.', async () => {
    const cyd = await scene.arrive('cyd');
    const old = await setUpCodes(cyd);
    const flow = await cyd.open('settings');
    const first = codesOf((await cyd.send(flow, press('regenerate'))).json);
    const second = codesOf((await cyd.send(flow, press('regenerate'))).json);
    expect(second).not.toEqual(first);
    expect((await stepUp(await scene.signInAgain(cyd), code(old[0]))).status).toBe(200);
    expect((await cyd.send(flow, press('confirm'))).status).toBe(200);
    const other = await scene.signInAgain(cyd);
    for (const gone of [old[1], first[0]])
      expect(messagesOf((await stepUp(other, code(gone))).json)).toEqual([4000016]);
    expect((await stepUp(other, code(second[0]))).status).toBe(200);
  });

  test.each([
    ['stored', 'confirm'],
    ['shown again', 'reveal'],
    ['removed', 'disable'],
  ])('Where there are none they are not %s.', async (_what, button) => {
    const dan = await scene.arrive(`none-${button}`);
    const { status, json } = await dan.send(await dan.open('settings'), press(button));
    expect([status, messagesOf(json)]).toEqual([400, [4000001]]);
  });

  test('They are not shown again, a form says which button was pressed, and pressed two it is refused.', async () => {
    const eve = await scene.arrive('eve');
    await setUpCodes(eve);
    const flow = await eve.open('settings');
    const answers = [press('reveal'), { ...press('disable'), ...press('regenerate') }, { method: 'lookup_secret' }];
    const messages: unknown[] = [];
    for (const json of answers) {
      const answer = await eve.send(flow, json);
      messages.push([answer.status, messagesOf(answer.json)]);
    }
    expect(messages).toEqual([
      [400, [4000001]],
      [400, [4000001]],
      [400, [4010004]],
    ]);
    const removed = await eve.send(flow, press('disable'));
    expect([removed.status, namesIn(removed.json, 'lookup_secret')]).toEqual([200, ['lookup_secret_regenerate']]);
  });

  test('Each signs in once; blanks and capitals do not matter.', async () => {
    const fia = await scene.arrive('fia');
    const [one = '', two = ''] = await setUpCodes(fia);
    const flow = await (await scene.signInAgain(fia)).open('login', '?aal=aal2');
    expect(namesIn(flow.json, 'lookup_secret')).toEqual(['lookup_secret', 'method']);
    const other = await scene.signInAgain(fia);
    expect((await stepUp(other, code(` ${one.slice(0, 4)} ${one.slice(4).toUpperCase()}`))).status).toBe(200);
    expect(methodsOf((await other.whoami()).json)).toEqual(['password aal1', 'lookup_secret aal2']);
    const again = await stepUp(await scene.signInAgain(fia), code(one));
    expect([again.status, messagesOf(again.json)]).toEqual([400, [4000012]]);
    expect((await stepUp(await scene.signInAgain(fia, 'api'), code(two))).status).toBe(200);
  });

  test.each([
    ['an unknown one', 'zzzz9999', 4000016, undefined],
    ['a list', ['a'], 4000016, undefined],
    ['a thousand letters', 'a'.repeat(1_000), 4000016, undefined],
    ['an empty one', '', 4000002, 'lookup_secret'],
    ['none', undefined, 4000002, 'lookup_secret'],
  ] as const)('%s is refused with its message', async (what, given, message, at) => {
    const gus = await scene.arrive(`odd-${what.replaceAll(/\W/g, '')}`);
    await setUpCodes(gus);
    const { status, json } = await stepUp(await scene.signInAgain(gus), code(given));
    expect([status, messagesOf(json, at)]).toEqual([400, [message]]);
  });

  test('Whoever has none is told so, and codes of one account are no codes of another.', async () => {
    const hal = await scene.arrive('hal');
    expect(messagesOf((await stepUp(hal, code('abcd1234'))).json)).toEqual([4000014]);
    const [foreign] = await setUpCodes(await scene.arrive('iva'));
    await setUpApp(scene, hal);
    await setUpCodes(hal);
    expect(messagesOf((await stepUp(await scene.signInAgain(hal), code(foreign))).json)).toEqual([4000016]);
  });

  test('Wrong ones and wrong app codes are counted together.', async () => {
    const jon = await scene.arrive('jon');
    await setUpApp(scene, jon);
    const [right] = await setUpCodes(jon);
    const thief = await scene.signInAgain(jon);
    for (let i = 0; i < 15; i += 1) {
      expect((await stepUp(thief, code('zzzz9999'))).status).toBe(400);
      expect((await stepUp(thief, { method: 'totp', totp_code: '000000' })).status).toBe(400);
    }
    expect((await stepUp(thief, code(right))).status).toBe(429);
  });
});

const SECRETS =
  'secrets: { cookie: [a-cookie-secret-made-up-for-tests], cipher: [R7u2Lq9xTz4Bn8Ws1Ke6Jm3Yc5Pd0Vf_] }\n';

const REVEALING = FACTOR_CONFIG.replace(
  'lookup_secret: { enabled: true }',
  'lookup_secret: { enabled: true, config: { reveal: true } }',
);

describe('backup codes that may be seen again', () => {
  let server: EmbeddedServer;
  let scene: Scene;
  beforeAll(async () => {
    server = await startEmbedded({ config: REVEALING + SECRETS, files: BASIC_FILES });
    scene = createScene(server);
  });
  afterAll(async () => {
    scene.close();
    await server.stop();
  });

  test('are shown on wish, a used one as used, and lie encrypted in the database', async () => {
    const ada = await scene.arrive('ada');
    const codes = await setUpCodes(ada);
    const flow = await ada.open('settings');
    expect(namesIn(flow.json, 'lookup_secret')).toEqual(['lookup_secret_reveal', 'lookup_secret_disable']);
    const revealed = await ada.send(flow, press('reveal'));
    expect([revealed.status, read(revealed.json, 'state'), codesOf(revealed.json)]).toEqual([200, 'show_form', codes]);
    expect(namesIn(revealed.json, 'lookup_secret')).toEqual([
      'lookup_secret_codes',
      'lookup_secret_disable',
      'lookup_secret_regenerate',
    ]);
    expect((await stepUp(await scene.signInAgain(ada), code(codes[4]))).status).toBe(200);
    const after = codesOf((await ada.send(flow, press('reveal'))).json);
    expect(after.map((each, i) => each === codes[i])).toEqual(codes.map((_, i) => i !== 4));
    expect(after[4]).toMatch(/^1050014 \d{4}-/);
    const id = readText((await ada.whoami()).json, 'identity.id');
    const credentials = await server.store.identities.credentials(id as never);
    for (const each of codes) expect(JSON.stringify(credentials)).not.toContain(each);
  });

  test('need a key of their own to be encrypted with', async () => {
    await expect(startEmbedded({ config: REVEALING, files: BASIC_FILES })).rejects.toThrow(
      /reveal: is true without secrets\.cipher/,
    );
  });
});
