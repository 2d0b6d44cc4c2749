import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Identifier, IdentityId } from '../../src/kernel/id.ts';
import { createPerson } from '../support/admin.ts';
import { startEmbedded, type EmbeddedServer } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { messagesOf, signIn } from '../support/self-service.ts';

const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, {});
const RIGHT = 'sallyport-1';
const tag = (bytes: number): string => Buffer.alloc(bytes, 1).toString('base64').replaceAll('=', '');

const IMPORTED: Readonly<Record<string, string>> = {
  md5: '$md5$fuSM08IiPyNVwlW/HSRSVg==',
  bcrypt: '$2a$10$uk21xXpCOolP.h0dgIKFDew8SyJd6hlmTcTF3cfRevrssDrHnTL0O',
  pbkdf2: '$pbkdf2-sha256$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$gdjioAJ+G0V4EGV/DviOAidKLfnD6W4ccCdkTGEN2Ic',
  scrypt: '$scrypt$ln=1024,r=8,p=1$cGVwcGVyLWFuZC1zYWx0IQ==$WxTd5pfkpHdEQ1DpdMJck8FknYtcOEdoci7wY6Vf5ME=',
  sha512crypt:
    '$sha512-crypt$abcdefgh$FGLCdtPLKHe.3kVAKRRHaEAzLOUmngYUWvsQ/62Hu9po5XiQhz8.xdDgP9EZbiU3QeZs4LnHbxn.VVX/VXQY00',
  md5crypt: '$md5-crypt$abcdefgh$/yGXmKcVAKoEyabnukt1J0',
};
/** A hash of the right password, had it been tried: thousands of times what one of ours costs. */
const DEAR = `$pbkdf2-sha256$i=10000000,l=600$cGVwcGVy$${tag(600)}`;

async function importHash(adminUrl: string, email: string, hashed_password: string): Promise<number> {
  const http = createHttpClient({ cookies: false });
  const credentials = { password: { config: { hashed_password } } };
  const json = { schema_id: 'person', traits: { email }, credentials };
  const { status } = await http.post(`${adminUrl}/admin/identities`, { json });
  http.close();
  return status;
}

test.each(Object.entries(IMPORTED))(
  '%s: the right password signs in, and is hashed anew as our own',
  async (name, hash) => {
    const server = await startEmbedded({ config, files: MAIL_FILES });
    const http = createHttpClient({ cookies: false });
    const email = `${name}@sallyport.test`;
    expect(await importHash(server.adminUrl, email, hash)).toBe(201);
    expect((await signIn(http, server.publicUrl, { email, password: 'sallyport-2' })).status).toBe(400);
    expect((await signIn(http, server.publicUrl, { email, password: RIGHT })).status).toBe(200);
    const found = await server.store.identities.findByIdentifier('password', email as Identifier);
    expect(found?.credential.config['hashed_password']).toMatch(/^\$argon2id\$/);
    expect((await signIn(http, server.publicUrl, { email, password: RIGHT })).status).toBe(200);
    http.close();
    await server.stop();
  },
);

test.each([
  ['ten million rounds for each of nineteen blocks', DEAR],
  ['ten million rounds', `$pbkdf2-sha256$i=10000000,l=32$cGVwcGVy$${tag(32)}`],
  ['bcrypt 14', `$2a$14$${'a'.repeat(53)}`],
  ['the rounds of passlib', `$sha512-crypt$rounds=656000$abcdefgh$${'a'.repeat(86)}`],
])('%s are refused at import', async (_name, hash) => {
  const server = await startEmbedded({ config, files: MAIL_FILES });
  expect(await importHash(server.adminUrl, 'dear@sallyport.test', hash)).toBe(400);
  await server.stop();
});

async function putHash({ store }: EmbeddedServer, id: string, hash: string): Promise<void> {
  await store.transaction(async ({ identities }) => {
    const [identity] = await identities.findMany([id as IdentityId]);
    const before = (await identities.credentials(id as IdentityId)).find(({ type }) => type === 'password');
    if (identity === undefined || before === undefined) throw new Error('There is nobody.');
    const credential = { ...before, config: { hashed_password: hash } };
    expect(await identities.update(identity, { credentials: [credential] })).toBeUndefined();
  });
}

test('a hash that was stored before and costs too much is not tried: everybody who is refused hears of the recovery', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-dear-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = { config, files: MAIL_FILES, dsn: { kind: 'sqlite', file: join(folder, 'a.sqlite') } } as const;
  const dear = 'dear@sallyport.test';
  const before = await startEmbedded(options);
  const id = await createPerson(before.adminUrl, { email: dear, password: RIGHT });
  await createPerson(before.adminUrl, { email: 'own@sallyport.test', password: RIGHT });
  await putHash(before, id, DEAR);
  await before.stop();

  const server = await startEmbedded(options);
  const http = createHttpClient({ cookies: false });
  for (const email of [dear, 'own@sallyport.test', 'nobody@sallyport.test']) {
    const answer = await signIn(http, server.publicUrl, { email, password: 'not the right one' });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000006, 1900009]]);
  }
  // The password of one's own still works, and a recovery gives the other person a new one.
  const own = await signIn(http, server.publicUrl, { email: 'own@sallyport.test', password: RIGHT });
  expect([own.status, readText(own.json, 'session_token').slice(0, 7)]).toEqual([200, 'ory_st_']);
  http.close();
  await server.stop();
});
