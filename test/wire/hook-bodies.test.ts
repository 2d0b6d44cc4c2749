import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createPerson } from '../support/admin.ts';
import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { createHttpClient, read, readList, readText, type HttpClient } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { mailConfig } from '../support/mail-config.ts';
import { ADDRESS, emailTrait, schemaText } from '../support/schemas.ts';
import { begin, register, signIn, type Kind } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const password = 'clouds over the harbour';

/** A hook of each phase that a web hook may run in. */
const HOOKS = {
  /** Before anything is stored. */
  blocking: { can_interrupt: true },
  /** By the courier; its body is made in the transaction. */
  ignored: { response: { ignore: true } },
  /** After everything is stored, at registration and in settings; else before. */
  plain: {},
};
const hook = (path: string, more: object): object => ({
  hook: 'web_hook',
  config: { url: `<hooks>/${path}`, method: 'POST', body: 'file://body.jsonnet', ...more },
});
const hooksAt = (place: string): readonly object[] =>
  Object.entries(HOOKS).map(([name, more]) => hook(`${place}.${name}`, more));

function configured(): string {
  const config = parse(mailConfig({ uri: 'smtp://127.0.0.1:1/' })) as {
    selfservice: { flows: Record<string, object> };
  };
  const { flows } = config.selfservice;
  for (const kind of ['login', 'registration', 'settings', 'recovery', 'verification'])
    flows[kind] = {
      ...flows[kind],
      before: { hooks: [hook(`${kind}.before`, {})] },
      after: {
        hooks: hooksAt(kind),
        ...(kind === 'registration' && { password: { hooks: [...hooksAt(kind), { hook: 'session' }] } }),
      },
    };
  return stringify(config);
}

/** A place of birth may be left out whole; an employer may not be given without a name. */
const SCHEMA = schemaText({
  title: 'Person',
  traits: {
    email: emailTrait(ADDRESS.mailed),
    birth: { type: 'object', properties: { place: { type: 'string' }, day: { type: 'object', properties: {} } } },
    employer: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
  required: ['email'],
});

const FLOW = ['id', 'type', 'expires_at', 'issued_at', 'request_url', 'ui', 'state'];
/** Members of a flow beside those of all. */
const OF_KIND: Readonly<Record<Kind, readonly string[]>> = {
  login: ['organization_id', 'created_at', 'updated_at', 'refresh', 'requested_aal'],
  registration: ['organization_id'],
  settings: ['identity'],
  recovery: ['active'],
  verification: ['active'],
};
const UI = ['action', 'method', 'nodes'];
const IDENTITY = [
  'id',
  'schema_id',
  'schema_url',
  'state',
  'state_changed_at',
  'traits',
  'verifiable_addresses',
  'recovery_addresses',
  'metadata_public',
  'created_at',
  'updated_at',
  'organization_id',
];
const RECOVERY_ADDRESS = ['id', 'value', 'via', 'created_at', 'updated_at'];
const VERIFIABLE_ADDRESS = [...RECOVERY_ADDRESS, 'verified', 'status'];
const SESSION = [
  'id',
  'active',
  'expires_at',
  'authenticated_at',
  'authenticator_assurance_level',
  'authentication_methods',
  'issued_at',
  'identity',
  'devices',
];
const METHOD = ['method', 'aal', 'completed_at'];
const DEVICE = ['id', 'ip_address', 'user_agent', 'location'];

const keys = (value: unknown): readonly string[] => Object.keys(Object(value)).toSorted();
const expectMembers = (value: unknown, members: readonly string[]): void =>
  expect(keys(value)).toEqual(expect.arrayContaining([...members].toSorted()));

function expectWholeIdentity(identity: unknown): void {
  expectMembers(identity, IDENTITY);
  expect([read(identity, 'metadata_public'), read(identity, 'organization_id')]).toEqual([null, null]);
  expectMembers(read(identity, 'verifiable_addresses.0'), VERIFIABLE_ADDRESS);
  expectMembers(read(identity, 'recovery_addresses.0'), RECOVERY_ADDRESS);
  for (const secret of ['credentials', 'metadata_admin']) expect(keys(identity)).not.toContain(secret);
}

describe('the body of a web hook reads the wire form', () => {
  let server: TestServer;
  let hooks: HookReceiver;
  let http: HttpClient;
  let count = 0;

  beforeAll(async () => {
    hooks = await startHookReceiver();
    server = await startServer({
      config: configured(),
      files: { 'person.schema.json': SCHEMA, 'body.jsonnet': 'function(ctx) ctx' },
      names: { hooks: hooks.url },
    });
  });
  beforeEach(() => {
    hooks.forget();
    http = createHttpClient({ cookies: false });
    return () => http.close();
  });
  afterAll(async () => {
    await server.stop();
    await hooks.stop();
  });

  const somebody = () => ({ email: `person${(count += 1)}@sallyport.test`, password });

  /** How a person of each kind of flow comes to its `after` list; the email, where there was one before. */
  const walks: Readonly<Record<Kind, () => Promise<string>>> = {
    async registration() {
      const person = somebody();
      expect((await register(http, server.publicUrl, person)).status).toBe(200);
      return person.email;
    },
    async login() {
      const person = somebody();
      await createPerson(server.adminUrl, person);
      expect((await signIn(http, server.publicUrl, person)).status).toBe(200);
      return person.email;
    },
    async settings() {
      const person = somebody();
      await createPerson(server.adminUrl, person);
      const { json } = await signIn(http, server.publicUrl, person);
      const headers = { 'x-session-token': readText(json, 'session_token') };
      hooks.forget();
      const flow = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
      const email = `changed.${person.email}`;
      const change = { method: 'profile', traits: { email } };
      expect((await http.post(readText(flow.json, 'ui.action'), { headers, json: change })).status).toBe(200);
      return email;
    },
    async recovery() {
      const person = somebody();
      await createPerson(server.adminUrl, person);
      const { action } = await begin(http, server.publicUrl, 'recovery', 'api');
      await http.post(action, { json: { method: 'code', email: person.email } });
      const code = await newestCode(server, person.email);
      expect((await http.post(action, { json: { method: 'code', code } })).status).toBe(422);
      return person.email;
    },
    async verification() {
      const person = somebody();
      await createPerson(server.adminUrl, person);
      const { action } = await begin(http, server.publicUrl, 'verification', 'api');
      await http.post(action, { json: { method: 'code', email: person.email } });
      const code = await newestCode(server, person.email);
      expect((await http.post(action, { json: { method: 'code', code } })).status).toBe(200);
      return person.email;
    },
  };
  const kinds = Object.keys(walks) as readonly Kind[];

  test.each(kinds)('before a %s', async (kind) => {
    await walks[kind]();
    const { body } = await hooks.first(`/${kind}.before`);
    expectMembers(read(body, 'flow'), [...FLOW, ...OF_KIND[kind]]);
    expectMembers(read(body, 'flow.ui'), UI);
    expect(read(body, 'flow.state')).toBe(kind === 'settings' ? 'show_form' : 'choose_method');
    expect(readList(body, 'flow.ui.nodes').length).toBeGreaterThan(0);
    expect('identity' in Object(body)).toBe(false);
    expect('session' in Object(body)).toBe(kind === 'settings');
  });

  const cases = kinds.flatMap((kind) => Object.keys(HOOKS).map((name) => [kind, name] as const));
  test.each(cases)('after a %s, of a hook that is %s', async (kind, name) => {
    const email = await walks[kind]();
    const { body } = await hooks.first(`/${kind}.${name}`, email);
    expectMembers(body, ['flow', 'identity', 'request_method', 'request_url', 'request_headers', 'request_cookies']);
    expectMembers(read(body, 'flow'), [...FLOW, ...OF_KIND[kind], 'active', 'transient_payload']);
    expectMembers(read(body, 'flow.ui'), UI);
    expect(readList(body, 'flow.ui.nodes').length).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toMatch(/csrf_token|clouds over/);
    const method =
      kind === 'settings' ? 'profile' : kind === 'recovery' || kind === 'verification' ? 'code' : 'password';
    expect(read(body, 'flow.active')).toBe(method);
    expectWholeIdentity(read(body, 'identity'));
    expect(read(body, 'identity.traits.email')).toBe(email);
    if (kind === 'settings') expectWholeIdentity(read(body, 'flow.identity'));
    const told = kind === 'login' || kind === 'settings';
    expect('session' in Object(body)).toBe(told);
    if (!told) return;
    expectMembers(read(body, 'session'), SESSION);
    expectMembers(read(body, 'session.authentication_methods.0'), METHOD);
    expectMembers(read(body, 'session.devices.0'), DEVICE);
    expectWholeIdentity(read(body, 'session.identity'));
    expect([
      read(body, 'session.active'),
      read(body, 'session.authenticator_assurance_level'),
      read(body, 'session.authentication_methods.0.method'),
      read(body, 'session.devices.0.ip_address'),
    ]).toEqual([true, 'aal1', 'password', '127.0.0.1']);
  });

  test('an object that a form left out is empty where the schema takes it', async () => {
    const email = await walks.registration();
    for (const name of Object.keys(HOOKS)) {
      const { body } = await hooks.first(`/registration.${name}`, email);
      expect(read(body, 'identity.traits.birth')).toEqual({ day: {} });
      expect('employer' in Object(read(body, 'identity.traits'))).toBe(false);
    }
  });

  test('a session is told with the id that is stored', async () => {
    const person = somebody();
    await createPerson(server.adminUrl, person);
    const { json } = await signIn(http, server.publicUrl, person);
    const { body } = await hooks.first('/login.blocking');
    for (const member of ['id', 'authenticator_assurance_level', 'identity.id', 'identity.created_at'])
      expect(read(body, `session.${member}`)).toBe(read(json, `session.${member}`));
  });
});
