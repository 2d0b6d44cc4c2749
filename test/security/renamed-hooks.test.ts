import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, read } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin } from '../support/self-service.ts';
import { RENAMED_FILES } from '../prove/renamed-hooks.ts';

/* The engine knows no hook by its name: the server's own hooks do the same as plugins that are called otherwise. */
const MITIGATE = 'security: { account_enumeration: { mitigate: true } }\n';
const nowhere = { uri: 'smtp://127.0.0.1:1/' };
const servers: EmbeddedServer[] = [];

const serverWith = async (registrationHooks: string): Promise<EmbeddedServer> => {
  const config = mailConfig(nowhere, { registrationHooks, more: MITIGATE });
  const server = await startEmbedded({ config, files: { ...MAIL_FILES, ...RENAMED_FILES } });
  servers.push(server);
  return server;
};

async function registerTwice({ publicUrl }: EmbeddedServer): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const _ of [1, 2]) {
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, publicUrl, 'registration', 'api');
    const traits = { email: 'ada@sallyport.test' };
    answers.push(
      await http.post(flow.action, { json: { method: 'password', traits, password: 'clouds over harbour' } }),
    );
    http.close();
  }
  return answers;
}

let revealing: EmbeddedServer;
let hiding: EmbeddedServer;
beforeAll(async () => {
  revealing = await serverWith('[{ hook: let_them_in }]');
  hiding = await serverWith('[{ hook: offer_proof }]');
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});

test('a hook that says it issues a session ends the hiding of taken addresses', async () => {
  const [first, second] = await registerTwice(revealing);
  expect([first?.status, second?.status]).toEqual([200, 400]);
  expect(typeof read(first?.json, 'session_token')).toBe('string');
});

test('a hook that says it only leads on runs for a registration that is hidden', async () => {
  const [first, second] = await registerTwice(hiding);
  expect([first?.status, second?.status]).toEqual([200, 200]);
  for (const answer of [first, second])
    expect(read(answer?.json, 'continue_with')).toMatchObject([{ action: 'show_verification_ui' }]);
});
