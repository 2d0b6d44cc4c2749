import { Configuration, CourierApi, FrontendApi, IdentityApi, type UiNode } from '@ory/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { readText } from '../support/http-client.ts';
import { pressLink } from '../support/mailed-link.ts';
import { isVerified, newestCode, newestLink, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { messagesOf } from '../support/self-service.ts';
import { createJarAdapter } from './jar-adapter.ts';

const PASSWORD = 'clouds over the harbour';
const CHANGED = 'bells of the old town';
const nowhere = { uri: 'smtp://127.0.0.1:1/' };
const HALF_A_MINUTE = 31_000;
const TRANSITIONS = 'feature_flags: { use_continue_with_transitions: true }\n';
const REVOKE = 'after: { hooks: [{ hook: revoke_active_sessions }] }';
const baseOptions = { validateStatus: () => true };

/** A native app. */
const appOf = ({ publicUrl }: EmbeddedServer): FrontendApi =>
  new FrontendApi(new Configuration({ basePath: publicUrl, baseOptions }));

/** A browser of its own, with a single-page app in it. */
function browserOf({ publicUrl }: EmbeddedServer) {
  const jar = createJarAdapter();
  const api = new FrontendApi(new Configuration({ basePath: publicUrl, baseOptions: jar.baseOptions }));
  return { http: jar.http, api };
}

function csrf({ ui }: { readonly ui: { readonly nodes: readonly UiNode[] } }): string {
  for (const { attributes } of ui.nodes) {
    if ('name' in attributes && attributes.name === 'csrf_token') return String(attributes.value);
  }
  throw new Error('the form has no CSRF token');
}

async function signIn(server: EmbeddedServer, identifier: string, password: string) {
  const api = appOf(server);
  const { data: flow } = await api.createNativeLoginFlow();
  const body = { method: 'password' as const, identifier, password };
  return api.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body });
}

describe('@ory/client as it comes from npm: verification and recovery by code', () => {
  let server: EmbeddedServer;
  let api: FrontendApi;
  beforeAll(async () => {
    const options = { passwordless: true, recovery: REVOKE, more: TRANSITIONS };
    server = await startEmbedded({ config: mailConfig(nowhere, options), files: MAIL_FILES });
    api = appOf(server);
  });
  afterAll(() => server.stop());

  const verify = (flow: string, body: { readonly code?: string; readonly email?: string }) =>
    api.updateVerificationFlow({ flow, updateVerificationFlowBody: { method: 'code', ...body } });
  const recover = (flow: string, body: { readonly code?: string; readonly email?: string }) =>
    api.updateRecoveryFlow({ flow, updateRecoveryFlowBody: { method: 'code', ...body } });

  test('verifies in a native app: a wrong code, another one asked for, the last one counts', async () => {
    const email = 'anna@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const { data: flow } = await api.createNativeVerificationFlow();
    const asked = await verify(flow.id, { email });
    expect([asked.status, asked.data.state, messagesOf(asked.data)]).toEqual([200, 'sent_email', [1080003]]);
    const first = await newestCode(server, email);
    const refused = await verify(flow.id, { code: wrong(first) });
    expect([refused.status, messagesOf(refused.data)]).toEqual([200, [4070006]]);
    server.pass(HALF_A_MINUTE);
    expect((await verify(flow.id, { email })).data.state).toBe('sent_email');
    const second = await newestCode(server, email);
    expect(messagesOf((await verify(flow.id, { code: first === second ? wrong(second) : first })).data)).toEqual([
      4070006,
    ]);
    expect(await isVerified(server, email)).toBe(false);
    const passed = await verify(flow.id, { code: `${second.slice(0, 3)} ${second.slice(3)}` });
    expect([passed.status, passed.data.state, messagesOf(passed.data)]).toEqual([200, 'passed_challenge', [1080002]]);
    expect(await isVerified(server, email)).toBe(true);
    expect((await api.getVerificationFlow({ id: flow.id })).data.state).toBe('passed_challenge');
  });

  test('verifies in a single-page app', async () => {
    const email = 'bea@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const browser = browserOf(server);
    const { data: flow } = await browser.api.createBrowserVerificationFlow();
    const update = (body: { readonly code?: string; readonly email?: string }) =>
      browser.api.updateVerificationFlow({
        flow: flow.id,
        updateVerificationFlowBody: { method: 'code', csrf_token: csrf(flow), ...body },
      });
    expect((await update({ email })).data.state).toBe('sent_email');
    const passed = await update({ code: await newestCode(server, email) });
    expect([passed.status, passed.data.state]).toEqual([200, 'passed_challenge']);
    expect(await isVerified(server, email)).toBe(true);
    browser.http.close();
  });

  test('recovers in a native app: by continue_with to a new password, and no old session', async () => {
    const email = 'carla@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const old = (await signIn(server, email, PASSWORD)).data.session_token ?? '';
    const { data: flow } = await api.createNativeRecoveryFlow();
    const asked = await recover(flow.id, { email });
    expect([asked.status, asked.data.state, messagesOf(asked.data)]).toEqual([200, 'sent_email', [1060003]]);
    const code = await newestCode(server, email);
    const refused = await recover(flow.id, { code: wrong(code) });
    expect([refused.status, messagesOf(refused.data)]).toEqual([200, [4060006]]);
    const passed = await recover(flow.id, { code });
    expect([passed.status, passed.data.state]).toEqual([200, 'passed_challenge']);
    expect(passed.data.continue_with?.map(({ action }) => action)).toEqual([
      'set_ory_session_token',
      'show_settings_ui',
    ]);
    const xSessionToken = readText(passed.data, 'continue_with.0.ory_session_token');
    const id = readText(passed.data, 'continue_with.1.flow.id');
    const { data: settings } = await api.getSettingsFlow({ id, xSessionToken });
    expect(messagesOf(settings)).toEqual([1060001]);
    const body = { method: 'password' as const, password: CHANGED };
    expect((await api.updateSettingsFlow({ flow: id, xSessionToken, updateSettingsFlowBody: body })).status).toBe(200);
    expect((await api.toSession({ xSessionToken: old })).status).toBe(401);
    expect((await api.toSession({ xSessionToken })).status).toBe(200);
    const signedIn = [await signIn(server, email, PASSWORD), await signIn(server, email, CHANGED)];
    expect(signedIn.map(({ status }) => status)).toEqual([400, 200]);
  });

  test('recovers in a single-page app by continue_with', async () => {
    const email = 'dora@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const browser = browserOf(server);
    const { data: flow } = await browser.api.createBrowserRecoveryFlow();
    const update = (body: { readonly code?: string; readonly email?: string }) =>
      browser.api.updateRecoveryFlow({
        flow: flow.id,
        updateRecoveryFlowBody: { method: 'code', csrf_token: csrf(flow), ...body },
      });
    expect((await update({ email })).data.state).toBe('sent_email');
    const passed = await update({ code: await newestCode(server, email) });
    expect([passed.status, passed.data.continue_with?.map(({ action }) => action)]).toEqual([
      200,
      ['show_settings_ui'],
    ]);
    const { data: settings } = await browser.api.getSettingsFlow({
      id: readText(passed.data, 'continue_with.0.flow.id'),
    });
    const changed = await browser.api.updateSettingsFlow({
      flow: settings.id,
      updateSettingsFlowBody: { method: 'password', password: CHANGED, csrf_token: csrf(settings) },
    });
    expect(changed.status).toBe(200);
    expect((await signIn(server, email, CHANGED)).status).toBe(200);
    browser.http.close();
  });

  test('five wrong codes: the client is led to a new recovery, and that one works', async () => {
    const email = 'emma@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const { data: flow } = await api.createNativeRecoveryFlow();
    await recover(flow.id, { email });
    const code = await newestCode(server, email);
    for (let by = 1; by <= 5; by += 1)
      expect(messagesOf((await recover(flow.id, { code: wrong(code, by) })).data)).toEqual([4060006]);
    const dead = await recover(flow.id, { code });
    expect(dead.status).toBe(400);
    const next = readText(dead.data, 'error.details.continue_with.0.flow.id');
    expect(messagesOf((await api.getRecoveryFlow({ id: next })).data)).toEqual([4000001]);
    server.pass(HALF_A_MINUTE);
    await recover(next, { email });
    expect((await recover(next, { code: await newestCode(server, email) })).data.state).toBe('passed_challenge');
  });

  test('an administrator makes a code, and reads the messages', async () => {
    const email = 'frida@sallyport.test';
    const id = await createPerson(server.adminUrl, { email, password: PASSWORD });
    const admin = new Configuration({ basePath: server.adminUrl, baseOptions });
    const made = await new IdentityApi(admin).createRecoveryCodeForIdentity({
      createRecoveryCodeForIdentityBody: { identity_id: id, expires_in: '1h', flow_type: 'api' },
    });
    expect(made.status).toBe(201);
    expect(made.data.recovery_code).toMatch(/^\d{6}$/);
    const flow = new URL(made.data.recovery_link).searchParams.get('flow') ?? '';
    const passed = await recover(flow, { code: made.data.recovery_code });
    expect([passed.status, passed.data.state]).toEqual([200, 'passed_challenge']);

    const { data: verification } = await api.createNativeVerificationFlow();
    await verify(verification.id, { email });
    const courier = new CourierApi(admin);
    const { data: messages } = await courier.listCourierMessages({ recipient: email });
    expect(messages.map((one) => [one.template_type, one.status, one.type])).toEqual([
      ['verification_code_valid', 'queued', 'email'],
    ]);
    const one = await courier.getCourierMessage({ id: messages[0]?.id ?? '' });
    expect([one.status, one.data.recipient, one.data.body]).toEqual([200, email, messages[0]?.body]);
    expect((await courier.listCourierMessages({ recipient: email, status: 'sent' })).data).toEqual([]);
    expect((await courier.getCourierMessage({ id: verification.id })).status).toBe(404);
  });

  test('registers and signs in without a password in a native app', async () => {
    const traits = { email: 'nora@sallyport.test' };
    const { data: flow } = await api.createNativeRegistrationFlow();
    const register = (more: { readonly code?: string; readonly resend?: string }) =>
      api.updateRegistrationFlow({
        flow: flow.id,
        updateRegistrationFlowBody: { method: 'code', traits, csrf_token: '', ...more },
      });
    const asked = await register({});
    expect([asked.status, messagesOf(asked.data)]).toEqual([400, [1040005]]);
    const first = await newestCode(server, traits.email);
    expect(messagesOf((await register({ code: wrong(first) })).data)).toEqual([4040003]);
    server.pass(HALF_A_MINUTE);
    await register({ resend: 'code' });
    const registered = await register({ code: await newestCode(server, traits.email) });
    expect([registered.status, registered.data.identity.traits]).toEqual([200, traits]);
    const xSessionToken = registered.data.session_token ?? '';
    expect((await api.toSession({ xSessionToken })).data.authentication_methods?.[0]?.method).toBe('code');

    const { data: login } = await api.createNativeLoginFlow();
    const enter = (more: { readonly code?: string; readonly resend?: string }) =>
      api.updateLoginFlow({
        flow: login.id,
        updateLoginFlowBody: { method: 'code', identifier: traits.email, csrf_token: '', ...more },
      });
    const sent = await enter({});
    expect([sent.status, messagesOf(sent.data)]).toEqual([400, [1010014]]);
    const code = await newestCode(server, traits.email);
    expect(messagesOf((await enter({ code: wrong(code) })).data)).toEqual([4010008]);
    const entered = await enter({ code: `${code.slice(0, 3)}-${code.slice(3)}` });
    expect([entered.status, entered.data.session.identity?.traits]).toEqual([200, traits]);
  });

  test('registers and signs in without a password in a single-page app', async () => {
    const traits = { email: 'olga@sallyport.test' };
    const browser = browserOf(server);
    const { data: flow } = await browser.api.createBrowserRegistrationFlow();
    const register = (more: { readonly code?: string }) =>
      browser.api.updateRegistrationFlow({
        flow: flow.id,
        updateRegistrationFlowBody: { method: 'code', traits, csrf_token: csrf(flow), ...more },
      });
    expect((await register({})).status).toBe(400);
    expect((await register({ code: await newestCode(server, traits.email) })).status).toBe(200);
    expect((await browser.api.toSession()).data.identity?.traits).toEqual(traits);
    browser.http.close();

    const other = browserOf(server);
    const { data: login } = await other.api.createBrowserLoginFlow();
    const enter = (more: { readonly code?: string; readonly resend?: string }) =>
      other.api.updateLoginFlow({
        flow: login.id,
        updateLoginFlowBody: { method: 'code', identifier: traits.email, csrf_token: csrf(login), ...more },
      });
    expect((await enter({})).status).toBe(400);
    server.pass(HALF_A_MINUTE);
    expect((await enter({ resend: 'code' })).status).toBe(400);
    expect((await enter({ code: await newestCode(server, traits.email) })).status).toBe(200);
    expect((await other.api.toSession()).data.identity?.traits).toEqual(traits);
    other.http.close();
  });
});

describe('@ory/client as it comes from npm: verification and recovery by link', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig(nowhere, { use: 'link', recovery: REVOKE }),
      files: MAIL_FILES,
    });
  });
  afterAll(() => server.stop());

  /** Opens a link in a browser of its own, and the settings that it leads to. */
  async function follow(link: string) {
    const browser = browserOf(server);
    const opened = await pressLink(browser.http, link);
    expect([opened.status, opened.location]).toEqual([303, expect.stringContaining('/settings?flow=')]);
    const id = new URL(opened.location ?? '').searchParams.get('flow') ?? '';
    const { data: settings } = await browser.api.getSettingsFlow({ id });
    expect(messagesOf(settings)).toEqual([1060001]);
    return { ...browser, settings };
  }

  test('verifies by the link of the mail', async () => {
    const email = 'ada@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const api = appOf(server);
    const { data: flow } = await api.createNativeVerificationFlow();
    const asked = await api.updateVerificationFlow({
      flow: flow.id,
      updateVerificationFlowBody: { method: 'link', email },
    });
    expect([asked.status, messagesOf(asked.data)]).toEqual([200, [1080001]]);
    const browser = browserOf(server);
    await pressLink(browser.http, await newestLink(server, email));
    expect(await isVerified(server, email)).toBe(true);
    browser.http.close();
  });

  test('recovers by the link of the mail: a new password, and no old session', async () => {
    const email = 'berta@sallyport.test';
    await createPerson(server.adminUrl, { email, password: PASSWORD });
    const old = (await signIn(server, email, PASSWORD)).data.session_token ?? '';
    const { api, http } = browserOf(server);
    const { data: flow } = await api.createBrowserRecoveryFlow();
    const asked = await api.updateRecoveryFlow({
      flow: flow.id,
      updateRecoveryFlowBody: { method: 'link', email, csrf_token: csrf(flow) },
    });
    expect([asked.status, messagesOf(asked.data)]).toEqual([200, [1060002]]);
    http.close();
    const other = await follow(await newestLink(server, email));
    const changed = await other.api.updateSettingsFlow({
      flow: other.settings.id,
      updateSettingsFlowBody: { method: 'password', password: CHANGED, csrf_token: csrf(other.settings) },
    });
    expect(changed.status).toBe(200);
    expect((await other.api.toSession()).data.identity?.traits).toEqual({ email });
    expect((await appOf(server).toSession({ xSessionToken: old })).status).toBe(401);
    expect((await signIn(server, email, CHANGED)).status).toBe(200);
    other.http.close();
  });

  test('an administrator makes a link', async () => {
    const email = 'clara@sallyport.test';
    const id = await createPerson(server.adminUrl, { email, password: PASSWORD });
    const identities = new IdentityApi(new Configuration({ basePath: server.adminUrl, baseOptions }));
    const made = await identities.createRecoveryLinkForIdentity({
      createRecoveryLinkForIdentityBody: { identity_id: id, expires_in: '1h' },
    });
    expect([made.status, Date.parse(made.data.expires_at ?? '') > Date.now()]).toEqual([200, true]);
    const { api, http } = await follow(made.data.recovery_link);
    expect((await api.toSession()).data.identity?.traits).toEqual({ email });
    http.close();
  });
});
