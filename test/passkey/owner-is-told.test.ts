import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient } from '../support/http-client.ts';
import {
  addWith,
  change,
  device,
  PASSKEY_FILES,
  passkeyConfig,
  registerWith,
  signInWith,
  type Visit,
} from './setting.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ config: passkeyConfig(), files: PASSKEY_FILES });
});
afterAll(() => server.stop());

/** What was told since the last time. */
let told = 0;
function events(): readonly string[] {
  const since = server.events.slice(told);
  told = server.events.length;
  return since.map(({ event }) => event).filter((event) => /^(?:credential|login|authenticator)\./.test(event));
}

test('Each passkey that is added and taken away is told, a sign-in with one is no change, and a copy is told of.', async () => {
  const visit = (): Visit => ({ http: createHttpClient(), url: server.publicUrl, type: 'browser' });
  const [phone, laptop] = [device(), device({ counter: 5 })];
  const signedIn = visit();
  await registerWith(signedIn, phone, 'ada@sallyport.test');
  events();
  expect((await addWith(signedIn, laptop)).status).toBe(200);
  expect(events()).toEqual(['credential.added']);
  expect((await signInWith(visit(), laptop)).status).toBe(200);
  expect(events()).toEqual(['login.succeeded']);
  const elsewhere = visit();
  expect((await signInWith(elsewhere, laptop, '', { bend: 'counter-back' })).status).toBe(400);
  expect(events()).toEqual(['login.failed', 'authenticator.copied']);
  const passkey_remove = Buffer.from(laptop.credentials[0]?.id ?? []).toString('hex');
  expect((await change(signedIn, () => ({ passkey_remove }))).status).toBe(200);
  expect(events()).toEqual(['credential.removed']);
});
