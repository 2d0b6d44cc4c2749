import { afterAll, beforeAll, expect, test } from 'vitest';
import { attesting, metadataFile, MODEL } from '../../src/strategy/ceremony/attestation.fixture.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin, messagesOf, register } from '../support/self-service.ts';
import { change, creationOf, device, KEYS_FILES, keysConfig } from './setting.ts';

const config = keysConfig({ authenticators: { allow: [MODEL], metadata: 'file://<folder>/metadata.jwt' } });
const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ config, files: { ...KEYS_FILES, 'metadata.jwt': metadataFile() } });
});
afterAll(() => server.stop());

test('A key of a listed model is enrolled when its maker attests it, and no other one.', async () => {
  const http = createHttpClient();
  await register(http, server.publicUrl, person, 'browser');
  const visit = { http, url: server.publicUrl };
  const { json } = await begin(http, server.publicUrl, 'settings', 'browser');
  expect(read(creationOf(json), 'publicKey.attestation')).toBe('direct');
  const keys = device({ aaguid: MODEL.replaceAll('-', '') });
  const send = (bend?: ReturnType<typeof attesting>) =>
    change(visit, (flow) => ({
      webauthn_register: JSON.stringify(keys.create(creationOf(flow), bend && { bend })),
      webauthn_register_displayname: 'k',
    }));
  const silent = await send();
  expect([silent.status, messagesOf(silent.json)]).toEqual([400, [4000001]]);
  expect((await send(attesting())).status).toBe(200);
  http.close();
});

test('A file that is none refuses the start.', async () => {
  const files = { ...KEYS_FILES, 'metadata.jwt': 'no file of a metadata service' };
  await expect(startEmbedded({ config, files })).rejects.toThrow('authenticators.metadata');
});
