import { expect, test } from 'vitest';
import { startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, register } from '../support/self-service.ts';

const versionOf = (id: string): string => id.charAt(14);

test('ids of flows, sessions and messages begin with their time, those of accounts do not (security ID-1)', async () => {
  const server = await startEmbedded({ config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }), files: MAIL_FILES });
  const http = createHttpClient({ cookies: false });
  const person = { email: 'ids@sallyport.test', password: 'clouds over the harbour' };
  const before = Date.now();
  const { id: flow } = await begin(http, server.publicUrl, 'login', 'api');
  const registered = await register(http, server.publicUrl, person);
  const messages = await http.get(`${server.adminUrl}/admin/courier/messages`);
  const ids = {
    flow,
    session: readText(registered.json, 'session.id'),
    message: readText(messages.json, '0.id'),
    identity: readText(registered.json, 'identity.id'),
  };
  expect(Object.entries(ids).map(([name, id]) => `${name} ${versionOf(id)}`)).toEqual([
    'flow 7',
    'session 7',
    'message 7',
    'identity 4',
  ]);
  const time = Number.parseInt(flow.replaceAll('-', '').slice(0, 12), 16);
  expect(time >= before && time <= Date.now()).toBe(true);
  expect(read(registered.json, 'session.identity.id')).toBe(ids.identity);
  http.close();
  await server.stop();
});
