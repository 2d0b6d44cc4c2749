import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IdentityId } from '../../src/kernel/id.ts';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { read, readText } from '../support/http-client.ts';
import {
  createScene,
  FACTOR_CONFIG,
  methodsOf,
  namesIn,
  nodeOf,
  type Scene,
  secretOf,
  setUpApp,
  STEP,
  stepUp,
} from '../support/second-factors.ts';
import { messagesOf } from '../support/self-service.ts';

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

const codeAt = (secret: string, steps = 0): string => oneTimeCode(secret, scene.now() + steps * STEP);
const login = (totp_code: unknown) => ({ method: 'totp', totp_code });

describe('setting up an authenticator app', () => {
  test('The form shows a picture, the secret and a field, in this order, and the same secret until it is stored.', async () => {
    const ada = await scene.arrive('ada');
    const flow = await ada.open('settings');
    expect(namesIn(flow.json, 'totp')).toEqual(['totp_qr', 'totp_secret_key', 'totp_code', 'method']);
    const secret = secretOf(flow.json);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(readText(nodeOf(flow.json, 'totp_qr'), 'attributes.src')).toMatch(/^data:image\/png;base64,/);
    const wrong = await ada.send(flow, login('000000'));
    expect([wrong.status, messagesOf(wrong.json, 'totp_code'), secretOf(wrong.json)]).toEqual([400, [4000008], secret]);
    const again = await ada.get(`/self-service/settings/flows?id=${flow.id}`);
    expect(secretOf(again.json)).toBe(secret);
    expect(secretOf((await ada.open('settings')).json)).not.toBe(secret);
  });

  test('A right code stores it, counts as a proof of the session, and gives its cookie a new token.', async () => {
    const bea = await scene.arrive('bea');
    const before = await bea.whoami();
    const cookie = bea.http.cookies.header();
    const flow = await bea.open('settings');
    scene.pass(1_000);
    const saved = await bea.send(flow, login(codeAt(secretOf(flow.json))));
    expect([saved.status, messagesOf(saved.json), namesIn(saved.json, 'totp')]).toEqual([
      200,
      [1050001],
      ['totp_unlink'],
    ]);
    const after = await bea.whoami();
    expect([read(after.json, 'id'), read(after.json, 'authenticator_assurance_level')]).toEqual([
      read(before.json, 'id'),
      'aal2',
    ]);
    expect(methodsOf(after.json)).toEqual(['password aal1', 'totp aal2']);
    expect(Date.parse(readText(after.json, 'authenticated_at'))).toBeGreaterThan(
      Date.parse(readText(before.json, 'authenticated_at')),
    );
    const old = await bea.http.get(`${server.publicUrl}/sessions/whoami`, { headers: { cookie } });
    expect(old.status).toBe(401);
  });

  test('An app keeps its token.', async () => {
    const cyd = await scene.arrive('cyd', 'api');
    await setUpApp(scene, cyd);
    expect(methodsOf((await cyd.whoami()).json)).toEqual(['password aal1', 'totp aal2']);
  });

  test.each([
    ['nothing', {}, 4000002],
    ['an empty text', { totp_code: '' }, 4000002],
    ['five digits', { totp_code: '12345' }, 4000008],
    ['seven digits', { totp_code: '1234567' }, 4000008],
    ['letters', { totp_code: 'abcdef' }, 4000008],
    ['full-width digits', { totp_code: '１２３４５６' }, 4000008],
    ['a thousand digits', { totp_code: '7'.repeat(1_000) }, 4000008],
    ['a list', { totp_code: ['1'] }, 4000008],
    ['a wish to remove what is not there', { totp_unlink: true }, 4000002],
  ])('%s in the place of a code is refused at the field', async (_what, json, message) => {
    const dan = await scene.arrive(`dan${scene.now()}${Math.random()}`);
    const refused = await dan.send(await dan.open('settings'), { method: 'totp', ...json });
    expect([refused.status, messagesOf(refused.json, 'totp_code')]).toEqual([400, [message]]);
  });

  test('One that is set up is not replaced, and is removed by its button alone; then there is a new secret.', async () => {
    const eve = await scene.arrive('eve');
    const secret = await setUpApp(scene, eve);
    const flow = await eve.open('settings');
    const twice = await eve.send(flow, login(codeAt(secret)));
    expect([twice.status, messagesOf(twice.json)]).toEqual([400, [4000001]]);
    const removed = await eve.send(flow, { totp_unlink: true });
    expect([removed.status, messagesOf(removed.json)]).toEqual([200, [1050001]]);
    expect(secretOf(removed.json)).not.toBe(secret);
    // What the session has proved stays.
    expect(read((await eve.whoami()).json, 'authenticator_assurance_level')).toBe('aal2');
    // A new one may be set up in the same half minute: it has steps of its own.
    const anew = await eve.send(flow, login(codeAt(secretOf(removed.json))));
    expect(anew.status).toBe(200);
  });

  test('The secret cannot be read from the database.', async () => {
    const fia = await scene.arrive('fia');
    const secret = await setUpApp(scene, fia);
    const id = readText((await fia.whoami()).json, 'identity.id');
    const [stored] = (await server.store.identities.credentials(id as IdentityId)).filter(
      ({ type }) => type === 'totp',
    );
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(stored?.identifiers).toEqual([id]);
    expect(stored?.lastStep).toBe(Math.floor(scene.now() / STEP));
  });
});

describe('signing in with it', () => {
  test('A browser is led to the second step, and the app’s code raises its session under a new token.', async () => {
    const ada = await scene.arrive('step1');
    const secret = await setUpApp(scene, ada);
    const other = await scene.signInAgain(ada);
    const to = `${server.publicUrl}/self-service/login/browser?aal=aal2`;
    expect([other.answer.status, read(other.answer.json, 'redirect_browser_to')]).toEqual([422, to]);
    expect((await other.whoami()).status).toBe(403);
    scene.pass(STEP);
    const cookie = other.http.cookies.header();
    const flow = await other.open('login', '?aal=aal2');
    expect([messagesOf(flow.json), namesIn(flow.json, 'totp')]).toEqual([[1010004], ['totp_code', 'method']]);
    const answer = await other.send(flow, login(codeAt(secret)));
    expect([answer.status, methodsOf(read(answer.json, 'session'))]).toEqual([200, ['password aal1', 'totp aal2']]);
    const session = await other.whoami();
    expect([session.status, read(session.json, 'authenticator_assurance_level')]).toEqual([200, 'aal2']);
    const old = await other.http.get(`${server.publicUrl}/sessions/whoami`, { headers: { cookie } });
    expect(old.status).toBe(401);
  });

  test('An app gets the token it had.', async () => {
    const bea = await scene.arrive('step2', 'api');
    const secret = await setUpApp(scene, bea);
    const other = await scene.signInAgain(bea, 'api');
    expect([other.answer.status, read(other.answer.json, 'session.identity')]).toEqual([200, null]);
    scene.pass(STEP);
    const answer = await stepUp(other, login(codeAt(secret)));
    expect([answer.status, read(answer.json, 'session_token'), read(answer.json, 'continue_with')]).toEqual([
      200,
      read(other.answer.json, 'session_token'),
      null,
    ]);
    expect((await other.whoami()).status).toBe(200);
  });

  test('A code is taken once: neither the one of the set-up, nor the same, nor one before it.', async () => {
    const cyd = await scene.arrive('step3');
    const secret = await setUpApp(scene, cyd);
    const [one, two, three] = [
      await scene.signInAgain(cyd),
      await scene.signInAgain(cyd),
      await scene.signInAgain(cyd),
    ];
    const enrolled = await stepUp(one, login(codeAt(secret)));
    expect([enrolled.status, messagesOf(enrolled.json)]).toEqual([400, [4000008]]);
    scene.pass(2 * STEP);
    expect((await stepUp(one, login(codeAt(secret)))).status).toBe(200);
    for (const steps of [0, -1]) {
      const again = await stepUp(two, login(codeAt(secret, steps)));
      expect([again.status, messagesOf(again.json)]).toEqual([400, [4000008]]);
    }
    expect((await stepUp(three, login(codeAt(secret, 1)))).status).toBe(200);
  });

  test.each([
    [-2, 400],
    [-1, 200],
    [1, 200],
    [2, 400],
  ])('An app whose clock is %d steps off is answered %d.', async (steps, status) => {
    const dan = await scene.arrive(`drift${steps}`);
    const secret = await setUpApp(scene, dan);
    const other = await scene.signInAgain(dan);
    scene.pass(4 * STEP);
    expect((await stepUp(other, login(codeAt(secret, steps)))).status).toBe(status);
  });

  test.each([
    ['nothing', undefined, 4000002, 'totp_code'],
    ['five digits', '12345', 4000003, 'totp_code'],
    ['seven digits', '1234567', 4000008, undefined],
    ['full-width digits', '１２３４５６', 4000008, undefined],
    ['a thousand digits', '7'.repeat(1_000), 4000008, undefined],
    ['10 KB of digits, more than any field takes,', '7'.repeat(10_240), 4000001, undefined],
    ['an object', { a: 1 }, 4000008, undefined],
  ] as const)('%s in the place of a code has its message', async (what, totp_code, message, at) => {
    const eve = await scene.arrive(`odd-${what.replaceAll(/\W/g, '')}`);
    await setUpApp(scene, eve);
    const other = await scene.signInAgain(eve);
    const { status, json } = await stepUp(other, login(totp_code));
    expect([status, messagesOf(json, at)]).toEqual([400, [message]]);
  });

  test('Blanks do not matter, and a number is read as its digits.', async () => {
    const fia = await scene.arrive('blanks');
    const secret = await setUpApp(scene, fia);
    const [one, two] = [await scene.signInAgain(fia), await scene.signInAgain(fia)];
    scene.pass(2 * STEP);
    const spaced = codeAt(secret).replace(/^.../, '$& ');
    expect((await stepUp(one, login(spaced))).status).toBe(200);
    // Leading zeros are no part of a number.
    do scene.pass(STEP);
    while (codeAt(secret).startsWith('0'));
    expect((await stepUp(two, login(Number(codeAt(secret))))).status).toBe(200);
  });

  test('Whoever has nothing set up is shown a page with nothing on it, and told so if they send a code.', async () => {
    const gus = await scene.arrive('nothing');
    const flow = await gus.open('login', '?aal=aal2');
    expect([messagesOf(flow.json), namesIn(flow.json, 'default'), namesIn(flow.json, 'totp')]).toEqual([
      [1010004],
      ['csrf_token'],
      [],
    ]);
    const { status, json } = await gus.send(flow, login('123456'));
    expect([status, messagesOf(json)]).toEqual([400, [4000011]]);
  });

  test.each([
    ['does not open', 'sealed:AQIDBA'],
    ['is no key', 'otpauth://hotp/x'],
    ['is nothing', ''],
  ])('A stored secret that %s matches no code.', async (what, totp_url) => {
    const ivo = await scene.arrive(`broken-${what.replaceAll(/\W/g, '')}`);
    const secret = await setUpApp(scene, ivo);
    const id = readText((await ivo.whoami()).json, 'identity.id') as IdentityId; // of the server itself
    const [stored] = (await server.store.identities.credentials(id)).filter(({ type }) => type === 'totp');
    if (stored === undefined) throw new Error('nothing stored');
    await server.store.transaction(async ({ identities }) => identities.replaceConfig(id, stored, { totp_url }));
    scene.pass(STEP);
    const other = await scene.signInAgain(ivo);
    const { status, json } = await stepUp(other, login(codeAt(secret)));
    expect([status, messagesOf(json)]).toEqual([400, [4000008]]);
  });

  test('It is proved once more on wish, and the session notes it.', async () => {
    const hal = await scene.arrive('refresh');
    const secret = await setUpApp(scene, hal);
    scene.pass(STEP);
    const again = await hal.get('/self-service/login/browser?aal=aal2');
    expect([again.status, read(again.json, 'error.id')]).toEqual([400, 'session_already_available']);
    expect((await stepUp(hal, login(codeAt(secret)), '&refresh=true')).status).toBe(200);
    expect(methodsOf((await hal.whoami()).json)).toEqual(['password aal1', 'totp aal2', 'totp aal2']);
  });
});

describe('wrong codes', () => {
  test('Thirty are compared in a day, over all flows; a known device has thirty of its own; a right one forgives.', async () => {
    const ada = await scene.arrive('budget');
    const secret = await setUpApp(scene, ada);
    const stranger = await scene.signInAgain(ada);
    scene.pass(STEP);
    const wrong = async () => (await stepUp(stranger, login('000000'))).status;
    for (let i = 0; i < 29; i += 1) expect(await wrong()).toBe(400);
    expect((await stepUp(stranger, login(codeAt(secret)))).status).toBe(200);

    const thief = await scene.signInAgain(ada);
    for (let i = 0; i < 30; i += 1) expect((await stepUp(thief, login('000000'))).status).toBe(400);
    const over = await stepUp(thief, login('000000'));
    expect([over.status, Number(over.headers['retry-after']) > 3_600]).toEqual([429, true]);
    // A further sign-in by the password makes no device that is known.
    scene.pass(STEP);
    expect((await stepUp(await scene.signInAgain(ada), login(codeAt(secret)))).status).toBe(429);
    // The browser on which the owner has shown it before.
    expect((await stepUp(ada, login('000000'), '&refresh=true')).status).toBe(400);
    expect((await stepUp(ada, login(codeAt(secret)), '&refresh=true')).status).toBe(200);
    // It forgives what strangers spent, too.
    expect((await stepUp(thief, login('000000'))).status).toBe(400);
  });
});
