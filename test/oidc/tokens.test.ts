import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, toCallback } from '../support/provider.ts';
import { startWithProvider } from '../support/provider-server.ts';
import { begin, messagesOf } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

let server: TestServer;
let provider: TestProvider;
let userinfo: TestProvider;

let stop: () => Promise<void>;
beforeAll(async () => {
  userinfo = await startProvider();
  ({ provider, server, stop } = await startWithProvider((acme) => ({
    providers: [
      providerEntry('acme', acme),
      providerEntry('info', userinfo, { claims_source: 'userinfo' }),
      providerEntry('slash', { issuer: `${acme.issuer}/` }),
      providerEntry('down', { issuer: 'http://127.0.0.1:1' }),
    ],
  })));
});
afterAll(async () => {
  await stop();
  await userinfo.stop();
});

type Twist = (header: Record<string, unknown>, payload: Record<string, unknown>) => void;
const WHO = { sub: 'mal', email: 'mal@example.org', email_verified: true, name: 'Mal' };

/** What becomes of a sign-in with an ID token like that. */
async function signInWith(twist: Twist, change: (callback: URL) => void = () => undefined) {
  const http = createHttpClient();
  provider.says(WHO);
  const flow = await begin(http, server.publicUrl, 'login', 'browser');
  const callback = new URL(await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf }));
  provider.twist(twist);
  change(callback);
  const answer = await http.get(callback.href, { accept: 'text/html' });
  const form = await http.get(`${server.publicUrl}/self-service/login/flows?id=${flow.id}`);
  const whoami = await http.get(`${server.publicUrl}/sessions/whoami`);
  http.close();
  return { answer, form: form.json, signedIn: whoami.status === 200 };
}

const set =
  (claims: Readonly<Record<string, unknown>>): Twist =>
  (_header, payload) =>
    void Object.assign(payload, claims);
const remove =
  (claim: string): Twist =>
  (_header, payload) =>
    void delete payload[claim];
const now = (): number => Math.floor(Date.now() / 1_000);

describe('a token that is not what it should be signs nobody in, leaves no account and says one sentence:', () => {
  test.each<readonly [string, Twist]>([
    ['another nonce', set({ nonce: 'of-another-sign-in' })],
    ['no nonce', remove('nonce')],
    ['another audience', set({ aud: 'another-client' })],
    ['several audiences and no azp', set({ aud: ['shop', 'another-client'] })],
    ['azp of another client', set({ azp: 'another-client' })],
    ['another issuer', set({ iss: 'https://provider.example' })],
    ['the issuer with a slash', (_header, payload) => void (payload['iss'] = `${String(payload['iss'])}/`)],
    ['the issuer in capitals', (_header, payload) => void (payload['iss'] = String(payload['iss']).toUpperCase())],
    ['expired', set({ exp: now() - 3_600, iat: now() - 7_200 })],
    ['no expiry', remove('exp')],
    ['from the future', set({ iat: now() + 3_600 })],
    ['not valid yet', set({ nbf: now() + 3_600 })],
    ['no subject', set({ sub: undefined })],
    ['an empty subject', set({ sub: '' })],
    ['a subject that is a list', set({ sub: ['mal'] })],
    ['larger than 16 KiB', set({ filler: 'x'.repeat(20_000) })],
    ['a key id that is not published', (header) => void (header['kid'] = 'nobody-has-it')],
  ])('%s', async (_name, twist) => {
    const before = await countStored(server.adminUrl);
    const { answer, form, signedIn } = await signInWith(twist);
    expect([answer.status, new URL(answer.location ?? '').pathname]).toEqual([303, '/login']);
    expect(messagesOf(form)).toEqual([4000001]);
    expect(signedIn).toBe(false);
    expect(await countStored(server.adminUrl)).toEqual(before);
  });

  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const forged = (alg: string, sign: (input: string) => string) => (claims: Readonly<Record<string, unknown>>) => {
    const input = `${encode({ alg, typ: 'JWT', kid: provider.server.issuer.keys.get()?.kid })}.${encode(claims)}`;
    return `${input}.${sign(input)}`;
  };
  const published = () => JSON.stringify(provider.server.issuer.keys.toJSON());

  test.each([
    ['the algorithm none', forged('none', () => '')],
    ['HMAC with what is published', forged('HS256', (input) => createHmac('sha256', published()).update(input).digest('base64url'))],
    ['HMAC with the client secret', forged('HS256', (input) => createHmac('sha256', 'shop-secret').update(input).digest('base64url'))],
    ['a signature that is none', forged('RS256', () => Buffer.from('not a signature').toString('base64url'))],
    ['a key of somebody else', forged('RS256', foreignSignature())],
  ])('%s', async (_name, forge) => {
    let claims: Readonly<Record<string, unknown>> = {};
    provider.server.service.once('beforeResponse', ({ body }) => {
      if (typeof body === 'object') body['id_token'] = forge(claims);
    });
    const { form, signedIn } = await signInWith((_header, payload) => void (claims = { ...payload }));
    expect(messagesOf(form)).toEqual([4000001]);
    expect(signedIn).toBe(false);
  }); // prettier-ignore

  test('no token at all', async () => {
    provider.server.service.once('beforeResponse', ({ body }) => {
      if (typeof body === 'object') delete body['id_token'];
    });
    const { form, signedIn } = await signInWith(() => undefined);
    expect([messagesOf(form), signedIn]).toEqual([[4000001], false]);
  });

  test('a token endpoint that refuses the code', async () => {
    provider.server.service.once('beforeResponse', (answer) => {
      Object.assign(answer, { statusCode: 400, body: { error: 'invalid_grant', error_description: 'unrepeatable' } });
    });
    const { form, signedIn } = await signInWith(() => undefined);
    expect([messagesOf(form), signedIn]).toEqual([[4000001], false]);
    expect(JSON.stringify(form)).not.toContain('unrepeatable');
  });

  test('the answer of another issuer (RFC 9207)', async () => {
    const { form, signedIn } = await signInWith(
      () => undefined,
      (callback) => callback.searchParams.set('iss', 'https://provider.example'),
    );
    expect([messagesOf(form), signedIn]).toEqual([[4000001], false]);
  });
});

describe('what is right is taken:', () => {
  test('a token whose clock is half a minute ahead', async () => {
    const { signedIn } = await signInWith(set({ iat: now() + 30 }));
    expect(signedIn).toBe(true);
  });

  test('tokens of an old key and of one that was published a moment ago', async () => {
    await provider.server.issuer.keys.generate('RS256');
    const kids = new Set<unknown>();
    const note: Twist = ({ kid }) => void kids.add(kid); // the provider takes its keys in turn
    const first = await signInWith(note);
    provider.server.issuer.keys.get(); // a sign-in takes two turns: now it is the other key's
    const second = await signInWith(note);
    const signedIn = [first.signedIn, second.signedIn];
    expect([kids.size, ...signedIn]).toEqual([2, true, true]);
  });
});

describe('the userinfo of another person than the token', () => {
  const signIn = async (sub: string) => {
    const http = createHttpClient();
    userinfo.says({ sub: 'ida', email: 'ida@example.org', email_verified: true, name: 'Ida' });
    userinfo.server.service.once('beforeUserinfo', (answer) => {
      answer.body = { sub, email: 'ida@example.org', email_verified: true, name: 'Ida' };
    });
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const back = await toCallback(http, flow.action, { provider: 'info', csrf_token: flow.csrf });
    await http.get(back, { accept: 'text/html' });
    const { json } = await http.get(`${server.publicUrl}/sessions/whoami`);
    http.close();
    return read(json, 'identity.traits.email');
  };

  test('is not taken; that of the same person is', async () => {
    expect(await signIn('joe')).toBeUndefined();
    expect(await signIn('ida')).toBe('ida@example.org');
  });
});

describe('a provider that cannot be used leaves a message on the form and never a 500:', () => {
  test.each([
    ['down', 'nobody answers'],
    ['slash', 'its document speaks for another issuer, be it by a slash'],
  ])('%s: %s', async (id) => {
    const http = createHttpClient();
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const answer = await http.post(flow.action, { json: { method: 'oidc', provider: id, csrf_token: flow.csrf } });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    http.close();
  });

  test('what went wrong is in the log, without a token', () => {
    expect(server.log()).toContain('The discovery document speaks for');
    expect(server.log()).not.toMatch(/eyJ[\w-]{10}/);
  });
});

function foreignSignature(): (input: string) => string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return (input) => sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url');
}
