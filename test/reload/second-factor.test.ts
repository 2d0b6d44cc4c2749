import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { createHttpClient } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { startReloading } from '../support/reloading.ts';
import { signIn } from '../support/self-service.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

test('codes that become a second factor are asked for at the next sign-in, and no more once they are none', async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' });
  const server = await startReloading({ config, files: MAIL_FILES });
  const [before, during, after] = [createHttpClient(), createHttpClient(), createHttpClient()];
  const enter = async (http: typeof before) => (await signIn(http, server.publicUrl, person, 'browser')).status;
  const whoami = async (http: typeof before) => (await http.get(`${server.publicUrl}/sessions/whoami`)).status;
  const turn = async (from: boolean) => {
    server.edit('config.yml', (text) => text.replace(`mfa_enabled: ${from}`, `mfa_enabled: ${!from}`));
    await server.accept();
  };
  await createPerson(server.adminUrl, person);
  expect([await enter(before), await whoami(before)]).toEqual([200, 200]);

  await turn(false);
  expect([await enter(during), await whoami(during)]).toEqual([422, 403]);
  // What the sign-in found holds for the other sessions of the account.
  expect(await whoami(before)).toBe(403);

  await turn(true);
  expect([await enter(after), await whoami(after), await whoami(during)]).toEqual([200, 200, 200]);
  for (const http of [before, during, after]) http.close();
  await server.stop();
  rmSync(server.folder, { recursive: true, force: true });
});
