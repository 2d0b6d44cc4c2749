import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin } from '../support/self-service.ts';

let server: EmbeddedServer;
const client = createHttpClient();
beforeAll(async () => {
  server = await startEmbedded({
    config: BASIC_CONFIG.replace(
      '  methods:\n',
      '  methods:\n    link: { enabled: false }\n    totp: { enabled: false }\n',
    ),
    files: BASIC_FILES,
  });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

test.each([
  ['login', 'totp'],
  ['registration', 'link'],
] as const)('a method that is switched off is not there: %s by %s', async (kind, method) => {
  const flow = await begin(client, server.publicUrl, kind, 'api');
  const answer = await client.post(flow.action, { json: { method, traits: { email: 'a@sallyport.test' } } });
  expect(answer.status).toBe(404);
  expect(read(answer.json, 'error.reason')).toContain('disabled by system administrator');
});

test('a method that nobody has keeps its answer on the form', async () => {
  const flow = await begin(client, server.publicUrl, 'login', 'api');
  const answer = await client.post(flow.action, { json: { method: 'telepathy' } });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.json)).toContain('4010002');
});
