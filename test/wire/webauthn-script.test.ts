import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WEBAUTHN_SCRIPT } from '../../src/flow/webauthn-script.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient } from '../support/http-client.ts';

const APP = 'https://app.sallyport.test';

describe.each([
  ['without CORS', ''],
  [
    'where CORS allows another origin with credentials',
    `serve: { public: { cors: { enabled: true, allowed_origins: ['${APP}'] } } }\n`,
  ],
])('the script for passkeys and security keys, %s', (_about, more) => {
  let server: EmbeddedServer;
  const http = createHttpClient();
  const get = (headers: Readonly<Record<string, string>> = {}) =>
    http.get(`${server.publicUrl}/.well-known/ory/webauthn.js`, { headers });
  beforeAll(async () => {
    server = await startEmbedded({ config: `${more}${BASIC_CONFIG}`, files: BASIC_FILES });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  test('is there for everybody though neither method is on, without a cookie', async () => {
    const answer = await get();
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(WEBAUTHN_SCRIPT);
    expect(answer.headers['content-type']).toBe('text/javascript; charset=UTF-8');
    expect(answer.setCookies).toEqual([]);
  });

  test.each([undefined, APP, 'https://stranger.example'])(
    'may be loaded by pages of any origin: %s',
    async (origin) => {
      const { headers } = await get(origin === undefined ? {} : { origin });
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
      expect(headers['vary']).toBeUndefined();
    },
  );

  test('is kept by a browser, which asks whether it is still the same', async () => {
    const { headers } = await get();
    expect(headers['cache-control']).toBe('public, no-cache');
    const again = await get({ 'if-none-match': String(headers['etag']) });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(again.headers['access-control-allow-origin']).toBe('*');
    expect((await get({ 'if-none-match': '"another"' })).status).toBe(200);
  });

  test('takes no other method', async () => {
    const answer = await http.post(`${server.publicUrl}/.well-known/ory/webauthn.js`, { json: {} });
    expect(answer.status).toBe(405);
  });
});
