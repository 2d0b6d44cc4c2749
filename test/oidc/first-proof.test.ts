import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, viaProvider } from '../support/provider.ts';
import { begin, messagesOf, signIn, valueOf } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

/* A provider vouches for an address that a stranger has registered here (docs/decisions/0042). */

const password = 'a lighthouse in the fog';

let server: TestServer;
let acme: TestProvider;
let stranger: HttpClient;
let owner: HttpClient;
let people = 0;
beforeAll(async () => {
  acme = await startProvider();
  const config = oidcConfig({ providers: [providerEntry('acme', acme, { label: 'Acme ID' })] });
  server = await startServer({ config, files: OIDC_FILES });
});
afterAll(async () => {
  await server.stop();
  await acme.stop();
});
beforeEach(() => {
  stranger = createHttpClient();
  owner = createHttpClient();
});
afterEach(() => {
  stranger.close();
  owner.close();
});

/** Somebody who registers an address with a password, and is signed in with it then. */
async function registered(): Promise<string> {
  const email = `vouched-${(people += 1)}@example.org`;
  const flow = await begin(stranger, server.publicUrl, 'registration', 'browser');
  const json = { method: 'password', traits: { email, name: 'Stranger' }, password, csrf_token: flow.csrf };
  const answer = await stranger.post(flow.action, { json });
  expect(answer.status, answer.text).toBe(200);
  return email;
}

/** The login that the provider's word leads to, as its page has it. */
async function arrive(email: string, verified = true): Promise<unknown> {
  acme.says({ sub: email, email, email_verified: verified, name: 'Owner' });
  const flow = await begin(owner, server.publicUrl, 'login', 'browser');
  const { location } = await viaProvider(owner, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  const id = new URL(location ?? '').searchParams.get('flow');
  return (await owner.get(`${server.publicUrl}/self-service/login/flows?id=${id}`)).json;
}

const send = (flow: unknown, json: object) =>
  owner.post(readText(flow, 'ui.action'), { json: { csrf_token: valueOf(flow, 'csrf_token'), ...json } });
const whoami = async (http: HttpClient) => (await http.get(`${server.publicUrl}/sessions/whoami`)).json;
async function account(email: string) {
  const { json } = await owner.get(`${server.adminUrl}/admin/identities?credentials_identifier=${email}`);
  return read(json, '0');
}
const takesPassword = async (email: string): Promise<boolean> =>
  (await signIn(createHttpClient({ cookies: false }), server.publicUrl, { email, password })).status === 200;

describe('the first proof of an account by a provider’s word', () => {
  test('says when it was made, and keeps what was set up for whoever shows its password', async () => {
    const email = await registered();
    const flow = await arrive(email);
    expect(messagesOf(flow)).toEqual([1010016, 1900002]);
    expect(readList(flow, 'ui.nodes').map((node) => read(node, 'attributes.name'))).toContain('set_new');
    const proved = await send(flow, { method: 'password', identifier: email, password });
    expect(proved.status, proved.text).toBe(200);
    const found = await account(email);
    expect(read(found, 'verifiable_addresses.0.verified')).toBe(true);
    expect(read(await whoami(stranger), 'identity.id')).toBe(read(found, 'id'));
    expect(await takesPassword(email)).toBe(true);
  });

  test('leaves nothing of a stranger to whoever sets a new one, who is led to the settings', async () => {
    const email = await registered();
    const before = read(await account(email), 'id');
    const flow = await arrive(email);
    expect((await send(flow, { method: 'password', identifier: email, password: 'not the password' })).status).toBe(
      400,
    );
    const taken = await send(flow, { set_new: true });
    expect(taken.status, taken.text).toBe(200);
    const offer = readList(taken.json, 'continue_with').find((each) => read(each, 'action') === 'show_settings_ui');
    const settings = await owner.get(
      `${server.publicUrl}/self-service/settings/flows?id=${readText(offer, 'flow.id')}`,
    );
    expect(messagesOf(settings.json)).toEqual([1900003]);
    expect(read(await whoami(owner), 'identity.id')).toBe(before);
    expect(read(await whoami(stranger), 'error.code')).toBe(401);
    expect(await takesPassword(email)).toBe(false);
    const { json } = await owner.get(`${server.adminUrl}/admin/identities/${String(before)}`);
    expect([read(json, 'verifiable_addresses.0.verified'), read(json, 'credentials.oidc.identifiers.0')]).toEqual([
      true,
      `acme:${email}`,
    ]);
    owner.close();
    owner = createHttpClient();
    acme.says({ sub: email, email, email_verified: true, name: 'Owner' });
    const again = await begin(owner, server.publicUrl, 'login', 'browser');
    await viaProvider(owner, again.action, { provider: 'acme', csrf_token: again.csrf });
    expect(read(await whoami(owner), 'identity.id')).toBe(before);
  });

  test('is none where the provider does not vouch for the address', async () => {
    const email = await registered();
    const flow = await arrive(email, false);
    expect(messagesOf(flow)).toEqual([4000027]);
    expect((await send(flow, { set_new: true })).status).toBe(400);
    expect([read(await whoami(owner), 'error.code'), await takesPassword(email)]).toEqual([401, true]);
  });

  test('takes nothing from an account that is proved: its person signs in', async () => {
    const email = `proved-${(people += 1)}@example.org`;
    await owner.post(`${server.adminUrl}/admin/identities`, {
      json: {
        schema_id: 'member',
        traits: { email, name: 'Somebody' },
        verifiable_addresses: [{ value: email, via: 'email', verified: true, status: 'completed' }],
        credentials: { password: { config: { password } } },
      },
    });
    const flow = await arrive(email);
    expect(messagesOf(flow)).toEqual([1010016]);
    const refused = await send(flow, { set_new: true });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010009]]);
    expect([read(await whoami(owner), 'error.code'), await takesPassword(email)]).toEqual([401, true]);
  });
});
