import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askedBy } from '../support/asked.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import {
  addKey,
  addPasskey,
  buttons,
  elsewhere,
  FACTORS_CONFIG,
  FACTORS_FILES,
  type Holder,
  levelOf,
  newHolder,
  newKey,
  newPasskey,
  newPasskeyHolder,
  open,
  send,
  withKey,
  withPasskey,
} from '../support/factors.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { messagesOf } from '../support/self-service.ts';

const MINUTE = 60_000;

/** Challenges, owners and counters: whose answer, to which question, and when (security WA-1, WA-3, WA-4, WA-7). */
describe('a ceremony', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    const config = FACTORS_CONFIG.replace('    login: {', '    login: { lifespan: 3h,').replace(
      '    settings: {',
      '    settings: { privileged_session_max_age: 24h,',
    );
    server = await startEmbedded({ config, files: FACTORS_FILES });
  });
  afterAll(() => server.stop());

  const stranger = (holder: Holder): Holder => ({ ...holder, http: createHttpClient() });

  test('of one flow is not that of another', async () => {
    const holder = await newPasskeyHolder(server);
    const [one, other] = [stranger(holder), stranger(holder)];
    const [asked, sent] = [await open(one, 'login'), await open(other, 'login')];
    const answer = await send(other, sent, withPasskey(holder, asked));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
    expect(await levelOf(other, other.http)).toBeUndefined();
  });

  test('is for its purpose: what makes a key signs nobody in, what signs in raises nothing', async () => {
    const holder = await newHolder(server);
    await addKey(holder);
    await addPasskey(holder);
    const settings = await open(holder, 'settings');
    const enrolment = askedBy(settings.json).creation('passkey_settings_register');
    const { challenge } = 'publicKey' in enrolment ? enrolment.publicKey : enrolment;
    const other = stranger(holder);
    const flow = await open(other, 'login');
    const forged = {
      method: 'passkey',
      passkey_login: JSON.stringify(holder.passkeys.get({ challenge, rpId: 'sallyport.test' })),
    };
    expect(messagesOf((await send(other, flow, forged)).json)).toEqual([4000008]);
    // A signature over the question of another flow, as the second factor.
    const weak = await elsewhere(holder);
    const stepUp = await open(weak, 'login', '?aal=aal2');
    const [credential] = holder.key.credentials;
    const question = askedBy(flow.json).request('passkey_login');
    const body = { passkey_login: JSON.stringify(holder.key.get(question, { ...(credential && { credential }) })) };
    const answer = await send(weak, stepUp, {
      method: 'webauthn',
      identifier: holder.email,
      webauthn_login: read(body, 'passkey_login'),
    });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
    expect(await levelOf(weak, weak.http)).toBe('aal1');
  });

  test('of settings ends after five minutes, and the next form has a new one', async () => {
    const holder = await newHolder(server);
    const flow = await open(holder, 'settings');
    const [key, passkey] = [newKey(holder, flow), newPasskey(holder, flow)];
    server.pass(6 * MINUTE);
    for (const body of [key, passkey]) {
      const answer = await send(holder, flow, body);
      expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    }
    const again = await holder.http.get(`${server.publicUrl}/self-service/settings/flows?id=${flow.id}`);
    await send(holder, flow, newKey(holder, { ...flow, json: again.json }), 200);
    expect([await buttons(holder, 'webauthn_remove'), await buttons(holder, 'passkey_remove')]).toEqual([1, 0]);
  });

  test('of a second factor ends after five minutes', async () => {
    const holder = await newHolder(server);
    await addKey(holder);
    const weak = await elsewhere(holder);
    const flow = await open(weak, 'login', '?aal=aal2');
    const body = withKey(weak, flow);
    server.pass(6 * MINUTE);
    const answer = await send(weak, flow, body);
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
    await send(weak, flow, withKey(weak, { ...flow, json: answer.json }), 200);
    expect(await levelOf(weak, weak.http)).toBe('aal2');
  });

  test('of a page on which anybody may sign in ends after an hour, however long the page lives', async () => {
    const holder = await newPasskeyHolder(server);
    const [early, late] = [stranger(holder), stranger(holder)];
    const [one, other] = [await open(early, 'login'), await open(late, 'login')];
    server.pass(50 * MINUTE);
    await send(early, one, withPasskey(holder, one), 200);
    server.pass(20 * MINUTE);
    const answer = await send(late, other, withPasskey(holder, other));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000008]]);
    expect(await levelOf(late, late.http)).toBeUndefined();
  });

  test('is used once: what signed in signs in nobody else', async () => {
    const holder = await newPasskeyHolder(server);
    const first = stranger(holder);
    const flow = await open(first, 'login');
    const body = withPasskey(holder, flow);
    await send(first, flow, body, 200);
    const again = await send(first, flow, body);
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect(again.status).toBeLessThan(500);
    const thief = stranger(holder);
    const other = await open(thief, 'login');
    expect(messagesOf((await send(thief, other, body)).json)).toEqual([4000008]);
    expect(await levelOf(thief, thief.http)).toBeUndefined();
  });

  test('of one tab is not answered in the other, and an authenticator is added once', async () => {
    const holder = await newHolder(server);
    const [one, other] = [await open(holder, 'settings'), await open(holder, 'settings')];
    const body = newKey(holder, one);
    expect(messagesOf((await send(holder, other, body)).json)).toEqual([4000001]);
    await send(holder, one, body, 200);
    expect(messagesOf((await send(holder, one, body)).json)).toEqual([4000001]);
    // The other tab does not know of the new key yet; its id is known nevertheless.
    const [credential] = holder.key.credentials;
    const made = holder.key.create(askedBy(other.json).creation('webauthn_register'), {
      id: credential?.id ?? Buffer.alloc(0),
    });
    const twice = { method: 'webauthn', webauthn_register_displayname: 'b', webauthn_register: JSON.stringify(made) };
    expect(messagesOf((await send(holder, other, twice)).json)).toEqual([4000001]);
    expect(await buttons(holder, 'webauthn_remove')).toBe(1);
  });

  test('registers no key that another account has', async () => {
    const owner = await newPasskeyHolder(server);
    const id = owner.passkeys.credentials[0]?.id ?? Buffer.alloc(0);
    const thief = await newHolder(server);
    const flow = await open(thief, 'settings');
    const made = thief.passkeys.create(askedBy(flow.json).creation('passkey_settings_register'), { id });
    const answer = await send(thief, flow, { method: 'passkey', passkey_settings_register: JSON.stringify(made) });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    const other = await open(thief, 'settings');
    const key = thief.key.create(askedBy(other.json).creation('webauthn_register'), { id });
    const body = { method: 'webauthn', webauthn_register_displayname: 'k', webauthn_register: JSON.stringify(key) };
    expect(messagesOf((await send(thief, other, body)).json)).toEqual([4000001]);
    const back = stranger(owner);
    const login = await open(back, 'login');
    await send(back, login, withPasskey(owner, login), 200);
    expect(await levelOf(owner, back.http)).toBe('aal1');
  });

  test('knows the owner by the key: a swapped handle and a typed address change nothing', async () => {
    const [ada, bob] = [await newPasskeyHolder(server), await newPasskeyHolder(server)];
    const browser = stranger(ada);
    const flow = await open(browser, 'login');
    const handleOfBob = bob.passkeys.credentials[0]?.userHandle ?? Buffer.alloc(0);
    const swapped = ada.passkeys.get(askedBy(flow.json).request('passkey_login'), { userHandle: handleOfBob });
    const refused = await send(browser, flow, { method: 'passkey', passkey_login: JSON.stringify(swapped) });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4000008]]);
    const body = { ...withPasskey(ada, { ...flow, json: refused.json }), identifier: bob.email };
    await send(browser, flow, body, 200);
    expect(await levelOf(ada, browser.http)).toBe('aal1');
  });

  test('of somebody else raises no session', async () => {
    const [ada, bob] = [await newHolder(server), await newHolder(server)];
    await addKey(ada);
    await addKey(bob);
    const weak = await elsewhere(ada);
    const flow = await open(weak, 'login', '?aal=aal2');
    const [credential] = bob.key.credentials;
    const body = withKey({ ...bob, email: ada.email }, flow, { ...(credential && { credential }) });
    expect(messagesOf((await send(weak, flow, body)).json)).toEqual([4000008]);
    expect(await levelOf(weak, weak.http)).toBe('aal1');
  });

  test('counts: the number of the last use is kept, and less or the same is refused and told', async () => {
    const holder = await newHolder(server, { counter: 3 });
    await addKey(holder);
    const ceremony = async (counter: number): Promise<number> => {
      const weak = await elsewhere(holder);
      const flow = await open(weak, 'login', '?aal=aal2');
      const bend = { of: ['get'], authenticatorData: (data: object) => ({ ...data, counter }) } as const;
      return (await send(weak, flow, withKey(weak, flow, { bend: bend as never }))).status;
    };
    expect([await ceremony(10), await ceremony(10), await ceremony(2), await ceremony(0)]).toEqual([
      200, 400, 400, 400,
    ]);
    expect(await ceremony(11)).toBe(200);
    expect(server.events.map(({ event }) => event)).toContain('authenticator.copied');
  });

  test('excludes the keys that the person has, and names nobody by a handle', async () => {
    const holder = await newHolder(server);
    await addKey(holder);
    await addPasskey(holder);
    const flow = await open(holder, 'settings');
    for (const [field, { credentials }] of [
      ['webauthn_register', holder.key],
      ['passkey_settings_register', holder.passkeys],
    ] as const) {
      const asked = askedBy(flow.json).creation(field);
      const { excludeCredentials = [], user } = 'publicKey' in asked ? asked.publicKey : asked;
      const ids = credentials.map(({ id }) => Buffer.from(id).toString('base64url'));
      expect(excludeCredentials.map(({ id }) => id)).toEqual(ids);
      const handle = Buffer.from(user.id, 'base64url');
      expect(handle.length).toBeLessThanOrEqual(64);
      expect(handle.toString('latin1')).not.toContain(holder.email);
    }
  });
});
