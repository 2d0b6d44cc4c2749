import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createHttpClients } from '../support/http-clients.ts';
import { type HttpClient, readList, read } from '../support/http-client.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, toCallback } from '../support/provider.ts';
import { type ReloadingServer, startReloading } from '../support/reloading.ts';
import { begin, type Kind } from '../support/self-service.ts';

/* Somebody is at a provider while the configuration is replaced: they come back to the flow that they left. */

let provider: TestProvider;
let server: ReloadingServer;
let first = '';
let people = 0;
const { open, close } = createHttpClients();

beforeAll(async () => {
  provider = await startProvider();
  server = await startReloading({
    config: oidcConfig({ providers: [providerEntry('acme', provider)] }),
    files: OIDC_FILES,
    args: ['serve', '--dev'],
  });
  server.edit('config.yml', (text) => (first = text));
});
afterEach(async () => {
  server.edit('config.yml', () => first);
  await server.accept();
});
afterAll(async () => {
  close();
  await server.stop();
  await provider.stop();
});

/** The style of a kind of flow, from now on. */
async function style(kind: Kind, value: string): Promise<void> {
  server.edit('config.yml', (text) => {
    const tree = parse(text) as { readonly selfservice: { readonly flows: Readonly<Record<string, object>> } };
    Object.assign(tree.selfservice.flows[kind] ?? {}, { style: value });
    return stringify(tree);
  });
  await server.accept();
}

const buttons = (json: unknown): readonly unknown[] =>
  readList(json, 'ui.nodes')
    .filter((node) => ['method', 'provider'].includes(String(read(node, 'attributes.name'))))
    .map((node) => read(node, 'attributes.value'));

/** Goes to the provider, lets `between` happen, looks at the page left behind, and comes back. */
async function goThere(http: HttpClient, kind: Kind, between: () => Promise<void>): Promise<readonly unknown[]> {
  const flow = await begin(http, server.publicUrl, kind, 'browser');
  const callback = await toCallback(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
  const before = buttons(flow.json);
  await between();
  const shown = await http.get(`${server.publicUrl}/self-service/${kind}/flows?id=${flow.id}`);
  expect([shown.status, buttons(shown.json)]).toEqual([200, before]);
  const back = await http.get(callback, { accept: 'text/html' });
  const whoami = await http.get(`${server.publicUrl}/sessions/whoami`);
  return [back.status, whoami.status];
}

function somebody(): void {
  const n = (people += 1);
  provider.says({ sub: `ada${n}`, email: `ada${n}@acme.test`, email_verified: true, name: 'Ada L.' });
}

test.each([
  ['unified', 'profile_first'],
  ['profile_first', 'unified'],
] as const)('a registration of the style %s, where it is %s by now', async (was, is) => {
  somebody();
  await style('registration', was);
  expect(await goThere(open(), 'registration', () => style('registration', is))).toEqual([303, 200]);
});

test.each([
  ['unified', 'identifier_first'],
  ['identifier_first', 'unified'],
] as const)('a login of the style %s, where it is %s by now', async (was, is) => {
  somebody();
  expect(await goThere(open(), 'registration', () => Promise.resolve())).toEqual([303, 200]);
  await style('login', was);
  expect(await goThere(open(), 'login', () => style('login', is))).toEqual([303, 200]);
});
