import { Configuration, FrontendApi } from '@ory/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';
const CHANGED = 'bells of the old town';

describe('@ory/client as it comes from npm, in a native app', () => {
  let server: TestServer;
  let api: FrontendApi;
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    const configuration = { basePath: server.publicUrl, baseOptions: { validateStatus: () => true } };
    api = new FrontendApi(new Configuration(configuration));
  });
  afterAll(() => server.stop());

  /** Somebody new, with the token of a session. */
  async function arrive() {
    const email = `native${(count += 1)}@sallyport.test`;
    const { data: flow } = await api.createNativeRegistrationFlow();
    const body = { method: 'password' as const, traits: { email }, password: PASSWORD };
    const answer = await api.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody: body });
    return { email, token: answer.data.session_token ?? '', answer };
  }

  async function signIn(identifier: string, password: string) {
    const { data: flow } = await api.createNativeLoginFlow();
    const body = { method: 'password' as const, identifier, password };
    return { flow, answer: await api.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body }) };
  }

  test('shows what a registration asks for', async () => {
    const { data: flow } = await api.createNativeRegistrationFlow();
    const names = flow.ui.nodes.map(({ attributes }) => ('name' in attributes ? attributes.name : ''));
    expect(names).toEqual(expect.arrayContaining(['traits.email', 'traits.name', 'password', 'method']));
  });

  test('registers somebody and hands out a session token', async () => {
    const { answer, email, token } = await arrive();
    expect(answer.status).toBe(200);
    expect(answer.data.identity.traits).toEqual({ email });
    expect(answer.data.session?.identity?.id).toBe(answer.data.identity.id);
    expect(token).toMatch(/^ory_st_[A-Za-z0-9]{32}$/);
  });

  test("says whose a token is, and that it is nobody's", async () => {
    const { email, token } = await arrive();
    const { data, status } = await api.toSession({ xSessionToken: token });
    expect(status).toBe(200);
    expect(data.active).toBe(true);
    expect(data.identity?.traits).toEqual({ email });
    expect((await api.toSession({ xSessionToken: 'ory_st_nobody' })).status).toBe(401);
  });

  test('does not sign in with a wrong password, and does with the right one', async () => {
    const { email } = await arrive();
    const wrong = await signIn(email, 'not it, alas');
    expect(wrong.answer.status).toBe(400);
    const { data: same } = await api.getLoginFlow({ id: wrong.flow.id });
    expect(same.ui.messages?.map(({ id }) => id)).toEqual([4000006]);
    const right = await signIn(email, PASSWORD);
    expect(right.answer.status).toBe(200);
    expect(right.answer.data.session.authentication_methods?.[0]?.method).toBe('password');
  });

  test('changes a name and a password in the settings', async () => {
    const { email, token } = await arrive();
    const { data: flow } = await api.createNativeSettingsFlow({ xSessionToken: token });
    const profile = await api.updateSettingsFlow({
      flow: flow.id,
      xSessionToken: token,
      updateSettingsFlowBody: { method: 'profile', traits: { email, name: 'Ulf' } },
    });
    expect(profile.status).toBe(200);
    expect(profile.data.state).toBe('success');
    expect(profile.data.identity.traits).toEqual({ email, name: 'Ulf' });
    const password = await api.updateSettingsFlow({
      flow: flow.id,
      xSessionToken: token,
      updateSettingsFlowBody: { method: 'password', password: CHANGED },
    });
    expect(password.status).toBe(200);
    const before = await signIn(email, PASSWORD);
    const after = await signIn(email, CHANGED);
    expect([before.answer.status, after.answer.status]).toEqual([400, 200]);
  });

  test('lists the other sessions, ends one, ends the rest', async () => {
    const { email, token } = await arrive();
    await signIn(email, PASSWORD);
    await signIn(email, PASSWORD);
    const { data: sessions } = await api.listMySessions({ xSessionToken: token });
    expect(sessions).toHaveLength(2);
    const one = await api.disableMySession({ id: sessions[0]?.id ?? '', xSessionToken: token });
    expect(one.status).toBe(204);
    const rest = await api.disableMyOtherSessions({ xSessionToken: token });
    expect(rest.status).toBe(200);
    expect((await api.listMySessions({ xSessionToken: token })).data).toEqual([]);
    expect((await api.toSession({ xSessionToken: token })).status).toBe(200);
  });

  test('signs out', async () => {
    const { token } = await arrive();
    const { status } = await api.performNativeLogout({ performNativeLogoutBody: { session_token: token } });
    expect(status).toBe(204);
    expect((await api.toSession({ xSessionToken: token })).status).toBe(401);
  });
});
