import { Configuration, CourierApi, FrontendApi, IdentityApi, MetadataApi } from '@ory/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

describe('@ory/client as it comes from npm, with the admin API', () => {
  let server: TestServer;
  let identities: IdentityApi;
  let frontend: FrontendApi;
  let admin: Configuration;
  let count = 0;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    const baseOptions = { validateStatus: () => true };
    admin = new Configuration({ basePath: server.adminUrl, baseOptions });
    identities = new IdentityApi(admin);
    frontend = new FrontendApi(new Configuration({ basePath: server.publicUrl, baseOptions }));
  });
  afterAll(() => server.stop());

  async function bringIn() {
    const email = `admin${(count += 1)}@sallyport.test`;
    const answer = await identities.createIdentity({
      createIdentityBody: {
        schema_id: 'person',
        traits: { email },
        metadata_admin: { note: 'vip' },
        credentials: { password: { config: { password: PASSWORD } } },
      },
    });
    return { email, id: answer.data.id, answer };
  }

  async function signIn(identifier: string) {
    const { data: flow } = await frontend.createNativeLoginFlow();
    const body = { method: 'password' as const, identifier, password: PASSWORD };
    return frontend.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: body });
  }

  test('imports an identity with a password, which can sign in and does not see what admins note', async () => {
    const { answer, email } = await bringIn();
    expect(answer.status).toBe(201);
    const login = await signIn(email);
    expect(login.status).toBe(200);
    expect(login.data.session.identity).not.toHaveProperty('metadata_admin');
  });

  test('reads, lists, replaces and patches an identity', async () => {
    const { id, email } = await bringIn();
    expect((await identities.getIdentity({ id })).data.metadata_admin).toEqual({ note: 'vip' });
    expect((await identities.listIdentities({ credentialsIdentifier: email })).data.map((one) => one.id)).toEqual([id]);
    const put = await identities.updateIdentity({
      id,
      updateIdentityBody: { schema_id: 'person', state: 'active', traits: { email, name: 'Wim' } },
    });
    expect(put.data.traits).toEqual({ email, name: 'Wim' });
    const patch = await identities.patchIdentity({
      id,
      jsonPatch: [{ op: 'replace', path: '/traits/name', value: 'Willem' }],
    });
    expect(patch.data.traits).toEqual({ email, name: 'Willem' });
  });

  test('creates several at once, and says of each what became of it', async () => {
    const create = (email: string) => ({ create: { schema_id: 'person', traits: { email } } });
    const { data, status } = await identities.batchPatchIdentities({
      patchIdentitiesBody: { identities: [create('xena@sallyport.test'), create('no address')] },
    });
    expect(status).toBe(200);
    expect(data.identities?.map(({ action }) => action)).toEqual(['create', 'error']);
  });

  test('reads, extends and ends sessions', async () => {
    const { id, email } = await bringIn();
    const token = (await signIn(email)).data.session_token ?? '';
    const { data: sessions } = await identities.listIdentitySessions({ id });
    expect(sessions).toHaveLength(1);
    const session = sessions[0]?.id ?? '';
    expect((await identities.getSession({ id: session, expand: ['identity'] })).data.identity?.id).toBe(id);
    expect((await identities.extendSession({ id: session })).status).toBeLessThan(300);
    expect((await identities.listSessions({ active: true })).data.map((one) => one.id)).toContain(session);
    expect((await identities.disableSession({ id: session })).status).toBe(204);
    expect((await frontend.toSession({ xSessionToken: token })).status).toBe(401);
    expect((await identities.deleteIdentitySessions({ id })).status).toBe(204);
  });

  test('reads schemas, messages and the version', async () => {
    const schemas = await new IdentityApi(new Configuration({ basePath: server.publicUrl })).listIdentitySchemas();
    expect(schemas.data.map((schema) => schema.id)).toEqual(['person']);
    expect((await new CourierApi(admin).listCourierMessages()).data).toEqual([]);
    expect((await new MetadataApi(admin).getVersion()).data.version).toMatch(/^v?\d+\.\d+\.\d+/);
  });

  test('deletes an identity, and it is gone', async () => {
    const { id } = await bringIn();
    expect((await identities.deleteIdentity({ id })).status).toBe(204);
    expect((await identities.getIdentity({ id })).status).toBe(404);
  });
});
