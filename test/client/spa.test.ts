import { Configuration, FrontendApi, type UiNode } from '@ory/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJarAdapter } from './jar-adapter.ts';

const PASSWORD = 'clouds over the harbour';
const CHANGED = 'bells of the old town';

describe('@ory/client as it comes from npm, in a single-page app', () => {
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  });
  afterAll(() => server.stop());

  /** A browser of its own, signed out. */
  function open() {
    const { http, baseOptions } = createJarAdapter();
    return { http, api: new FrontendApi(new Configuration({ basePath: server.publicUrl, baseOptions })) };
  }

  /** Somebody new in a browser of their own, signed in. */
  async function arrive() {
    const browser = open();
    const email = `spa${(count += 1)}@sallyport.test`;
    const { data: flow } = await browser.api.createBrowserRegistrationFlow();
    const body = {
      method: 'password' as const,
      traits: { email },
      password: PASSWORD,
      csrf_token: csrf(flow.ui.nodes),
    };
    const answer = await browser.api.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody: body });
    return { ...browser, email, answer };
  }

  async function signIn(api: FrontendApi, identifier: string, password: string) {
    const { data: flow } = await api.createBrowserLoginFlow();
    const body = { method: 'password' as const, identifier, password, csrf_token: csrf(flow.ui.nodes) };
    return api.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body });
  }

  test('fetches the flow that it began', async () => {
    const { api, http } = open();
    const { data: flow } = await api.createBrowserRegistrationFlow();
    const { data: again } = await api.getRegistrationFlow({ id: flow.id });
    expect(again.id).toBe(flow.id);
    http.close();
  });

  test('registers somebody, who is signed in by a cookie and not by a token', async () => {
    const { answer, http } = await arrive();
    expect(answer.status).toBe(200);
    expect(answer.data.session_token).toBeUndefined();
    expect(answer.data.continue_with?.[0]?.action).toBe('redirect_browser_to');
    expect(http.cookies.names()).toContain('ory_kratos_session');
    http.close();
  });

  test('says who that is', async () => {
    const { api, email, http } = await arrive();
    const { data, status } = await api.toSession();
    expect(status).toBe(200);
    expect(data.identity?.traits).toEqual({ email });
    http.close();
  });

  test('changes a name and a password in the settings', async () => {
    const { api, email, http } = await arrive();
    const { data: flow } = await api.createBrowserSettingsFlow();
    const csrf_token = csrf(flow.ui.nodes);
    const profile = await api.updateSettingsFlow({
      flow: flow.id,
      updateSettingsFlowBody: { method: 'profile', traits: { email, name: 'Viola' }, csrf_token },
    });
    expect(profile.status).toBe(200);
    expect(profile.data.identity.traits).toEqual({ email, name: 'Viola' });
    const password = await api.updateSettingsFlow({
      flow: flow.id,
      updateSettingsFlowBody: { method: 'password', password: CHANGED, csrf_token },
    });
    expect(password.status).toBe(200);
    expect((await api.getSettingsFlow({ id: flow.id })).data.state).toBe('success');
    const other = open();
    expect((await signIn(other.api, email, CHANGED)).status).toBe(200);
    http.close();
    other.http.close();
  });

  test('signs out, and back in', async () => {
    const { api, email, http } = await arrive();
    const { data: logout } = await api.createBrowserLogoutFlow();
    expect((await api.updateLogoutFlow({ token: logout.logout_token })).status).toBe(204);
    expect((await api.toSession()).status).toBe(401);
    expect((await signIn(api, email, 'not it, alas')).status).toBe(400);
    expect((await signIn(api, email, PASSWORD)).status).toBe(200);
    expect((await api.toSession()).status).toBe(200);
    http.close();
  });

  test('lists the other sessions, and ends them', async () => {
    const { api, email, http } = await arrive();
    const elsewhere = open();
    await signIn(elsewhere.api, email, PASSWORD);
    expect((await elsewhere.api.toSession()).status).toBe(200);
    expect((await api.listMySessions()).data).toHaveLength(1);
    expect((await api.disableMyOtherSessions()).data.count).toBe(1);
    expect((await elsewhere.api.toSession()).status).toBe(401);
    expect((await api.toSession()).status).toBe(200);
    http.close();
    elsewhere.http.close();
  });

  test('reads an error that the server has kept', async () => {
    const { api, http } = open();
    const { data, status } = await api.getFlowError({ id: 'stub:500' });
    expect(status).toBe(200);
    expect(data.error).toMatchObject({ code: 500 });
    expect((await api.getFlowError({ id: '00000000-0000-4000-8000-000000000000' })).status).toBe(404);
    http.close();
  });
});

function csrf(nodes: readonly UiNode[]): string {
  for (const { attributes } of nodes) {
    if ('name' in attributes && attributes.name === 'csrf_token') return String(attributes.value);
  }
  throw new Error('the form has no CSRF token');
}
