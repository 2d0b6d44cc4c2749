import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { toCallback, type TestProvider, viaProvider } from '../support/provider.ts';
import { startWithProvider } from '../support/provider-server.ts';
import { begin, messagesOf, valueOf } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

describe('somebody at a provider', () => {
  let server: TestServer;
  let provider: TestProvider;
  let http: HttpClient;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ provider, server, stop } = await startWithProvider((acme) => ({
      providers: [providerEntry('acme', acme, { label: 'Acme ID' })],
    })));
  });
  afterAll(() => stop());
  beforeEach(() => {
    http = createHttpClient();
  });
  afterEach(() => http.close());

  const go = async (kind: 'login' | 'registration', fields: Readonly<Record<string, unknown>> = {}) => {
    const flow = await begin(http, server.publicUrl, kind, 'browser');
    return viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf, ...fields });
  };
  const whoami = async () => (await http.get(`${server.publicUrl}/sessions/whoami`)).json;
  const pageOf = async (kind: 'login' | 'registration', location: string | undefined) => {
    const id = new URL(location ?? '').searchParams.get('flow');
    return (await http.get(`${server.publicUrl}/self-service/${kind}/flows?id=${id}`)).json;
  };

  test('is registered by the first sign-in, with what the provider has verified, and signed in by the next', async () => {
    provider.says({ sub: 'ada', email: 'ada@example.org', email_verified: true, name: 'Ada' });
    const first = await go('login');
    expect([first.status, first.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    const session = await whoami();
    expect(read(session, 'identity.traits')).toEqual({ email: 'ada@example.org', name: 'Ada' });
    expect(read(session, 'identity.verifiable_addresses.0.verified')).toBe(true);
    expect(read(session, 'authentication_methods.0')).toMatchObject({ method: 'oidc', aal: 'aal1', provider: 'acme' });
    // The account knows the browser from then on.
    const device = http.cookies.get('ory_kratos_session_device');
    expect(device).toMatch(/^[\w-]{100,}$/);
    const before = await countStored(server.adminUrl);
    http.close();
    http = createHttpClient();
    http.cookies.set('ory_kratos_session_device', device ?? '');
    const second = await go('login');
    expect(second.status).toBe(303);
    expect(http.cookies.get('ory_kratos_session_device')).not.toBe(device);
    expect(read(await whoami(), 'identity.id')).toBe(read(session, 'identity.id'));
    expect(await countStored(server.adminUrl)).toEqual({ ...before, sessions: before.sessions + 1 });
  });

  test('who is known signs in although they meant to register', async () => {
    provider.says({ sub: 'bea', email: 'bea@example.org', email_verified: true, name: 'Bea' });
    await go('registration');
    const id = read(await whoami(), 'identity.id');
    const before = await countStored(server.adminUrl);
    http.close();
    http = createHttpClient();
    const again = await go('registration');
    expect(again.status).toBe(303);
    expect(read(await whoami(), 'identity.id')).toBe(id);
    expect((await countStored(server.adminUrl)).identities).toBe(before.identities);
  });

  test('is asked for what the provider does not say, and goes on after it', async () => {
    provider.says({ sub: 'cyd', email: 'cyd@example.org', email_verified: true });
    const before = await countStored(server.adminUrl);
    const back = await go('login');
    expect([back.status, new URL(back.location ?? '').pathname]).toEqual([303, '/registration']);
    expect(await countStored(server.adminUrl)).toEqual(before);
    const form = await pageOf('registration', back.location);
    expect(read(form, 'active')).toBe('oidc');
    const nodes = readList(form, 'ui.nodes').map((node) => read(node, 'attributes.name'));
    expect(nodes).toEqual(['provider', 'csrf_token', 'traits.email', 'traits.name']);
    expect(messagesOf(form, 'traits.name')).toEqual([4000002]);
    expect(valueOf(form, 'traits.email')).toBe('cyd@example.org');
    const done = await viaProvider(http, readText(form, 'ui.action'), {
      provider: 'acme',
      csrf_token: valueOf(form, 'csrf_token'),
      traits: { email: 'cyd@example.org', name: 'Cyd' },
    });
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    expect(read(await whoami(), 'identity.traits.name')).toBe('Cyd');
    expect(read(await whoami(), 'identity.verifiable_addresses.0.verified')).toBe(true);
  });

  test('an address that was typed instead of the verified one is not verified', async () => {
    provider.says({ sub: 'dot', email: 'dot@example.org', email_verified: true, name: 'Dot' });
    await go('registration', { traits: { email: 'other@example.org' } });
    expect(read(await whoami(), 'identity.verifiable_addresses.0')).toMatchObject({
      value: 'other@example.org',
      verified: false,
    });
  });

  test('who cancels is back on the form they left, with every way in and one message', async () => {
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const back = new URL(await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf }));
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', 'a text of the provider that nobody may see');
    const answer = await http.get(back.href, { accept: 'text/html' });
    expect(answer.status).toBe(303);
    const form = await pageOf('login', answer.location);
    expect(messagesOf(form)).toEqual([4000001]);
    expect(JSON.stringify(form)).not.toContain('nobody may see');
    const names = readList(form, 'ui.nodes').map((node) => read(node, 'attributes.name'));
    expect(names).toEqual(['provider', 'csrf_token', 'identifier', 'password', 'method']);
  });

  test('an answer counts once', async () => {
    provider.says({ sub: 'eve', email: 'eve@example.org', email_verified: true, name: 'Eve' });
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const back = await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    const first = await http.get(back, { accept: 'text/html' });
    const again = await http.get(back, { accept: 'application/json' });
    expect(first.location).toBe('http://127.0.0.1:4455/home');
    expect([again.status, again.setCookies.length]).toEqual([303, 0]); // signed in already: nothing is done
    http.cookies.delete('ory_kratos_session');
    const stranger = await http.get(back, { accept: 'application/json' });
    expect(stranger.status).toBeGreaterThanOrEqual(400);
    expect(stranger.status).toBeLessThan(500);
  });

  test('a password still signs in on a flow whose person pressed Back at the provider', async () => {
    provider.says({ sub: 'fay', email: 'fay@example.org', email_verified: true, name: 'Fay' });
    const registration = await begin(http, server.publicUrl, 'registration', 'browser');
    const person = { traits: { email: 'gil@example.org', name: 'Gil' }, password: 'a lighthouse in the fog' };
    await toCallback(http, registration.action, { provider: 'acme', csrf_token: registration.csrf });
    const answer = await http.post(registration.action, {
      json: { method: 'password', csrf_token: registration.csrf, ...person },
    });
    expect(answer.status).toBe(200);
    expect(read(await whoami(), 'identity.traits.name')).toBe('Gil');
  });
});

describe('identifier first', () => {
  test('somebody who has no password but an account at a provider is led on', async () => {
    const { provider, server, stop } = await startWithProvider((acme) => ({
      providers: [providerEntry('acme', acme)],
      flows: { login: { style: 'identifier_first' }, registration: { style: 'profile_first' } },
    }));
    const http = createHttpClient();
    provider.says({ sub: 'ned', email: 'ned@example.org', email_verified: true, name: 'Ned' });
    const registration = await begin(http, server.publicUrl, 'registration', 'browser');
    await viaProvider(http, registration.action, { provider: 'acme', csrf_token: registration.csrf });
    http.cookies.delete('ory_kratos_session');
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const step = (identifier: string) =>
      http.post(flow.action, { json: { method: 'identifier_first', identifier, csrf_token: flow.csrf } });
    expect(messagesOf((await step('nobody@example.org')).json, 'identifier')).toEqual([4000037]);
    const second = await step('ned@example.org');
    expect(messagesOf(second.json, 'identifier')).toEqual([]);
    expect(valueOf(second.json, 'provider')).toBe('acme');
    const done = await viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    expect([done.status, done.location]).toEqual([303, 'http://127.0.0.1:4455/home']);
    http.close();
    await stop();
  });
});
