import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BendName, bendsOf, type Ceremony } from '../../src/testing/authenticator/bends.ts';
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
  open,
  send,
  withKey,
  withPasskey,
} from '../support/factors.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { messagesOf } from '../support/self-service.ts';

/** Verification of the user is not required, so that an answer without it is a good one (WA-2). */
const GOOD: ReadonlySet<BendName> = new Set(['user-unverified']);
/** Where the authenticator counts from is told in the tests of ceremonies; what is too large is refused before it is read. */
const ELSEWHERE: ReadonlySet<BendName> = new Set(['counter-back', 'counter-again', 'large-cbor']);
const refusedOf = (ceremony: Ceremony): readonly BendName[] =>
  bendsOf(ceremony).filter((bend) => !GOOD.has(bend) && !ELSEWHERE.has(bend));
/** Whose handle comes along matters where nobody has said who they are. */
const NEEDS_HANDLE: ReadonlySet<BendName> = new Set(['no-user-handle']);

describe('what a key answers', () => {
  let server: EmbeddedServer;
  /** Somebody who adds keys, and somebody who has them: a counting one of each kind. */
  let adds: Holder;
  let has: Holder;
  beforeAll(async () => {
    // Each refused answer is a wrong second factor: as many as there are ways to bend one.
    const limits = 'limits: { factor_failures: { tries: 1000 }, device_factor_failures: { tries: 1000 } }\n';
    server = await startEmbedded({ config: `${FACTORS_CONFIG}${limits}`, files: FACTORS_FILES });
    adds = await newHolder(server);
    has = await newHolder(server, { counter: 10 });
    await addKey(has);
    await addPasskey(has);
  });
  afterAll(() => server.stop());

  test.each(refusedOf('create'))('adds no security key: %s', async (bend) => {
    const flow = await open(adds, 'settings');
    const answer = await send(adds, flow, newKey(adds, flow, { bend }));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect(await buttons(adds, 'webauthn_remove')).toBe(0);
  });

  test.each(refusedOf('create'))('adds no passkey: %s', async (bend) => {
    const flow = await open(adds, 'settings');
    const answer = await send(adds, flow, newPasskey(adds, flow, { bend }));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect(await buttons(adds, 'passkey_remove')).toBe(0);
  });

  test.each(refusedOf('create'))('registers nobody: %s', async (bend) => {
    const stranger: Holder = { ...adds, email: 'nobody@sallyport.test', http: createHttpClient() };
    const flow = await open(stranger, 'registration');
    const made = stranger.passkeys.create(askedBy(flow.json).creation('passkey_register'), { bend });
    const body = { method: 'passkey', traits: { email: stranger.email }, passkey_register: JSON.stringify(made) };
    const answer = await send(stranger, flow, body);
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect(await levelOf(stranger, stranger.http)).toBeUndefined();
    stranger.http.close();
  });

  test.each(refusedOf('get').filter((bend) => !NEEDS_HANDLE.has(bend)))('raises no session: %s', async (bend) => {
    const browser = await elsewhere(has);
    const flow = await open(browser, 'login', '?aal=aal2');
    const answer = await send(browser, flow, withKey(browser, flow, { bend }));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [expect.any(Number)]]);
    expect(messagesOf(answer.json)[0]).toBeOneOf([4000001, 4000008]);
    expect(await levelOf(browser, browser.http)).toBe('aal1');
    browser.http.close();
  });

  test.each(refusedOf('get'))('signs nobody in: %s', async (bend) => {
    const stranger: Holder = { ...has, http: createHttpClient() };
    const flow = await open(stranger, 'login');
    const answer = await send(stranger, flow, withPasskey(stranger, flow, { bend }));
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [expect.any(Number)]]);
    expect(messagesOf(answer.json)[0]).toBeOneOf([4000001, 4000008, 4000015]);
    expect(await levelOf(stranger, stranger.http)).toBeUndefined();
    stranger.http.close();
  });

  test('is not read where it is too large', async () => {
    const flow = await open(adds, 'settings');
    expect((await send(adds, flow, newKey(adds, flow, { bend: 'large-cbor' }))).status).toBe(413);
    expect(await buttons(adds, 'webauthn_remove')).toBe(0);
  });

  test('is taken where nothing is wrong with it, after all that was refused', async () => {
    const stranger: Holder = { ...has, http: createHttpClient() };
    const flow = await open(stranger, 'login');
    const answer = await send(stranger, flow, withPasskey(stranger, flow));
    // With a security key beside the passkey, the second factor is asked for next.
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([422, 'browser_location_change_required']);
    const next = await open(stranger, 'login', '?aal=aal2');
    await send(stranger, next, withKey(stranger, next), 200);
    expect(await levelOf(stranger, stranger.http)).toBe('aal2');
    stranger.http.close();
  });
});
