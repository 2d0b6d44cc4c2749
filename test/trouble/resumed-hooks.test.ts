import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SallyportError } from '../../src/kernel/error.ts';
import type { Store } from '../../src/store/store.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient } from '../support/http-client.ts';
import { register } from '../support/self-service.ts';

/* The database goes away between the commit and what follows: a hook that had run is called again, with the same key. */

const ada = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

/** What the hook of the test was called with; the process of the server is the one of the test. */
const seen: { attempts: string[] } = { attempts: [] };
Object.assign(globalThis, { attemptsOfTheTest: seen });

const HOOK = `
import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'tells',
  at: { 'registration.after': 'follow' },
  timeoutMs: 5_000,
  run: {
    follow({ attempt }) {
      Reflect.get(globalThis, 'attemptsOfTheTest').attempts.push(attempt);
      return { kind: 'continue' };
    },
  },
});
`;

/** A store that loses the first transaction after the hook has run. */
function losingOnce(store: Store): Store {
  let lost = false;
  return {
    ...store,
    transaction(work) {
      if (lost || seen.attempts.length === 0) return store.transaction(work);
      lost = true;
      return Promise.reject(new SallyportError('unavailable', 'The database is away.'));
    },
  };
}

let server: EmbeddedServer;

beforeEach(async () => {
  seen.attempts = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const config = BASIC_CONFIG.replace('{ hook: session }', '{ hook: session }, { hook: tells }');
  server = await startEmbedded({
    config,
    files: { ...BASIC_FILES, 'plugins/tells.ts': HOOK },
    between: losingOnce,
  });
});

afterEach(async () => {
  await server.stop();
  vi.useRealTimers();
});

test('A hook that another pass resumes is called with the key of its first call, and once only.', async () => {
  const http = createHttpClient({ cookies: false });
  const answer = await register(http, server.publicUrl, ada);
  http.close();
  expect(answer.status).toBe(200);
  expect(seen.attempts).toHaveLength(1);

  server.pass(60_000);
  await vi.advanceTimersByTimeAsync(30_000);
  await vi.waitFor(() => expect(seen.attempts).toHaveLength(2), { timeout: 5_000 });
  const [first, again] = seen.attempts;
  expect(again).toBe(first);

  // The flow is finished now: nothing is due any more.
  server.pass(600_000);
  await vi.waitFor(async () => expect(await server.store.flows.overdue(Date.now() + 3_600_000, 10)).toEqual([]));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(seen.attempts).toHaveLength(2);
});
