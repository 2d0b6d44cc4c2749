import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpClient, read } from '../support/http-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn } from '../support/self-service.ts';
import {
  copyOfKratos,
  importFrom,
  KRATOS,
  MOVED_CONFIG,
  MOVED_FILES,
  oldConfiguration,
  type Moved,
  type PersonThere,
} from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-'));
const http = createHttpClient({ cookies: false });
const source = copyOfKratos(folder);
let server: TestServer;
let config: string;
let tried: Moved;
let first: Moved;

beforeAll(async () => {
  server = await startServer({ config: MOVED_CONFIG, files: MOVED_FILES });
  config = join(server.folder, 'config.yml');
  const old = ['--source-config', oldConfiguration(folder)];
  tried = await importFrom(source, config, ...old, '--dry-run');
  first = await importFrom(source, config, ...old);
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const adminView = (id: string, query = '') => http.get(`${server.adminUrl}/admin/identities/${id}${query}`);
const whoami = (token: string) =>
  http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'X-Session-Token': token } });
const time = (text: string): string => new Date(`${text.slice(0, 23).replace(' ', 'T')}Z`).toISOString();
const people: readonly (readonly [string, PersonThere])[] = KRATOS.people.map((each) => [each.key, each]);
const sessions = KRATOS.people.flatMap((each) => each.sessions);

test('everybody is counted, and what does not come along is said', () => {
  expect(first.status, first.output).toBe(0);
  expect(first.report).toMatchObject({
    people: { read: 60, made: 60, there: 0, failed: 0 },
    sessions: { made: 37, there: 0, over: 5, failed: 0 },
    others: { networks: 1, people: 1 },
    failures: [],
  });
  expect(first.output).toContain('a SAML connection');
});

test('a dry run says the same, and writes nothing', () => {
  expect(tried.status).toBe(0);
  expect(tried.report).toEqual({ ...first.report, dryRun: true });
});

test('nothing that is secret is printed', () => {
  const secrets = [
    ...sessions.map((each) => each.session_token),
    ...KRATOS.people.flatMap(({ password, totp_secret: totp }) => [password?.hash ?? [], totp ?? []].flat()),
    ...KRATOS.secrets.cookie,
    ...KRATOS.secrets.cipher,
  ];
  for (const each of secrets) expect(first.output).not.toContain(each);
});

describe('everybody is there', () => {
  test.each(people)('%s', async (_key, person) => {
    const { status, json } = await adminView(person.id);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      schema_id: person.schema_id,
      state: person.state,
      traits: person.traits,
      metadata_public: person.metadata_public,
      metadata_admin: person.metadata_admin,
      created_at: time(person.created_at),
      ...(person.external_id !== null && { external_id: person.external_id }),
    });
    const addresses = read(json, 'verifiable_addresses') ?? [];
    expect(addresses).toHaveLength(person.verifiable_addresses.length);
    for (const { value, via, verified, status: state } of person.verifiable_addresses)
      expect(addresses).toContainEqual(expect.objectContaining({ value, via, verified, status: state }));
    expect(read(json, 'recovery_addresses') ?? []).toHaveLength(person.recovery_addresses.length);
  });

  test('and nobody of another network', async () => {
    expect((await adminView(KRATOS.other_network.identity_id)).status).toBe(404);
    expect((await whoami(KRATOS.other_network.session_token)).status).toBe(401);
  });
});

const active = people.filter(([, { password, state }]) => password?.plain !== undefined && state === 'active');

test.each(active)('%s signs in by password', async (_key, { credentials, password }) => {
  const email = credentials['password']?.identifiers[0] ?? '';
  const answer = await signIn(http, server.publicUrl, { email, password: password?.plain ?? '' });
  expect([answer.status, read(answer.json, 'ui.messages')], password?.format).toEqual([200, undefined]);
});

test('tokens of valid sessions go on at their level, until their end; others sign nobody in', async () => {
  for (const { session_token: token, id, valid, aal, expires_at: end } of sessions) {
    const { status, json } = await whoami(token);
    expect(status, id).toBe(valid ? 200 : 401);
    const alive = { id, authenticator_assurance_level: aal, expires_at: time(end) };
    expect(json).toMatchObject(valid ? alive : { error: { code: 401 } });
  }
});

test('connections to providers come with their tokens, opened with the old keys and sealed with ours', async () => {
  const linked = KRATOS.people.filter(({ oidc }) => oidc !== undefined);
  expect(linked.length).toBeGreaterThan(3);
  for (const { id, oidc = [] } of linked) {
    const { json } = await adminView(id, '?include_credential=oidc');
    const stored = read(json, 'credentials.oidc.config.providers');
    for (const { provider, subject, tokens } of oidc)
      expect(stored).toContainEqual(
        expect.objectContaining({
          provider,
          subject,
          initial_access_token: tokens?.access_token ?? '',
          initial_refresh_token: tokens?.refresh_token ?? '',
          initial_id_token: tokens?.id_token ?? '',
        }),
      );
  }
});

test('keys of authenticator apps, backup codes, security keys and passkeys come along', async () => {
  for (const { id, totp_secret: secret, lookup_codes: codes = [], credentials } of KRATOS.people) {
    const { json } = await adminView(id, '?include_credential=totp&include_credential=lookup_secret');
    for (const [i, { used }] of codes.entries())
      expect(read(json, `credentials.lookup_secret.config.recovery_codes.${i}.used_at`) !== null).toBe(used);
    const uri = new URL(String(read(json, 'credentials.totp.config.totp_url') ?? 'none:'));
    expect(uri.searchParams.get('secret')).toBe(secret ?? null);
    for (const type of ['webauthn', 'passkey'] as const) {
      if (credentials[type]?.usable !== true) continue;
      const identifiers = read(json, `credentials.${type}.identifiers`);
      for (const each of credentials[type].identifiers) expect(identifiers).toContain(each);
    }
  }
});

test('a second run makes nobody twice, and brings no session back that was ended here', async () => {
  const [token = ''] = sessions.filter(({ valid }) => valid).map((each) => each.session_token);
  const { json } = await whoami(token);
  const owner = String(read(json, 'identity.id'));
  expect((await http.request('DELETE', `${server.adminUrl}/admin/identities/${owner}/sessions`)).status).toBe(204);
  const again = await importFrom(source, config);
  expect(again.report).toMatchObject({
    people: { read: 60, made: 0, there: 60, failed: 0 },
    sessions: { made: 0, there: 37, over: 5, failed: 0 },
  });
  expect((await whoami(token)).status).toBe(401);
});
