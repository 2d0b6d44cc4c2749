import { Configuration, FrontendApi, IdentityApi } from '@ory/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { ADDRESS, schemaText } from '../support/schemas.ts';
import { createJarAdapter } from './jar-adapter.ts';

const PASSWORD = 'clouds over the harbour';
const HOUR = 3_600_000;

const COMPANY = schemaText({
  title: 'Company',
  traits: {
    number: { type: 'string', title: 'Number', pattern: '^[a-z]{2}-[0-9]{4}$', 'ory.sh/kratos': ADDRESS.signsIn },
  },
  required: ['number'],
});
const COMPANY_ENTRY = "- { id: company, url: 'file://<folder>/company.schema.json', selfservice_selectable: true }";

describe('@ory/client as it comes from npm, through the life of a session', () => {
  let server: EmbeddedServer;
  let app: FrontendApi;
  let admin: IdentityApi;
  let email = '';
  let count = 0;
  const raw = { validateStatus: () => true };
  beforeAll(async () => {
    const schemas = "- { id: person, url: 'file://<folder>/person.schema.json' }";
    const config = `${BASIC_CONFIG.replace(schemas, `${schemas}\n    ${COMPANY_ENTRY}`)}
session: { lifespan: 10h, earliest_possible_extend: 4h }
`;
    server = await startEmbedded({ config, files: { ...BASIC_FILES, 'company.schema.json': COMPANY } });
    app = new FrontendApi(new Configuration({ basePath: server.publicUrl, baseOptions: raw }));
    admin = new IdentityApi(new Configuration({ basePath: server.adminUrl, baseOptions: raw }));
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    email = `life${(count += 1)}@sallyport.test`;
    const credentials = { password: { config: { password: PASSWORD } } };
    await admin.createIdentity({ createIdentityBody: { schema_id: 'person', traits: { email }, credentials } });
  });

  /** Signs in as a native app; gives token, session and when it ends. */
  async function signIn(identifier = email, xSessionToken?: string) {
    const refresh = xSessionToken === undefined ? {} : { refresh: true, xSessionToken };
    const { data: flow } = await app.createNativeLoginFlow(refresh);
    const body = { method: 'password' as const, identifier, password: PASSWORD };
    const { data, status } = await app.updateLoginFlow({
      flow: flow.id,
      updateLoginFlowBody: body,
      ...(xSessionToken !== undefined && { xSessionToken }),
    });
    return { status, token: data.session_token ?? '', session: data.session };
  }
  /** A browser of its own, signed in. */
  async function browse() {
    const { http, baseOptions } = createJarAdapter();
    const api = new FrontendApi(new Configuration({ basePath: server.publicUrl, baseOptions }));
    const confirm = async (refresh: boolean) => {
      const { data: flow } = await api.createBrowserLoginFlow({ refresh });
      const node = flow.ui.nodes.find(({ attributes }) => 'name' in attributes && attributes.name === 'csrf_token');
      const csrf_token = node && 'value' in node.attributes ? String(node.attributes.value) : '';
      const body = { method: 'password' as const, identifier: email, password: PASSWORD, csrf_token };
      return api.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body });
    };
    expect((await confirm(false)).status).toBe(200);
    return { api, http, confirm };
  }
  const time = (text: string | undefined): number => Date.parse(text ?? '');

  test('A token is taken as X-Session-Token and as Bearer, a cookie only as a cookie.', async () => {
    const { token } = await signIn();
    const bearer = { headers: { Authorization: `Bearer ${token}` } };
    const { api, http } = await browse();
    const statuses = [
      (await app.toSession({ xSessionToken: token })).status,
      (await app.toSession({}, bearer)).status,
      (await app.listMySessions({}, bearer)).status,
      (await api.toSession()).status,
      (await app.toSession({ cookie: http.cookies.header() })).status,
      (await app.toSession({ xSessionToken: http.cookies.get('ory_kratos_session') ?? '' })).status,
      (await app.toSession()).status,
    ];
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401, 401]);
    http.close();
  });

  test('It lasts as long as configured, and not longer.', async () => {
    const { token, session } = await signIn();
    expect(time(session.expires_at) - time(session.issued_at)).toBe(10 * HOUR);
    server.pass(9.9 * HOUR);
    expect((await app.toSession({ xSessionToken: token })).status).toBe(200);
    server.pass(0.2 * HOUR);
    expect((await app.toSession({ xSessionToken: token })).status).toBe(401);
  });

  test('It is extended by an administrator, but only near its end.', async () => {
    const { token, session } = await signIn();
    const end = async () => time((await app.toSession({ xSessionToken: token })).data.expires_at);
    expect((await admin.extendSession({ id: session.id })).status).toBeLessThan(300);
    expect(await end()).toBe(time(session.expires_at));
    server.pass(7 * HOUR);
    expect((await admin.extendSession({ id: session.id })).status).toBeLessThan(300);
    expect(await end()).toBeGreaterThan(time(session.expires_at) + 6 * HOUR);
    server.pass(9 * HOUR);
    expect((await app.toSession({ xSessionToken: token })).status).toBe(200);
  });

  test('A native refresh keeps the session and says when the person proved themselves.', async () => {
    const first = await signIn();
    server.pass(HOUR);
    const again = await signIn(email, first.token);
    expect([again.status, again.session.id]).toEqual([200, first.session.id]);
    expect(time(again.session.authenticated_at)).toBeGreaterThanOrEqual(time(first.session.authenticated_at) + HOUR);
    expect(again.session.authentication_methods?.map(({ method }) => method)).toEqual(['password', 'password']);
    expect((await app.toSession({ xSessionToken: again.token })).status).toBe(200);
  });

  test('A browser’s refresh keeps the session under a new cookie; the old one is worth nothing.', async () => {
    const { api, http, confirm } = await browse();
    const before = (await api.toSession()).data;
    const cookie = http.cookies.header();
    server.pass(HOUR);
    expect((await confirm(true)).status).toBe(200);
    const after = (await api.toSession()).data;
    expect(after.id).toBe(before.id);
    expect(time(after.authenticated_at)).toBeGreaterThan(time(before.authenticated_at));
    expect((await app.toSession({ cookie })).status).toBe(401);
    http.close();
  });

  test('Devices are told, one session is ended by its id, nobody else’s and not the one in use.', async () => {
    const { api, http } = await browse();
    const phone = await signIn();
    const stranger = `stranger${count}@sallyport.test`;
    const credentials = { password: { config: { password: PASSWORD } } };
    await admin.createIdentity({
      createIdentityBody: { schema_id: 'person', traits: { email: stranger }, credentials },
    });
    const other = await signIn(stranger);

    const { data: mine } = await api.toSession();
    expect(mine.devices?.map(({ ip_address: ip }) => ip)).toEqual(['127.0.0.1']);
    const { data: others } = await api.listMySessions();
    expect(others.map(({ id }) => id)).toEqual([phone.session.id]);
    expect(others[0]?.devices?.[0]?.user_agent).toMatch(/^axios\//);
    expect((await api.disableMySession({ id: other.session.id })).status).toBe(204);
    expect((await api.disableMySession({ id: mine.id })).status).toBe(400);
    expect((await api.disableMySession({ id: phone.session.id })).status).toBe(204);
    const alive = await Promise.all(
      [phone.token, other.token].map((xSessionToken) => app.toSession({ xSessionToken })),
    );
    expect(alive.map(({ status }) => status)).toEqual([401, 200]);
    expect((await api.toSession()).status).toBe(200);
    http.close();
  });

  test('Whoever is switched off is signed out everywhere and cannot sign in, until switched on again.', async () => {
    const { token, session } = await signIn();
    const id = session.identity?.id ?? '';
    const set = (value: string) => admin.patchIdentity({ id, jsonPatch: [{ op: 'replace', path: '/state', value }] });
    await set('inactive');
    expect((await app.toSession({ xSessionToken: token })).status).toBe(401);
    expect((await signIn()).status).toBe(400);
    await set('active');
    expect((await signIn()).status).toBe(200);
  });

  test('Each schema is read by its id and has its own form and its own rules.', async () => {
    const schemas = new IdentityApi(new Configuration({ basePath: server.publicUrl, baseOptions: raw }));
    expect((await schemas.listIdentitySchemas()).data.map(({ id }) => id).toSorted()).toEqual(['company', 'person']);
    const { data: schema } = await schemas.getIdentitySchema({ id: 'company' });
    expect(schema).toMatchObject({ title: 'Company' });
    expect((await schemas.getIdentitySchema({ id: 'none' })).status).toBe(404);

    const { data: flow } = await app.createNativeRegistrationFlow({ identitySchema: 'company' });
    const names = flow.ui.nodes.map(({ attributes }) => ('name' in attributes ? attributes.name : ''));
    expect(names.filter((name) => name.startsWith('traits.'))).toEqual(['traits.number']);
    const send = (number: string) =>
      app.updateRegistrationFlow({
        flow: flow.id,
        updateRegistrationFlowBody: { method: 'password', traits: { number }, password: PASSWORD },
      });
    expect((await send('none')).status).toBe(400);
    const { data } = await send(`de-${1000 + count}`);
    expect(data.identity.schema_id).toBe('company');
    expect((await signIn(`de-${1000 + count}`)).status).toBe(200);
    const moved = await admin.updateIdentity({
      id: data.identity.id,
      updateIdentityBody: { schema_id: 'person', state: 'active', traits: { email: `moved-${email}` } },
    });
    expect([moved.status, moved.data.schema_id]).toEqual([200, 'person']);
    const wrong = { schema_id: 'company', traits: { number: 'none' } };
    expect((await admin.createIdentity({ createIdentityBody: wrong })).status).toBe(400);
    expect((await app.createNativeRegistrationFlow({ identitySchema: 'none' })).status).toBe(400);
  });

  test('A password is replaced with its identity, and is not taken away while it is the only way in.', async () => {
    const { session } = await signIn();
    const id = session.identity?.id ?? '';
    const all = await admin.getIdentity({ id, includeCredential: ['password'] });
    expect(all.data.credentials?.['password']?.identifiers).toEqual([email]);
    const replaced = 'lanterns on the quay';
    const put = await admin.updateIdentity({
      id,
      updateIdentityBody: {
        schema_id: 'person',
        state: 'active',
        traits: { email },
        credentials: { password: { config: { password: replaced } } },
      },
    });
    expect(put.status).toBe(200);
    expect((await signIn()).status).toBe(400);
    const { data: flow } = await app.createNativeLoginFlow();
    const body = { method: 'password' as const, identifier: email, password: replaced };
    expect((await app.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body })).status).toBe(200);
    expect((await admin.deleteIdentityCredentials({ id, type: 'password' })).status).toBe(400);
    expect((await admin.deleteIdentityCredentials({ id, type: 'totp' })).status).toBe(404);
  });
});
