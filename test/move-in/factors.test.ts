import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerRequest } from '../../src/testing/authenticator/answers.ts';
import type { RequestOptions } from '../../src/testing/authenticator/ceremony.ts';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { challengeOf } from '../passkey/setting.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { createScene, nodeOf, type Someone } from '../support/second-factors.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { begin } from '../support/self-service.ts';
import {
  copyOfKratos,
  importFrom,
  KRATOS,
  MOVED_CONFIG,
  MOVED_FILES,
  ORIGIN,
  type KeyThere,
  type PersonThere,
} from './kratos.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-move-in-factors-'));
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ config: MOVED_CONFIG, files: MOVED_FILES });
  await importFrom(copyOfKratos(folder), join(server.folder, 'config.yml'));
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the device of somebody answers, which made this key at the old server. */
function answerOf(key: KeyThere, options: RequestOptions): string {
  const privateKey = createPrivateKey({ key: { ...key.private_key_jwk }, format: 'jwk' });
  const credential = {
    id: Buffer.from(key.id, 'base64url'),
    rpId: 'id.example.test',
    userHandle: Buffer.from(key.user_handle, 'base64url'),
    algorithm: 'ES256' as const,
    key: { algorithm: 'ES256' as const, privateKey, publicKey: createPublicKey(privateKey) },
    counter: key.sign_count === 0 ? 0 : key.sign_count + 1,
  };
  return JSON.stringify(answerRequest(options, credential, { origin: ORIGIN }, {}));
}

const having = <K extends keyof PersonThere>(kind: K): readonly (readonly [string, PersonThere])[] =>
  KRATOS.people.filter((each) => each[kind] !== undefined).map((each) => [each.key, each]);

test.each(having('passkey'))('%s signs in with each passkey', async (_key, { id, passkey = [] }) => {
  for (const key of passkey) {
    const http = createHttpClient();
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const { publicKey } = challengeOf(flow.json);
    const json = { method: 'passkey', passkey_login: answerOf(key, publicKey), csrf_token: flow.csrf };
    const answer = await http.post(flow.action, { json });
    expect([answer.status, read(answer.json, 'session.identity.id')], answer.text).toEqual([200, id]);
    http.close();
  }
});

/** Somebody signs in by password, and is asked for the second factor. */
async function halfWay({ credentials, password }: PersonThere): Promise<Someone> {
  const scene = createScene(server);
  const person = { email: credentials['password']?.identifiers[0] ?? '', password: password?.plain ?? '' };
  return scene.signInAgain({ person }, 'browser');
}
const levelOf = async (someone: Someone): Promise<unknown> =>
  read((await someone.whoami()).json, 'authenticator_assurance_level');

test.each(having('totp_secret'))('the app of %s is a second factor', async (_key, person) => {
  const someone = await halfWay(person);
  const flow = await someone.open('login', '?aal=aal2');
  await someone.send(flow, { method: 'totp', totp_code: oneTimeCode(person.totp_secret ?? '', Date.now()) });
  expect(await levelOf(someone)).toBe('aal2');
});

test.each(having('lookup_codes'))('backup codes of %s work, used ones do not', async (_key, person) => {
  const codes = person.lookup_codes ?? [];
  const someone = await halfWay(person);
  const used = codes.find((each) => each.used)?.code ?? 'nosuchcd';
  const flow = await someone.open('login', '?aal=aal2');
  expect((await someone.send(flow, { method: 'lookup_secret', lookup_secret: used })).status).toBe(400);
  const good = codes.find((each) => !each.used)?.code;
  expect((await someone.send(flow, { method: 'lookup_secret', lookup_secret: good })).status).toBe(200);
  expect(await levelOf(someone)).toBe('aal2');
});

const second = having('webauthn').filter(([key]) => key !== 'wanda');

test.each(second)('each security key of %s is a second factor', async (_key, person) => {
  for (const key of person.webauthn ?? []) {
    const someone = await halfWay(person);
    const flow = await someone.open('login', '?aal=aal2');
    const { publicKey } = JSON.parse(String(read(nodeOf(flow.json, 'webauthn_login_trigger'), 'attributes.value')));
    const identifier = person.credentials['webauthn']?.identifiers[0];
    const form = { method: 'webauthn', identifier, webauthn_login: answerOf(key, publicKey) };
    const answer = await someone.send(flow, form);
    expect(answer.status, answer.text).toBe(200);
    expect(await levelOf(someone)).toBe('aal2');
  }
});
