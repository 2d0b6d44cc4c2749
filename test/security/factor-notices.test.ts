import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, readText } from '../support/http-client.ts';
import { newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { importPerson, noticeNames } from '../support/owner-notices.ts';
import { createScene, type Scene, setUpApp, type Someone, stepUp } from '../support/second-factors.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

let server: EmbeddedServer;
let scene: Scene;
let id: string;
beforeAll(async () => {
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { mfa: true })
    .replace('  methods:\n', '  methods:\n    totp: { enabled: true }\n')
    .replace('courier: { ', 'courier: { notify: { new_device: false }, ');
  server = await startEmbedded({ config, files: MAIL_FILES });
  scene = createScene(server);
  id = await importPerson(server, person);
});
afterAll(async () => {
  scene.close();
  await server.stop();
});

/** What was told since the last time. */
let told = 0;
function events(): readonly object[] {
  const since = server.events.slice(told);
  told = server.events.length;
  return since
    .filter(({ event }) => event.startsWith('credential.') || event.startsWith('login.'))
    .map(({ event, ...members }) => {
      const { method, aal, type, by, reason } = members as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        Object.entries({ event, method, aal, type, by, reason }).filter(([, v]) => v !== undefined),
      );
    });
}

async function giveCode(who: Someone): Promise<void> {
  const flow = await who.open('login', '?aal=aal2');
  const refused = await who.send(flow, { method: 'code', code: wrong(await newestCode(server, person.email)) });
  expect(refused.status).toBe(400);
  expect((await who.send(flow, { method: 'code', code: await newestCode(server, person.email) })).status).toBe(200);
}

test('each factor that is asked for, given, added and taken away is an event, and changes are mails to the owner', async () => {
  const ada = await scene.signInAgain({ person });
  expect(events()).toEqual([{ event: 'login.succeeded', method: 'password', aal: 'aal1' }]);
  await giveCode(ada);
  expect(events()).toEqual([
    { event: 'login.failed', method: 'code', aal: 'aal2', reason: 'code' },
    { event: 'login.succeeded', method: 'code', aal: 'aal2' },
  ]);
  expect(await noticeNames(server, person.email)).toEqual([]);

  await setUpApp(scene, ada);
  expect(events()).toEqual([{ event: 'credential.added', type: 'totp', by: 'self' }]);
  expect(await noticeNames(server, person.email)).toEqual(['notify_factor_changed']);

  const admin = createHttpClient({ cookies: false });
  expect((await admin.request('DELETE', `${server.adminUrl}/admin/identities/${id}/credentials/totp`)).status).toBe(
    204,
  );
  admin.close();
  expect(events()).toEqual([{ event: 'credential.removed', type: 'totp', by: 'admin' }]);
  expect(await noticeNames(server, person.email)).toEqual(['notify_factor_changed', 'notify_factor_changed']);

  await setUpApp(scene, ada);
  const refused = await stepUp(ada, { method: 'totp', totp_code: '000000' }, '&refresh=true');
  expect([refused.status, readText((await ada.whoami()).json, 'identity.id')]).toEqual([400, id]);
  expect(events().at(-1)).toEqual({ event: 'login.failed', method: 'totp', aal: 'aal2', reason: 'code' });
});
