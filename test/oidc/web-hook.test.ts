import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { createHttpClient } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { viaProvider } from '../support/provider.ts';
import { type ProviderAndServer, startWithProvider } from '../support/provider-server.ts';
import { begin, signIn } from '../support/self-service.ts';

/* A web hook is told of the request that led to it: the form that was sent, or the way back from the provider. */

const BODY = 'function(ctx) { method: ctx.request_method, url: ctx.request_url }';
let receiver: HookReceiver;
let started: ProviderAndServer;

beforeAll(async () => {
  receiver = await startHookReceiver();
  const hook = (path: string): object => ({
    hook: 'web_hook',
    config: {
      url: `${receiver.url}/${path}`,
      method: 'POST',
      body: `base64://${Buffer.from(BODY).toString('base64')}`,
      can_interrupt: true,
    },
  });
  started = await startWithProvider((acme) => ({
    providers: [providerEntry('acme', acme)],
    flows: {
      login: {
        before: { hooks: [hook('login.before')] },
        after: { password: { hooks: [hook('login.password')] }, oidc: { hooks: [hook('login.oidc')] } },
      },
      registration: {
        after: {
          password: { hooks: [hook('registration.password'), { hook: 'session' }] },
          oidc: { hooks: [hook('registration.oidc'), { hook: 'session' }] },
        },
      },
    },
  }));
});
afterAll(async () => {
  await started.stop();
  await receiver.stop();
});

const told = async (path: string): Promise<unknown> => (await receiver.first(`/${path}`)).body;

test('at registration and sign-in by a provider it is the callback, without what only this server may read', async () => {
  const { provider, server } = started;
  provider.says({ sub: 'ada', email: 'ada@acme.test', email_verified: true, name: 'Ada L.' });
  const callback = { method: 'GET', url: `${server.publicUrl}/self-service/methods/oidc/callback/acme` };
  for (const kind of ['registration', 'login'] as const) {
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, kind, 'browser');
    const answer = await viaProvider(browser, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    browser.close();
    expect(answer.status, answer.text).toBe(303);
    expect(await told(`${kind}.oidc`)).toEqual(callback);
  }
});

test('of a form it is the POST to the flow; before a flow it is how the flow was begun', async () => {
  const { publicUrl } = started.server;
  const app = createHttpClient({ cookies: false });
  const person = { email: 'ben@acme.test', password: 'clouds over the harbour' };
  const flow = await begin(app, publicUrl, 'registration', 'api');
  const json = { method: 'password', traits: { email: person.email, name: 'Ben' }, password: person.password };
  expect((await app.post(flow.action, { json })).status).toBe(200);
  expect(await told('registration.password')).toEqual({ method: 'POST', url: flow.action });
  receiver.forget();
  expect((await signIn(app, publicUrl, person)).status).toBe(200);
  app.close();
  expect(await told('login.before')).toEqual({ method: 'GET', url: `${publicUrl}/self-service/login/api` });
  expect(await told('login.password')).toEqual({
    method: 'POST',
    url: expect.stringMatching(/\/self-service\/login\?flow=[0-9a-f-]{36}$/),
  });
});
