import { afterEach, beforeEach, expect, test } from 'vitest';
import { must } from '../../src/kernel/error.ts';
import { parseFlowId } from '../../src/kernel/id.ts';
import type { Store } from '../../src/store/store.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { begin, register } from '../support/self-service.ts';

/* The account changes while a submit is prepared, and the database goes away when the submit reads it anew. */

const ada = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

/** Its submit holds the row for ten seconds and more. */
const HOLDS = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'holds',
  at: { 'login.after': 'prepare' },
  timeoutMs: 10_000,
  claims: true,
  run: { prepare: () => ({ kind: 'continue' }) },
});
`;

let armed = false;

/** Once armed: the next session finds its account changed, and the next flow cannot be read outside a transaction. */
function losesTheRereading(store: Store): Store {
  let stale = false;
  return {
    ...store,
    transaction: (work) =>
      store.transaction((unit) =>
        work({
          ...unit,
          sessions: {
            ...unit.sessions,
            insert(...given) {
              if (!armed) return unit.sessions.insert(...given);
              armed = false;
              stale = true;
              return Promise.resolve('stale');
            },
          },
        }),
      ),
    flows: {
      ...store.flows,
      find(id) {
        if (!stale) return store.flows.find(id);
        stale = false;
        return Promise.reject(new Error('The connection is gone.'));
      },
    },
  };
}

let server: EmbeddedServer;
let http: HttpClient;

beforeEach(async () => {
  armed = false;
  http = createHttpClient({ cookies: false });
  server = await startEmbedded({
    config: BASIC_CONFIG.replace(
      '    login: { ui_url: http://127.0.0.1:4455/login }',
      '    login: { ui_url: http://127.0.0.1:4455/login, after: { password: { hooks: [{ hook: holds }] } } }',
    ),
    files: { ...BASIC_FILES, 'plugins/holds.ts': HOLDS },
    between: losesTheRereading,
  });
});

afterEach(async () => {
  http.close();
  await server.stop();
});

test('A submit that fails while it reads the account anew is journalled, and lets the next submit in at once.', async () => {
  await register(http, server.publicUrl, ada);
  const flow = await begin(http, server.publicUrl, 'login', 'api');
  const body = { method: 'password', identifier: ada.email, password: ada.password };
  armed = true;
  const failed = await http.post(flow.action, { json: body });
  expect(failed.status).toBe(500);
  const again = await http.post(flow.action, { json: body });
  expect(again.status).toBe(200);
  const id = must(parseFlowId(flow.id), 'The id of the flow');
  const outcomes = (await server.store.flows.journal(id)).map(({ outcome: { kind } }) => kind);
  expect(outcomes.toSorted()).toEqual(['failed', 'passed']);
});
