import { expect, test } from 'vitest';
import * as passkeys from '../passkey/setting.ts';
import { startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readList } from '../support/http-client.ts';
import { begin, messagesOf, register } from '../support/self-service.ts';
import * as keys from '../webauthn/setting.ts';

const MOST = 50;

/** Each method that makes keys, and what its form sends. */
const METHODS = [
  {
    name: 'passkeys',
    setting: { config: passkeys.passkeyConfig(), files: passkeys.PASSKEY_FILES },
    remove: 'passkey_remove',
    made: (flow: unknown) => ({
      passkey_settings_register: JSON.stringify(passkeys.device().create(passkeys.creationOf(flow))),
    }),
  },
  {
    name: 'security keys',
    setting: { config: keys.keysConfig(), files: keys.KEYS_FILES },
    remove: 'webauthn_remove',
    made: (flow: unknown) => keys.made(keys.device())(flow),
  },
];

test.each(METHODS)('an account has fifty $name at most, and says so on the form', async ({ setting, remove, made }) => {
  const server = await startEmbedded(setting);
  const http = createHttpClient();
  await register(
    http,
    server.publicUrl,
    { email: 'many@sallyport.test', password: 'clouds over the harbour' },
    'browser',
  );
  const begun = await begin(http, server.publicUrl, 'settings', 'browser');
  let form: unknown = begun.json;
  const add = async (): Promise<number> => {
    const { status, json } = await http.post(begun.action, { json: { csrf_token: begun.csrf, ...made(form) } });
    form = json;
    return status;
  };
  for (let n = 0; n < MOST; n += 1) expect(await add(), `key ${n}`).toBe(200);
  expect([await add(), messagesOf(form)]).toEqual([400, [4000001]]);
  const shown = readList(form, 'ui.nodes').filter((node) => read(node, 'attributes.name') === remove);
  expect(shown).toHaveLength(MOST);
  http.close();
  await server.stop();
});
