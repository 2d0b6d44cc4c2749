import { expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient } from '../support/http-client.ts';
import { startServer } from '../support/server.ts';
import { begin } from '../support/self-service.ts';

const CROWD = { 'x-forwarded-for': '198.51.100.7' };
const HOME = { 'x-forwarded-for': '203.0.113.9' };
const password = 'clouds over the harbour';

test('sixty sign-ins in flight from one network: the owner signs in from another each time', async () => {
  const config = `serve: { public: { trusted_proxies: { count: 1 } } }\n${BASIC_CONFIG.replace(/^hashers: .*\n/m, '')}`;
  const server = await startServer({ config, files: BASIC_FILES });
  const http = createHttpClient({ cookies: false });
  const email = 'owner@sallyport.test';
  await createPerson(server.adminUrl, { email, password });
  const { action } = await begin(http, server.publicUrl, 'login', 'api');
  const state = { over: false };
  const told: number[] = [];
  const send = async (guesser: number): Promise<void> => {
    for (let n = 0; !state.over; n += 1) {
      const json = { method: 'password', identifier: `${guesser}-${n}@sallyport.test`, password: 'not the right one' };
      told.push((await http.post(action, { json, headers: CROWD })).status);
    }
  };
  const crowd = Array.from({ length: 60 }, (_, guesser) => send(guesser));
  const owner: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const started = await http.get(`${server.publicUrl}/self-service/login/api`, { headers: HOME });
    const flow = JSON.parse(started.text) as { readonly ui: { readonly action: string } };
    const json = { method: 'password', identifier: email, password };
    owner.push((await http.post(flow.ui.action, { json, headers: HOME })).status);
  }
  state.over = true;
  await Promise.all(crowd);

  expect(owner).toEqual(Array.from({ length: 8 }, () => 200));
  // Refused, told to come later, or out of tries; never broken.
  expect(told.filter((status) => ![400, 429, 503].includes(status))).toEqual([]);
  expect(told.length).toBeGreaterThan(60);
  http.close();
  await server.stop();
}, 120_000);
