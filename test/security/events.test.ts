import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../src/event/catalogue.ts';
import type { Store } from '../../src/store/store.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { expectInCatalogue } from '../support/event-schema.ts';
import { createHttpClient } from '../support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { undone } from '../undone/undone.ts';
import { SCENES, type SceneName, type Stage } from './event-scenes.ts';

const STORES: readonly (readonly [string, (store: Store) => Store])[] = [
  ['a store', (store) => store],
  ['a store that undoes each transaction and runs it again', undone],
];

describe.each(STORES)('on %s', (_, between) => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({ config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }), files: MAIL_FILES, between });
  });
  afterAll(() => server.stop());

  let people = 0;
  const stage = (): Stage => ({
    server,
    http: createHttpClient({ cookies: false }),
    person: { email: `event-${(people += 1)}@sallyport.test`, password: 'clouds over the harbour' },
  });

  /** Everything that is told while somebody acts. */
  async function toldBy(name: SceneName, given: Stage): Promise<readonly SecurityEvent[]> {
    const { before, act } = SCENES[name];
    await before?.(given);
    const from = server.events.length;
    await act(given);
    given.http.close();
    return server.events.slice(from);
  }

  test.each(Object.keys(SCENES) as readonly SceneName[])('%s is told once, as its schema says', async (name) => {
    const given = stage();
    const told = await toldBy(name, given);
    expect(told.map(({ event }) => event)).toEqual(SCENES[name].tells ?? [name]);
    for (const event of told) {
      expectInCatalogue(event);
      expect(event).toMatchObject({ client: '127.0.0.1', network: '127.0.0.1/32', request: expect.any(String) });
      expect(JSON.stringify(event)).not.toMatch(/event-\d+@|harbour|secret=/);
    }
  });
});

test('a start tells what weakens security, and which lists hold older secrets', async () => {
  const secrets = '{ cookie: [short-and-weak-but-taken, an-older-one-that-is-accepted] }';
  const server = await startEmbedded({ config: `${BASIC_CONFIG}secrets: ${secrets}\n`, files: BASIC_FILES });
  await server.stop();
  for (const event of server.events) expectInCatalogue(event);
  expect(server.events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ event: 'configuration.weak', key: 'secrets.cookie', issue: 'unsafe' }),
      expect.objectContaining({ event: 'secret.rotated', key: 'secrets.cookie', older: 1 }),
    ]),
  );
  expect(JSON.stringify(server.events)).not.toMatch(/short-and|older-one/);
});
