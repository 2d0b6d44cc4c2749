import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../src/testing/authenticator/authenticator.ts';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { askedBy } from '../support/asked.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import {
  addBackupCodes,
  addKey,
  addPasskey,
  addTotp,
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
  ORIGIN,
  PASSWORD,
  send,
  withPasskey,
} from '../support/factors.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';

const HOUR = 3_600_000;

/** Who may change what a person signs in with, and whose session a factor raises. */
describe('a session', () => {
  let server: EmbeddedServer;
  let ahead = 0;
  const pass = (milliseconds: number): void => {
    ahead += milliseconds;
    server.pass(milliseconds);
  };
  const now = (): number => Date.now() + ahead;
  beforeAll(async () => {
    // Settings are open at the first level, so that the methods themselves have to ask for the second.
    const config = FACTORS_CONFIG.replace('    settings: {', '    settings: { required_aal: aal1,').concat(
      'session: { whoami: { required_aal: aal1 }, lifespan: 720h }\n',
    );
    server = await startEmbedded({ config, files: FACTORS_FILES });
  });
  afterAll(() => server.stop());

  test.each<[string, (holder: Holder) => Promise<object>]>([
    ['an app', async (holder) => await totpOf(holder)],
    ['backup codes', async () => await Promise.resolve({ lookup_secret_regenerate: true })],
    ['a security key', async (holder) => newKey(holder, await open(holder, 'settings'))],
    ['a passkey', async (holder) => newPasskey(holder, await open(holder, 'settings'))],
  ])('that was left open for hours adds nothing: %s', async (_what, make) => {
    const holder = await newHolder(server);
    pass(2 * HOUR);
    const flow = await open(holder, 'settings');
    const body = await make(holder);
    const answer = await send(holder, flow, body);
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([403, 'session_refresh_required']);
    const left = ['webauthn_remove', 'passkey_remove', 'totp_unlink', 'lookup_secret_disable'];
    expect(await Promise.all(left.map((name) => buttons(holder, name)))).toEqual([0, 0, 0, 0]);
  });

  async function totpOf(holder: Holder): Promise<object> {
    const flow = await open(holder, 'settings');
    return { method: 'totp', totp_code: oneTimeCode(askedBy(flow.json).secret ?? '', now()) };
  }

  test('of the first level changes no factor of somebody who has one', async () => {
    const holder = await newHolder(server);
    await addTotp(holder, now());
    await addBackupCodes(holder);
    await addKey(holder);
    const weak = await elsewhere(holder);
    const flow = await open(weak, 'settings');
    const id = Buffer.from(holder.key.credentials[0]?.id ?? []).toString('hex');
    const bodies = [
      { totp_unlink: true },
      { lookup_secret_disable: true },
      { lookup_secret_regenerate: true },
      { webauthn_remove: id },
      newKey({ ...weak, key: createAuthenticator({ origin: ORIGIN }) }, await open(weak, 'settings')),
    ];
    for (const body of bodies) {
      const answer = await send(weak, flow, body);
      expect([Object.keys(body)[0], answer.status, read(answer.json, 'error.id')]).toEqual([
        Object.keys(body)[0],
        403,
        'session_aal2_required',
      ]);
    }
    expect(await buttons(holder, 'totp_unlink')).toBe(1);
    expect(await buttons(holder, 'webauthn_remove')).toBe(1);
  });

  test('is raised by its own person in its own flow alone', async () => {
    const [ada, bob] = [await newHolder(server), await newHolder(server)];
    await addTotp(ada, now());
    await addTotp(bob, now());
    pass(60_000);
    const app = async ({ email }: Holder): Promise<{ http: HttpClient; headers: Record<string, string> }> => {
      const http = createHttpClient({ cookies: false });
      const { json } = await signIn(http, server.publicUrl, { email, password: PASSWORD });
      return { http, headers: { 'x-session-token': readText(json, 'session_token') } };
    };
    const [first, second, third] = [await app(ada), await app(bob), await app(ada)];
    const begun = await first.http.get(`${server.publicUrl}/self-service/login/api?aal=aal2`, {
      headers: first.headers,
    });
    const action = readText(begun.json, 'ui.action');
    const code = (holder: Holder): object => ({ method: 'totp', totp_code: oneTimeCode(holder.secret, now()) });
    // Another's session with the code of her whose flow it is, nobody's session, and another's with a code of their own.
    for (const [headers, holder] of [
      [second.headers, ada],
      [{}, ada],
      [second.headers, bob],
    ] as const) {
      const { status } = await first.http.post(action, { headers, json: code(holder) });
      expect([holder.email, status >= 400 && status < 500]).toEqual([holder.email, true]);
    }
    const level = async ({ http, headers }: typeof first): Promise<unknown> =>
      read((await http.get(`${server.publicUrl}/sessions/whoami`, { headers })).json, 'authenticator_assurance_level');
    expect([await level(first), await level(second)]).toEqual(['aal1', 'aal1']);
    expect((await first.http.post(action, { headers: first.headers, json: code(ada) })).status).toBe(200);
    expect([await level(first), await level(second), await level(third)]).toEqual(['aal2', 'aal1', 'aal1']);
  });

  test('of somebody else confirms nothing in a flow for a fresh proof', async () => {
    const [ada, bob] = [await newHolder(server), await newHolder(server)];
    const app = async ({ email }: Holder): Promise<Record<string, string>> => {
      const { json } = await signIn(http, server.publicUrl, { email, password: PASSWORD });
      return { 'x-session-token': readText(json, 'session_token') };
    };
    const http = createHttpClient({ cookies: false });
    const [hers, his] = [await app(ada), await app(bob)];
    const begun = await http.get(`${server.publicUrl}/self-service/login/api?refresh=true`, { headers: hers });
    const proof = { method: 'password', identifier: bob.email, password: PASSWORD };
    const answer = await http.post(readText(begun.json, 'ui.action'), { headers: his, json: proof });
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([403, 'security_identity_mismatch']);
    http.close();
  });

  test('gets another cookie when its level rises, and the old one is nothing', async () => {
    const holder = await newHolder(server);
    await addTotp(holder, now());
    pass(60_000);
    const weak = await elsewhere(holder);
    const before = weak.http.cookies.header();
    const flow = await open(weak, 'login', '?aal=aal2');
    await send(weak, flow, { method: 'totp', totp_code: oneTimeCode(holder.secret, now()) }, 200);
    expect(await levelOf(weak, weak.http)).toBe('aal2');
    const thief = createHttpClient({ cookies: false });
    const stolen = await thief.get(`${server.publicUrl}/sessions/whoami`, { headers: { cookie: before } });
    expect(stolen.status).toBe(401);
  });

  test('keeps a way in: the last one is not removed', async () => {
    const holder = await newPasskeyHolder(server);
    const hex = (n: number): string => Buffer.from(holder.passkeys.credentials[n]?.id ?? []).toString('hex');
    const flow = await open(holder, 'settings');
    const answer = await send(holder, flow, { method: 'passkey', passkey_remove: hex(0) });
    expect([answer.status, messagesOf(answer.json, 'passkey_remove')]).toEqual([400, [4000001]]);
    // A second factor is no way in.
    await addTotp(holder, now());
    const still = await send(holder, await open(holder, 'settings'), { method: 'passkey', passkey_remove: hex(0) });
    expect(still.status).toBe(400);
    const browser = { ...holder, http: createHttpClient() };
    const login = await open(browser, 'login');
    expect((await send(browser, login, withPasskey(holder, login))).status).toBeOneOf([200, 422]);
  });

  test('keeps a way in: of two that are removed at once, one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const holder = await newPasskeyHolder(server);
      const second = { ...holder, passkeys: createAuthenticator({ origin: ORIGIN }) };
      await addPasskey(second);
      const credentials = [holder, second].map(({ passkeys }) => passkeys.credentials[0]);
      const flows = [await open(holder, 'settings'), await open(holder, 'settings')];
      const answers = await Promise.all(
        flows.map((flow, n) =>
          send(holder, flow, {
            method: 'passkey',
            passkey_remove: Buffer.from(credentials[n]?.id ?? []).toString('hex'),
          }),
        ),
      );
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2);
      expect(await buttons(holder, 'passkey_remove')).toBeGreaterThanOrEqual(1);
    }
  });

  test('of somebody else removes nothing: ids of keys are the owner’s', async () => {
    const [ada, bob] = [await newHolder(server), await newHolder(server)];
    await addPasskey(ada);
    await addKey(ada);
    await addPasskey(bob);
    for (const [name, credential] of [
      ['passkey_remove', ada.passkeys.credentials[0]],
      ['webauthn_remove', ada.key.credentials[0]],
    ] as const) {
      const flow = await begin(bob.http, server.publicUrl, 'settings', 'browser');
      const answer = await send(bob, flow, { [name]: Buffer.from(credential?.id ?? []).toString('hex') });
      expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    }
    expect([await buttons(ada, 'passkey_remove'), await buttons(ada, 'webauthn_remove')]).toEqual([1, 1]);
  });
});
